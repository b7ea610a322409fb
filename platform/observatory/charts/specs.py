"""The pictures of the observatory, as Altair says them.

Each is narrow enough for a phone: pages put them side by side where there is room. Bars begin at zero, and
pictures shown together have one scale. Words in pictures are few and at least 13 px.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from observatory import palette
from observatory.charts.drawing import HATCH, drawn
from observatory.figures import Comparison, Place, Ranked, Reading
from observatory.numbers import SECRET, written

SMALL, WIDE = 300, 330  # px: a card of a phone of 390
_TEXT = 13
SPARK_PERIODS = 13  # of a small curve: a year, and the same month before


def _altair() -> Any:
    import altair  # noqa: PLC0415  two seconds, that only who draws pays

    return altair


def _dressed(chart: Any) -> Any:
    """No frame, no ground, quiet axes, our inks."""
    return (
        chart.configure(background="white", padding=2)
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=_TEXT, labelColor=palette.SOFT, domainColor=palette.LINE,
            tickColor=palette.LINE, gridColor=palette.LINE, title=None, labelFontWeight="normal",
        )
    )  # fmt: skip


def _rows(line: Sequence[Reading]) -> list[dict[str, Any]]:
    return [
        {"at": one.period.isoformat(), "value": None if one.value is None else float(one.value)}
        for one in line
    ]


def spark(comparison: Comparison, place: Place, *, width: int = 132, height: int = 40) -> str:
    """A curve without words, for a row of several: they share their scale, from zero."""
    shown = comparison.periods[-SPARK_PERIODS:]
    line = [one for one in comparison.line(place.code) if one.period in shown]
    peak, ends = comparison.peak, [shown[0].isoformat(), shown[-1].isoformat()]
    content = [_rows(line), str(peak), ends, place.code, width, height]

    def specify() -> Any:
        alt = _altair()
        style = palette.style_of(place.code)
        x = alt.X("at:T", axis=None, scale=alt.Scale(domain=ends))
        y = alt.Y("value:Q", axis=None, scale=alt.Scale(domain=[0, _above(peak)]))
        data = alt.Data(values=_rows(line))
        curve = alt.Chart(data).mark_line(color=style.colour, strokeWidth=2).encode(x=x, y=y)
        latest = [row for row in _rows(line) if row["value"] is not None][-1:]
        dot = (
            alt.Chart(alt.Data(values=latest))
            .mark_point(filled=True, color=style.colour, size=45, opacity=1)
            .encode(x=x, y=y)
        )
        floor = (
            alt.Chart(alt.Data(values=[{"y": 0}]))
            .mark_rule(color=palette.LINE)
            .encode(y=alt.Y("y:Q", axis=None))
        )
        return _dressed((floor + curve + dot).properties(width=width, height=height))

    return drawn("spark", content, specify)


def multiple(comparison: Comparison, place: Place) -> str:
    """The curve of one département with its scale, and grey behind it those of the others."""
    line, peak = comparison.line(place.code), comparison.peak
    others = [
        {**row, "who": other.code}
        for other in comparison.places
        if other.code != place.code
        for row in _rows(comparison.line(other.code))
    ]
    ends = _span(comparison)
    content = [_rows(line), others, str(peak), ends, place.code, comparison.sheet.unit]

    def specify() -> Any:
        alt = _altair()
        style = palette.style_of(place.code)
        x = alt.X(
            "at:T",
            axis=alt.Axis(
                values=ends,
                format="%m/%Y",
                grid=False,
                labelFlush=True,
                labelAngle=0,
                labelPadding=6,
            ),
            scale=alt.Scale(domain=ends),
        )
        y = alt.Y(
            "value:Q", axis=_scale_axis(comparison), scale=alt.Scale(domain=[0, _above(peak)])
        )
        grey = (
            alt.Chart(alt.Data(values=others))
            .mark_line(color=palette.GREY, strokeWidth=1, opacity=0.35)
            .encode(x=x, y=y, detail="who:N")
        )
        own = (
            alt.Chart(alt.Data(values=_rows(line)))
            .mark_line(color=style.colour, strokeWidth=2.5)
            .encode(x=x, y=y)
        )
        latest = [row for row in _rows(line) if row["value"] is not None][-1:]
        dot = (
            alt.Chart(alt.Data(values=latest))
            .mark_point(filled=True, color=style.colour, size=60, opacity=1)
            .encode(x=x, y=y)
        )
        return _dressed((grey + own + dot).properties(width=SMALL - 76, height=104))

    return drawn("multiple", content, specify)


def ranking(comparison: Comparison) -> str:
    """Bars from zero, from the highest: the figure at the end, chance as a line, secrets hatched."""
    ranked = comparison.ranking()
    rows = [_bar(comparison, one) for one in ranked] + [
        {
            "name": place.name, "value": None, "low": None, "high": None, "colour": HATCH,
            "said": str(SECRET), "hatched": float(comparison.peak) * 0.16 or 1,
        }
        for place in comparison.places
        if (reading := comparison.of(place.code)) is not None and reading.is_secret
    ]  # fmt: skip
    together = comparison.together
    content = [rows, str(together), comparison.sheet.unit]

    def specify() -> Any:
        alt = _altair()
        highest = max((row["high"] or row["value"] or 0 for row in rows), default=0) or 1
        data = alt.Data(values=rows)
        y = alt.Y(
            "name:N", sort=[row["name"] for row in rows],
            axis=alt.Axis(
                domain=False, ticks=False, labelColor=palette.INK, labelLimit=170, labelPadding=6,
                minExtent=128,
            ),
            scale=alt.Scale(paddingInner=0.42, paddingOuter=0.2),
        )  # fmt: skip
        scale = alt.Scale(domain=[0, highest * 1.42])
        base = alt.Chart(data)
        bars = base.mark_bar().encode(
            y=y, x=alt.X("value:Q", axis=None, scale=scale), color=alt.Color("colour:N", scale=None)
        )
        hatched = base.mark_bar(color=HATCH).encode(
            y=y, x=alt.X("hatched:Q", axis=None, scale=scale)
        )
        chance = base.mark_rule(color=palette.INK, strokeWidth=1.5).encode(
            y=y, x=alt.X("low:Q", axis=None, scale=scale), x2="high:Q"
        )
        words = base.mark_text(align="left", dx=7, fontSize=_TEXT + 1, color=palette.INK).encode(
            y=y, x=alt.X("end:Q", axis=None, scale=scale), text="said:N"
        )
        words = words.transform_calculate(end="datum.high || datum.value || datum.hatched")
        layers = [bars, hatched, chance, words]
        if together is not None:
            layers.insert(
                0,
                alt.Chart(alt.Data(values=[{"x": float(together)}]))
                .mark_rule(color=palette.GREY, strokeDash=[3, 3])
                .encode(x=alt.X("x:Q", axis=None, scale=scale)),
            )
        return _dressed(
            alt.layer(*layers).properties(width=WIDE - 140, height=max(34 * len(rows), 34))
        )

    return drawn("ranking", content, specify)


def _bar(comparison: Comparison, one: Ranked) -> dict[str, Any]:
    value, low, high = one.reading.value, one.reading.low, one.reading.high
    assert value is not None
    return {
        "name": one.place.name,
        "value": float(value),
        "low": None if low is None else float(low),
        "high": None if high is None else float(high),
        "colour": palette.style_of(one.place.code).colour,
        "said": written(value, comparison.sheet.unit),
        "hatched": None,
    }


def lines(comparison: Comparison, chosen: Sequence[Place], *, width: int = WIDE) -> str:
    """The curves of a few départements, each named at its end and told apart by its dash too."""
    rows = [
        {**row, "who": place.name} for place in chosen for row in _rows(comparison.line(place.code))
    ]
    ends = _span(comparison)
    content = [rows, [place.code for place in chosen], ends, comparison.sheet.unit, width]

    def specify() -> Any:
        alt = _altair()
        floor, peak = scale_of(comparison, chosen)
        axis = alt.Axis(values=ends, format="%m/%Y", grid=False, labelFlush=True, labelPadding=6)
        top = alt.Scale(domain=[floor, peak + (peak - floor) * 0.1], nice=False, zero=False)
        x = alt.X("at:T", axis=axis, scale=alt.Scale(domain=ends))
        y = alt.Y("value:Q", axis=_scale_axis(comparison, floor, peak), scale=top)
        layers = []
        for place, at in _labels(comparison, chosen, peak - floor):
            style = palette.style_of(place.code)
            own = alt.Data(values=[row for row in rows if row["who"] == place.name])
            layers.append(
                alt.Chart(own)
                .mark_line(strokeWidth=2.5, color=style.colour, strokeDash=list(style.dash))
                .encode(x=x, y=y)
            )
            latest = [row for row in _rows(comparison.line(place.code)) if row["value"] is not None]
            layers.append(
                alt.Chart(alt.Data(values=latest[-1:]))
                .mark_point(filled=True, size=70, opacity=1, color=style.colour, shape=style.sign)
                .encode(x=x, y=y)
            )
            named = alt.Data(values=[{"at": ends[1], "value": at, "who": place.name}])
            layers.append(
                alt.Chart(named)
                .mark_text(align="left", dx=10, fontSize=_TEXT, color=palette.INK)
                .encode(x=x, y=alt.Y("value:Q", scale=top), text="who:N")
            )
        return _dressed(alt.layer(*layers).properties(width=width - 186, height=220))

    return drawn("lines", content, specify)


def scale_of(comparison: Comparison, chosen: Sequence[Place]) -> tuple[float, float]:
    """The ends of the scale of curves: from zero, but where all are far above it and would be one line."""
    told = [
        float(one.value)
        for place in chosen
        for one in comparison.line(place.code)
        if one.value is not None
    ]
    peak, least = max(told, default=0) or 1, min(told, default=0)
    return (round(least * 0.9, 2), peak) if least > peak / 2 else (0, peak)


def _labels(
    comparison: Comparison, chosen: Sequence[Place], height: float
) -> list[tuple[Place, float]]:
    """Where the name of each curve stands: at its end, and under the one above when they would touch."""
    ends = []
    for place in chosen:
        told = [one.value for one in comparison.line(place.code) if one.value is not None]
        if told:
            ends.append((place, float(told[-1])))
    ends.sort(key=lambda one: -one[1])
    apart, above, placed = height * 0.09, float("inf"), []
    for place, value in ends:
        above = min(value, above - apart)
        placed.append((place, above))
    return placed


def strip(comparison: Comparison, place: Place, *, width: int = WIDE) -> str:
    """Where one département stands among the others: a line from zero, a grey mark for each, its own."""
    rows = [
        {"value": float(one.reading.value or 0), "own": one.place.code == place.code}
        for one in comparison.ranking()
    ]
    content = [rows, place.code, width]

    def specify() -> Any:
        alt = _altair()
        style = palette.style_of(place.code)
        peak = max((row["value"] for row in rows), default=1) or 1
        x = alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, peak * 1.05]))
        floor = (
            alt.Chart(alt.Data(values=[{"a": 0, "b": peak * 1.05}]))
            .mark_rule(color=palette.LINE, strokeWidth=2)
            .encode(x=alt.X("a:Q", axis=None), x2="b:Q")
        )
        others = (
            alt.Chart(alt.Data(values=[row for row in rows if not row["own"]]))
            .mark_tick(color=palette.GREY, thickness=2, size=14)
            .encode(x=x)
        )
        own = (
            alt.Chart(alt.Data(values=[row for row in rows if row["own"]]))
            .mark_point(filled=True, size=150, opacity=1, color=style.colour, shape=style.sign)
            .encode(x=x)
        )
        return _dressed((floor + others + own).properties(width=width - 20, height=22))

    return drawn("strip", content, specify)


def _scale_axis(comparison: Comparison, floor: float = 0, peak: float | None = None) -> Any:
    """The two ends of the scale, with their unit: what lies between is read on the curve."""
    alt = _altair()
    unit = comparison.sheet.unit
    top = float(comparison.peak) if peak is None else peak
    said = {end: written(Decimal(repr(end)), unit) if end else "0" for end in (floor, top)}
    cases = [f"abs(datum.value-{value!r})<1e-9 ? {text!r} : " for value, text in said.items()]
    return alt.Axis(
        values=list(said), grid=True, domain=False, ticks=False, labelPadding=6,
        minExtent=58, labelExpr="".join(cases) + "''",
    )  # fmt: skip


def _above(peak: Decimal) -> float:
    return float(peak) * 1.08 or 1.0


def _span(comparison: Comparison) -> list[str]:
    """The first and the last period, as the ends of every curve."""
    periods = comparison.periods or (datetime.date(2000, 1, 1),)
    return [periods[0].isoformat(), periods[-1].isoformat()]

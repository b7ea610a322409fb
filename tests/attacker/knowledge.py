"""What released files say, as equations.

Each release gives an unknown to each figure, however often a place was published. Then:

- figures that stand in several tables of one revision are equal;
- a margin is the sum of what the hierarchy puts under it, whatever is not listed being zero;
- a year is the sum of its months, each as last published;
- a part is not more than its whole;
- a figure that was left out is not zero, since zeros are told.

Two revisions of a place are two unknowns: `bounding.guessed` says which are taken to be the same.
"""

from __future__ import annotations

import dataclasses

from tests.attacker.released import TOTAL, Codes, Files, Release

Name = tuple[str, str, str, Codes, int]  # published by, measure, period, codes, revision


@dataclasses.dataclass
class Knowledge:
    """Unknowns with their ends, and sums of them that lie between two ends (None: without end)."""

    lows: dict[Name, float] = dataclasses.field(default_factory=dict)
    highs: dict[Name, float | None] = dataclasses.field(default_factory=dict)
    sums: list[tuple[dict[Name, int], float | None, float | None]] = dataclasses.field(
        default_factory=list
    )
    revisions: list[tuple[Name, Name]] = dataclasses.field(default_factory=list)

    def left_out(self) -> list[Name]:
        """Figures that no release tells."""
        return [name for name in self.lows if self.lows[name] != self.highs[name]]


def of(files: Files) -> Knowledge:
    """All that the files say."""
    known = Knowledge()
    for release in files.releases:
        _figures(known, release)
    for release in files.releases:
        _margins(known, release)
    _years(known, files)
    _parts(known, files)
    latest: dict[tuple[str, str, str, Codes], Name] = {}
    for name in sorted(known.lows, key=lambda name: name[-1]):
        before = latest.get(name[:-1])
        if before is not None:
            known.revisions.append((before, name))
        latest[name[:-1]] = name
    return known


def _name(release: Release, codes: Codes) -> Name:
    return (release.published_by, release.measure, release.period, codes, release.revision)


def _figures(known: Knowledge, release: Release) -> None:
    for codes, value in release.figures.items():
        name = _name(release, codes)
        if value is None:
            low, high = 1.0, None
        else:
            low = max(0.0, value - release.base // 2)
            high = float(value + (release.base - 1) // 2)
        known.lows[name] = max(low, known.lows.get(name, 0.0))
        ends = [end for end in (high, known.highs.get(name)) if end is not None]
        known.highs[name] = min(ends, default=None)


def _margins(known: Knowledge, release: Release) -> None:
    sums: dict[tuple[str, Codes], dict[Name, int]] = {}
    for codes in release.figures:
        for dimension, parents in release.dimensions.items():
            code = dict(codes).get(dimension, TOTAL)
            above = parents[code]
            if above is None:
                continue
            whole = codes - {(dimension, code)}
            if above != TOTAL:
                whole |= {(dimension, above)}
            terms = sums.setdefault((dimension, whole), {_name(release, whole): 1})
            terms[_name(release, codes)] = -1
    known.sums += [(terms, 0, 0) for terms in sums.values() if all(n in known.lows for n in terms)]


def _years(known: Knowledge, files: Files) -> None:
    for year in files.releases:
        months = files.periods.get(year.period, [])
        for codes in year.figures:
            parts, missing = [], 0
            for month in months:
                published = [
                    one
                    for one in files.releases
                    if (one.published_by, one.measure, one.period)
                    == (year.published_by, year.measure, month)
                    and all(code in one.dimensions.get(name, {}) for name, code in codes)
                ]
                last = max((one.revision for one in published), default=0)
                names = [_name(one, codes) for one in published if one.revision == last]
                parts += [name for name in names[:1] if name in known.lows]
                missing += not published
            if months and missing < len(months):
                terms = {_name(year, codes): 1} | dict.fromkeys(parts, -1)
                if year.additive:
                    known.sums.append((terms, 0, None if missing else 0))
                else:
                    known.sums += [({_name(year, codes): 1, one: -1}, 0, None) for one in parts]
                    if not missing and parts:
                        known.sums.append((terms, None, 0))


def _parts(known: Knowledge, files: Files) -> None:
    wholes = dict(files.parts)
    for by, measure, period, codes, revision in list(known.lows):
        whole = (by, wholes.get(measure, ""), period, codes, revision)
        if whole in known.lows:
            known.sums.append(({whole: 1, (by, measure, period, codes, revision): -1}, 0, None))

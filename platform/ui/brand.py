"""The two colours of a département, and whether they can be read.

Contrast is WCAG 2.2's ratio, from 1 to 21. A colour must reach 4.5 (text, AA) on every light
surface where it writes; the accent draws shapes only and must reach 3 (AA, non-text). A colour that
fails is refused with the nearest one that passes: same hue, lightness moved as little as possible
in OKLCH. In the dark theme we move the colour ourselves, so nothing is refused for it.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re

from commons.errors import DomainError

TEXT_CONTRAST = 4.5
SHAPE_CONTRAST = 3.0
WHITE = "#ffffff"
INK = "#14171a"
# The surfaces of tokens.css on which a brand colour writes, worst first.
LIGHT_SURFACES = ("#eeeeea", "#f5f5f2", "#ffffff")
DARK_SURFACES = ("#262b30", "#1c2024", "#131619")
EMBLEMS = ("meander", "confluence", "canal", "grove", "fields", "valley", "bridge", "socle")
_HEX = re.compile(r"#[0-9a-f]{6}")
_STEPS = 400  # of lightness, when looking for the nearest colour that passes


class BrandColorMalformed(DomainError):
    """The colour is not written `#rrggbb`."""

    code = "BRAND_COLOR_MALFORMED"


class BrandColorUnreadable(DomainError):
    """The colour cannot be read on our pages; `nearest` can."""

    code = "BRAND_COLOR_UNREADABLE"


@dataclasses.dataclass(frozen=True, slots=True)
class Palette:
    """What a page needs of a brand, for one theme."""

    brand: str
    on_brand: str
    brand_text: str
    brand_soft: str
    accent: str


def normalise(color: str) -> str:
    """Write a colour `#rrggbb`, in lower case.

    :raises BrandColorMalformed: if it is not one
    """
    written = color.strip().lower()
    if not _HEX.fullmatch(written):
        raise BrandColorMalformed(color=color)
    return written


def contrast(one: str, other: str) -> float:
    """The WCAG 2.2 contrast ratio of two colours."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def text_on(color: str) -> str:
    """White or ink, whichever reads better on a colour; one of them always reaches 4.5."""
    return max((WHITE, INK), key=lambda text: contrast(color, text))


def accept_text_color(color: str) -> str:
    """The colour, normalised, if it can write on our light pages.

    :raises BrandColorMalformed: if it is not `#rrggbb`
    :raises BrandColorUnreadable: if its contrast is under 4.5; `nearest` tells what would pass
    """
    return _accept(color, LIGHT_SURFACES, TEXT_CONTRAST)


def accept_shape_color(color: str) -> str:
    """The colour, normalised, if shapes drawn with it can be seen on our light pages.

    :raises BrandColorMalformed: if it is not `#rrggbb`
    :raises BrandColorUnreadable: if its contrast is under 3; `nearest` tells what would pass
    """
    return _accept(color, LIGHT_SURFACES, SHAPE_CONTRAST)


def _accept(color: str, surfaces: tuple[str, ...], ratio: float) -> str:
    written = normalise(color)
    nearest = nearest_readable(written, surfaces, ratio)
    if nearest != written:
        raise BrandColorUnreadable(
            color=written,
            nearest=nearest,
            contrast=f"{_worst(written, surfaces):.2f}".replace(".", ","),
            required=f"{ratio:.1f}".replace(".", ","),
        )
    return written


def nearest_readable(color: str, surfaces: tuple[str, ...], ratio: float) -> str:
    """The colour itself if it passes, else the one of its hue that passes and is nearest to it."""
    if _worst(color, surfaces) >= ratio:
        return color
    lightness, chroma, hue = _to_oklch(color)
    steps = sorted(range(_STEPS + 1), key=lambda step: abs(step / _STEPS - lightness))
    for step in steps:
        candidate = _from_oklch(step / _STEPS, chroma, hue)
        if _worst(candidate, surfaces) >= ratio:
            return candidate
    return text_on(surfaces[0])


def _worst(color: str, surfaces: tuple[str, ...]) -> float:
    return min(contrast(color, surface) for surface in surfaces)


@functools.lru_cache(maxsize=256)
def light_palette(primary: str, accent: str) -> Palette:
    """The colours of the light theme."""
    primary, accent = normalise(primary), normalise(accent)
    soft = _soft(primary, lightness=0.945, chroma=0.024)
    return Palette(
        brand=primary,
        on_brand=text_on(primary),
        brand_text=nearest_readable(primary, (soft, *LIGHT_SURFACES), TEXT_CONTRAST),
        brand_soft=soft,
        accent=nearest_readable(accent, LIGHT_SURFACES, SHAPE_CONTRAST),
    )


@functools.lru_cache(maxsize=256)
def dark_palette(primary: str, accent: str) -> Palette:
    """The colours of the dark theme: the same hues, lightened until they read."""
    primary, accent = normalise(primary), normalise(accent)
    soft = _soft(primary, lightness=0.29, chroma=0.035)
    readable = nearest_readable(primary, (soft, *DARK_SURFACES), TEXT_CONTRAST + 1.5)
    return Palette(
        brand=readable,
        on_brand=text_on(readable),
        brand_text=readable,
        brand_soft=soft,
        accent=nearest_readable(accent, DARK_SURFACES, SHAPE_CONTRAST + 1.5),
    )


def stylesheet(primary: str, accent: str) -> str:
    """The CSS that lays a département's colours over the tokens."""
    light = _declarations(light_palette(primary, accent))
    dark = _declarations(dark_palette(primary, accent))
    return (
        f"@media screen{{:root{{{light}}}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    )


def _declarations(palette: Palette) -> str:
    return "".join(
        f"--{name.replace('_', '-')}:{value};"
        for name, value in dataclasses.asdict(palette).items()
    )


def _soft(color: str, *, lightness: float, chroma: float) -> str:
    _, own_chroma, hue = _to_oklch(color)
    return _from_oklch(lightness, min(own_chroma, chroma), hue)


# --- colour arithmetic: sRGB (IEC 61966-2-1) and OKLab (Björn Ottosson, 2020) ---------------------


def _channels(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[index : index + 2], 16) / 255 for index in (1, 3, 5))
    return red, green, blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _gamma(channel: float) -> float:
    return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


@functools.lru_cache(maxsize=4096)
def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_oklch(color: str) -> tuple[float, float, float]:
    red, green, blue = (_linear(channel) for channel in _channels(color))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """The sRGB colour; out of gamut, the chroma is reduced until it fits."""
    while True:
        linear = _oklch_to_linear(lightness, chroma, hue)
        if chroma < 0.001 or all(-0.0005 <= channel <= 1.0005 for channel in linear):
            break
        chroma *= 0.97
    return "#" + "".join(
        f"{round(255 * _gamma(min(1.0, max(0.0, channel)))):02x}" for channel in linear
    )


def _oklch_to_linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )

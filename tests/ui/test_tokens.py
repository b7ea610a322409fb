"""The tokens of the design system read well, in both themes, and the drawings exist."""

import re
from pathlib import Path

import pytest

import ui
from ui import brand, statuses

STATIC = Path(ui.__file__).parent / "static" / "ui"
TOKENS = (STATIC / "tokens.css").read_text()
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)")
SURFACES = ("paper", "surface", "sunken")
TONES = ("good", "warn", "bad", "info")


def _colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("text", ["ink", "ink-soft", "brand-text", *TONES])
def test_text_reads_on_every_surface(theme, surface, text):
    colours = _colours(theme)

    assert brand.contrast(colours[text], colours[surface]) >= brand.TEXT_CONTRAST


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("tone", TONES)
def test_badge_reads_on_its_own_ground(theme, tone):
    colours = _colours(theme)

    assert brand.contrast(colours[tone], colours[f"{tone}-soft"]) >= brand.TEXT_CONTRAST


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("surface", SURFACES)
def test_edges_of_fields_can_be_seen(theme, surface):
    colours = _colours(theme)

    assert brand.contrast(colours["line-strong"], colours[surface]) >= brand.SHAPE_CONTRAST


@pytest.mark.parametrize(("surface", "token"), list(zip(brand.LIGHT_SURFACES, ("sunken", "paper", "surface"),
                                               strict=True)))  # fmt: skip
def test_brand_module_knows_the_light_surfaces(surface, token):
    assert _colours(LIGHT)[token] == surface


@pytest.mark.parametrize(("surface", "token"), list(zip(brand.DARK_SURFACES, ("sunken", "surface", "paper"),
                                               strict=True)))  # fmt: skip
def test_brand_module_knows_the_dark_surfaces(surface, token):
    assert _colours(DARK)[token] == surface


def test_every_drawing_that_is_named_exists():
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', (STATIC / "icons.svg").read_text()))
    emblems = set(re.findall(r'<symbol id="([a-z]+)"', (STATIC / "emblems.svg").read_text()))
    roots = [Path(ui.__file__).parent, Path(ui.__file__).parents[1] / "portal"]
    templates = [path.read_text() for root in roots for path in root.rglob("*.html")]
    named = {
        name for text in templates for name in re.findall(r'{% icon(?:_url)? "([a-z]+)"', text)
    }

    assert named | {status.icon for status in statuses.STATUSES.values()} <= drawn
    assert set(brand.EMBLEMS) == emblems


def test_style_sheets_weigh_little():
    weights = {path.name: path.stat().st_size for path in STATIC.glob("*.css")}

    assert sum(weights.values()) < 30_000, weights


def test_style_sheets_use_no_colour_outside_the_tokens():
    for name in ("base.css", "components.css"):
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", (STATIC / name).read_text()), name

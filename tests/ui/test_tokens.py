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

    assert sum(weights.values()) < 32_000, weights


def test_style_sheets_use_no_colour_outside_the_tokens():
    for name in ("base.css", "components.css"):
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", (STATIC / name).read_text()), name


def test_texts_are_read_without_zooming():
    """16 px at least: the root is not resized, so 1 rem is."""
    written = "".join((STATIC / name).read_text() for name in ("base.css", "components.css"))
    tokens = dict(re.findall(r"--([a-z0-9-]+): (?:clamp\()?([0-9.]+)rem", TOKENS))
    sizes = re.findall(
        r"font(?:-size)?: (?:\d+ )?(?:var\(--([a-z0-9]+(?:-small|-lead)?)\)|16px)", written
    )

    assert len(sizes) == len(re.findall(r"font(?:-size)?: (?!inherit)", written))
    assert {name: tokens[name] for name in sizes if name and float(tokens[name]) < 1} == {}


def test_lines_hold_seventy_five_characters_at_most():
    """A character of running French takes 0.47 em on average, in the widest of our fonts 0.5."""
    (em,) = re.findall(r"--measure: ([0-9.]+)em;", TOKENS)

    assert float(em) / 0.47 <= 75


@pytest.mark.parametrize("name", ["tap", "link", "button-small", "help-phone", "choice", "button"])
def test_what_is_touched_is_high_enough(name):
    """44 px at least. A line of `doors` or `todo` (`tap`) is padded around its text."""
    written = "".join((STATIC / sheet).read_text() for sheet in ("base.css", "components.css"))
    selector = {"tap": r"\.doors a"}.get(name, rf"\.{name}")
    rule = re.search(rf"^{selector} \{{(.*?)\}}", written, re.DOTALL | re.MULTILINE)
    assert rule, name
    height = re.search(r"min-height: (?:var\(--(\w+)\)|([0-9.]+)rem)", rule[1])
    assert height, name
    rem = height[2] or re.search(rf"--{height[1]}: ([0-9.]+)rem", TOKENS)[1]

    assert float(rem) * 16 >= 44

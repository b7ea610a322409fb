"""The tenant's colours as the variables of unfold's style sheet, for both themes.

Unfold writes text with `primary-600` on light surfaces and with `primary-500` on dark ones, and
white text on a `primary-600` ground. So 600 is the brand as readable on the lightest surfaces and
500 as readable on the dark ones (`ui.brand`); the others are mixed from these two by the browser.
"""

from __future__ import annotations

from tenants.registry.models import Departement
from ui import brand

_MIXES = {
    "50": ("600", 6, "white"),
    "100": ("600", 12, "white"),
    "200": ("600", 24, "white"),
    "300": ("500", 55, "white"),
    "400": ("500", 80, "white"),
    "700": ("600", 86, "black"),
    "800": ("600", 70, "black"),
    "900": ("600", 55, "black"),
    "950": ("600", 38, "black"),
}


def stylesheet(departement: Departement) -> str:
    """The rules that lay a département's colours over unfold's."""
    light = brand.light_palette(departement.primary_color, departement.accent_color)
    dark = brand.dark_palette(departement.primary_color, departement.accent_color)
    variables = {
        "--color-primary-500": dark.brand_text,
        "--color-primary-600": light.brand_text,
        "--brand-band": light.brand,
        "--on-brand-band": light.on_brand,
    }
    for weight, (base, percent, other) in _MIXES.items():
        variables[f"--color-primary-{weight}"] = (
            f"color-mix(in oklab, var(--color-primary-{base}) {percent}%, {other})"
        )
    declared = "".join(f"{name}:{value};" for name, value in variables.items())
    return (
        f":root{{{declared}--accent:{light.accent};--on-primary:#ffffff;"
        "--primary-ground:var(--color-primary-600);}\n"
        f".dark{{--accent:{dark.accent};--on-primary:{dark.on_brand};"
        "--primary-ground:var(--color-primary-500);}\n"
    )


def version(departement: Departement) -> str:
    """What changes in the style sheet's address when the colours do."""
    return f"{departement.primary_color}{departement.accent_color}".replace("#", "")

"""QR codes drawn in the page, or on paper: what they say goes nowhere else. Black on white always."""

from __future__ import annotations

import io

import segno
from django.utils.safestring import SafeString, mark_safe

BORDER = 4  # modules of white around it: what the standard asks for (ISO/IEC 18004)


def drawn(text: str) -> SafeString:
    """A QR code as an SVG that takes the width it is given."""
    return mark_safe(svg(text))  # noqa: S308  segno's own drawing, no text of anybody


def svg(text: str) -> str:
    """The same as plain text, for a document."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(
        out,
        kind="svg",
        xmldecl=False,
        omitsize=True,
        border=BORDER,
        dark="#000",
        light="#fff",
    )
    return out.getvalue().decode()

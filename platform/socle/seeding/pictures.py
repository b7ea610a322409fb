"""Pictures of the demo that say what they are: no document and no face of anybody."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw


def drawn(words: str) -> bytes:
    """Words on a white page, standing upright, as a PNG."""
    page = Image.new("RGB", (600, 800), "white")
    ImageDraw.Draw(page).multiline_text(
        (60, 80), f"EXEMPLE\n\n{words}", fill="black", font_size=26, spacing=14
    )
    written = io.BytesIO()
    page.save(written, "PNG")
    return written.getvalue()

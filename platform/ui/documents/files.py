"""A document as a file that a browser keeps: its plain name, and an answer that no cache keeps."""

from __future__ import annotations

import dataclasses
import re
import unicodedata

from django.http import HttpResponse

# What the largest of our documents weighs at most; a test makes one. Pages say it beside the link.
MOST_KILOBYTES = 100


@dataclasses.dataclass(frozen=True, slots=True)
class File:
    """A PDF and its name."""

    name: str
    content: bytes


def plain_name(*parts: str) -> str:
    """`facture-2024-000012.pdf`: letters, figures and hyphens only."""
    bare = unicodedata.normalize("NFKD", "-".join(parts)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-") + ".pdf"


def answer(file: File) -> HttpResponse:
    """Send a document to who asked for it, and to nobody else."""
    return HttpResponse(
        file.content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "Cache-Control": "private, no-store",
        },
    )

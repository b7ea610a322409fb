"""What an examination ends on: a document that may be kept, or the code of a refusal."""

from __future__ import annotations

import dataclasses

JPEG = "image/jpeg"
PNG = "image/png"
PDF = "application/pdf"
LONGEST_BYTES = 10_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Examined:
    """A document as it will be kept: a picture is drawn again, a PDF is left as it came."""

    content_type: str
    content: bytes


class Refused(Exception):
    """A file that is not kept. `reason` refines the code; the texts are in `ui.upload_texts`."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


def damaged() -> Refused:
    """It stops too early, or does not hold together."""
    return Refused("UPLOAD_DAMAGED")


def too_heavy() -> Refused:
    """Small as a file, and too large once opened."""
    return Refused("UPLOAD_TOO_HEAVY")


def mixed() -> Refused:
    """A file that is also another kind of file."""
    return Refused("UPLOAD_MIXED")

"""The process that examines: bytes on its input, a line of JSON and the document on its output.

Whatever it does not expect ends it, and whoever started it calls the file damaged.
"""

from __future__ import annotations

import json
import resource
import sys

from commons.examining.verdicts import Examined, Refused, too_heavy

CPU_SECONDS = 15
MEMORY_BYTES = 1_500_000_000
OPEN_FILES = 32

# The beginnings of what families send by mistake, so that the answer says what to do.
_PICTURES = (b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_TEXTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")
_TELEPHONE_PICTURES = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")


def examine(data: bytes) -> Examined:
    """Say what a file is, by its own bytes, and whether it may be kept.

    :raises Refused: if it may not
    """
    if not data:
        raise Refused("UPLOAD_EMPTY")
    if data.startswith(b"\xff\xd8\xff"):
        from commons.examining.pictures import examine_jpeg  # noqa: PLC0415  each kind alone is slow to load

        return examine_jpeg(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        from commons.examining.pictures import examine_png  # noqa: PLC0415

        return examine_png(data)
    if data.startswith(b"%PDF-"):
        from commons.examining.pdfs import examine_pdf  # noqa: PLC0415

        return examine_pdf(data)
    raise Refused("UPLOAD_TYPE_REFUSED", _what_else(data))


def _what_else(data: bytes) -> str:
    is_webp = data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    is_from_telephone = data[4:8] == b"ftyp" and data[8:12] in _TELEPHONE_PICTURES
    if is_webp or is_from_telephone or data.startswith(_PICTURES):
        return "PICTURE"
    return "TEXT" if data.startswith(_TEXTS) else ""


def _limit() -> None:
    """Take from ourselves what an examination does not need."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    if sys.platform == "linux":  # elsewhere the limit is not kept, or refused
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def main() -> None:
    """Examine what comes."""
    _limit()
    content = b""
    try:
        try:
            examined = examine(sys.stdin.buffer.read())
        except MemoryError:
            raise too_heavy() from None
        verdict = {"content_type": examined.content_type}
        content = examined.content
    except Refused as refused:
        verdict = {"code": refused.code, "reason": refused.reason}
    sys.stdout.buffer.write(json.dumps(verdict).encode() + b"\n" + content)

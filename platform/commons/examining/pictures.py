"""Pictures are drawn again: nothing but their pixels is kept.

A photograph of a notice says where it was taken (EXIF), and the file of a picture can hold a
programme after its end. Decoding it and encoding it anew leaves both behind, which picking fields
out of the metadata would not; the picture is turned upright on the way, and one of more pixels than
reading a page asks for is reduced. Its size is read from the headers and bounded before anything is
decoded, and so is the number of passes of a JPEG: each costs as much as the whole picture.
"""

from __future__ import annotations

import io
import re
import struct

from PIL import Image, ImageOps

from commons.examining.verdicts import (
    JPEG,
    LONGEST_BYTES,
    PNG,
    Examined,
    damaged,
    mixed,
    too_heavy,
)

MOST_PIXELS = 50_000_000  # a telephone of 2026 at its finest; four bytes each once decoded
LONGEST_SIDE = 32_000
KEPT_PIXELS = 16_000_000  # a page of A4 at 400 points an inch
MOST_PASSES = 64
QUALITY = 88

_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_NEXT = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
# What makes the rest of a file another file. A film after a photograph (telephones) is only left.
_SECOND_FILE = re.compile(rb"%PDF-|PK\x05\x06|<script|<html|<svg|<\?php|<!doctype", re.IGNORECASE)


def examine_jpeg(data: bytes) -> Examined:
    """Draw a JPEG again.

    :raises Refused: if it is cut, too large once opened, or another file too
    """
    end = _end_of_jpeg(data)
    _refuse_second_file(data, end)
    return Examined(JPEG, _as_jpeg(_decoded(data[:end], "JPEG")))


def examine_png(data: bytes) -> Examined:
    """Draw a PNG again; as a JPEG where that would be larger than a file may be.

    :raises Refused: if it is cut, too large once opened, or another file too
    """
    end = _end_of_png(data)
    _refuse_second_file(data, end)
    picture = _decoded(data[:end], "PNG")
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    if drawn.tell() > LONGEST_BYTES:
        return Examined(JPEG, _as_jpeg(picture))
    return Examined(PNG, drawn.getvalue())


def _end_of_jpeg(data: bytes) -> int:
    """Where the picture ends, after a walk from marker to marker."""
    position, passes, has_size = 2, 0, False
    while position + 2 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        position += 1 if marker == 0xFF else 2  # any number of 0xFF may come before a marker
        if marker == 0xFF or marker in _JPEG_ALONE:
            continue
        if marker == 0xD9:
            if not has_size or not passes:
                raise damaged()
            return position
        length = int.from_bytes(data[position : position + 2], "big")
        if length < 2 or position + length > len(data):
            raise damaged()
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", data[position + 3 : position + 7])
            _check_size(width, height)
            has_size = True
        position += length
        if marker == 0xDA:
            passes += 1
            if passes > MOST_PASSES:
                raise too_heavy()
            found = _JPEG_NEXT.search(data, position)
            if found is None:
                raise damaged()
            position = found.start()
    raise damaged()


def _end_of_png(data: bytes) -> int:
    """Where the picture ends, after a walk from chunk to chunk."""
    if data[12:16] != b"IHDR" or len(data) < 24:
        raise damaged()
    width, height = struct.unpack(">II", data[16:24])
    _check_size(width, height)
    position = len(_PNG_HEAD)
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        name = data[position + 4 : position + 8]
        position += 12 + length
        if name == b"IEND" and position <= len(data):
            return position
    raise damaged()


def _check_size(width: int, height: int) -> None:
    if not width or not height:
        raise damaged()
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise too_heavy()


def _refuse_second_file(data: bytes, end: int) -> None:
    """A picture that a reader of other files would open as one of theirs.

    A reader of PDF looks for a start in the first kilobyte, one of archives for an end in the last
    64: what stands between is pixels, and is not kept as it is.
    """
    if b"%PDF-" in data[:1024] or _SECOND_FILE.search(data, end) or b"PK\x05\x06" in data[-65_600:]:
        raise mixed()


def _decoded(data: bytes, kind: str) -> Image.Image:
    """The pixels, upright, on white, of no more than `KEPT_PIXELS`."""
    with Image.open(io.BytesIO(data), formats=[kind]) as opened:
        _check_size(*opened.size)
        opened.draft(None, _kept_size(opened.size))  # a JPEG is decoded smaller, not reduced after
        opened.load()
        picture = ImageOps.exif_transpose(opened)
        plain = _plain(picture)
    size = _kept_size(plain.size)
    return plain if size == plain.size else plain.resize(size, Image.Resampling.LANCZOS)


def _kept_size(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    if width * height <= KEPT_PIXELS:
        return size
    shrink = (KEPT_PIXELS / (width * height)) ** 0.5
    return max(1, int(width * shrink)), max(1, int(height * shrink))


def _plain(picture: Image.Image) -> Image.Image:
    """In grey or in colours, without transparency, palette or profile."""
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda level: level / 256)
    if picture.has_transparency_data:
        behind = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(behind, picture.convert("RGBA"))
    plain = picture.convert("L" if picture.mode in {"1", "L", "I"} else "RGB")
    plain.info.clear()
    return plain


def _as_jpeg(picture: Image.Image) -> bytes:
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG", quality=QUALITY)
    return drawn.getvalue()

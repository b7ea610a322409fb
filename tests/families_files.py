"""Files that families, and others, give: made by the libraries that make real ones."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

import pypdf
from PIL import Image
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

PARIS = {1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 3.0)}  # of EXIF's GPS
GPS_TAG, ORIENTATION_TAG, TURNED_RIGHT = 0x8825, 0x0112, 6


def picture(
    kind: str = "JPEG", *, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object
) -> bytes:
    """A picture whose left half is dark, as a file."""
    drawn = Image.new(mode, size, "white")
    drawn.paste("black", (0, 0, size[0] // 2, size[1]))
    written = io.BytesIO()
    drawn.save(written, kind, **options)
    return written.getvalue()


def photograph_in_paris() -> bytes:
    """A JPEG as a telephone held upright makes it: turned, with the place where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = TURNED_RIGHT
    exif[GPS_TAG] = PARIS
    return picture("JPEG", exif=exif)


def large_picture(width: int, height: int) -> bytes:
    """A PNG of one bit a pixel: a few kilobytes, whatever its size."""
    written = io.BytesIO()
    Image.new("1", (width, height)).save(written, "PNG")
    return written.getvalue()


def archive() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        made.writestr("programme.js", "alert(1)")
    return written.getvalue()


def pdf(change: Callable[[pypdf.PdfWriter], object] | None = None, *, pages: int = 1) -> bytes:
    """A PDF of blank pages, changed as told."""
    writer = pypdf.PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=100, height=100)
    if change:
        change(writer)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def dictionary(**entries: object) -> DictionaryObject:
    """`dictionary(S=name("JavaScript"))` is `<< /S /JavaScript >>`."""
    made = DictionaryObject()
    for key, value in entries.items():
        made[NameObject(f"/{key}")] = value
    return made


def name(text: str) -> NameObject:
    return NameObject(f"/{text}")


def text(value: str) -> TextStringObject:
    return TextStringObject(value)


def at_opening(**action: object) -> Callable[[pypdf.PdfWriter], None]:
    """A document that does something when it opens."""

    def change(writer: pypdf.PdfWriter) -> None:
        writer.root_object[NameObject("/OpenAction")] = dictionary(**action)

    return change


def in_root(**entries: object) -> Callable[[pypdf.PdfWriter], None]:
    """A document whose catalogue holds something."""

    def change(writer: pypdf.PdfWriter) -> None:
        for key, value in entries.items():
            writer.root_object[NameObject(f"/{key}")] = value

    return change


def stream(data: bytes, **entries: object) -> DecodedStreamObject:
    made = DecodedStreamObject()
    made.set_data(data)
    for key, value in entries.items():
        made[NameObject(f"/{key}")] = value
    return made


def with_stream(data: bytes, **entries: object) -> bytes:
    """A document that holds a stream, as written (its bytes are what the filters say)."""
    return pdf(lambda writer: writer._add_object(stream(data, **entries)))


def in_object_stream(inside: bytes, **extra: object) -> bytes:
    """A document where the bytes of objects lie compressed, out of sight of a search."""
    index = b"90 0 "
    packed = zlib.compress(index + inside)
    return with_stream(
        packed,
        Type=name("ObjStm"),
        N=NumberObject(1),
        First=NumberObject(len(index)),
        Filter=name("FlateDecode"),
        **extra,
    )


def filters(*names: str) -> ArrayObject:
    return ArrayObject([name(each) for each in names])

"""PDFs are kept as they came, so one that does anything but show pages is refused.

Three looks, because readers of PDF do not agree on what a file holds:

1. the bytes as they stand, with the `#xx` of names undone: what a reader that repairs broken files
   might find, wherever it was put;
2. every compressed stream that begins like one, opened piece by piece: the same search, and how
   much it all weighs once open;
3. the objects that the file's own tables lead to (pypdf), those in object streams too: every name
   in them, the filters of streams, the size of pictures, the number of pages.

A document is not rewritten: a tax notice is signed, and a page redrawn proves less.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator, Mapping

import pypdf
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
)

from commons.examining.verdicts import PDF, Examined, Refused, damaged, mixed, too_heavy

MOST_PAGES = 100
MOST_OBJECTS = 100_000
MOST_PIXELS = 150_000_000  # of a picture on a page: A4 at 1,200 points an inch, black on white
MOST_OPENED = 150_000_000  # bytes of one stream once open
MOST_OPENED_IN_ALL = 400_000_000
_PIECE = 1 << 16
_OPENED_PIECE = 1 << 20
_OVERLAP = 64

# A name that no page needs, and what it is for.
UNWANTED: Mapping[str, str] = {
    "/JavaScript": "SCRIPT",
    "/JS": "SCRIPT",
    "/XFA": "FORM",
    "/EmbeddedFile": "FILE",
    "/EmbeddedFiles": "FILE",
    "/EF": "FILE",
    "/FileAttachment": "FILE",
    "/Collection": "FILE",
    "/RichMedia": "MEDIA",
    "/RichMediaContent": "MEDIA",
    "/RichMediaExecute": "MEDIA",
    "/Rendition": "MEDIA",
    "/Movie": "MEDIA",
    "/Sound": "MEDIA",
    "/Launch": "ACTION",
    "/SubmitForm": "ACTION",
    "/ImportData": "ACTION",
    "/GoToE": "ACTION",
    "/GoToR": "ACTION",
}
# The same in bytes of any sort: only what is too long, or too well placed, to stand there by chance.
_ENDS = rb"(?=[\x00\s/<>\[\](){}%]|$)"
_ANYWHERE = re.compile(
    rb"(/(?:JavaScript|EmbeddedFiles?|FileAttachment|RichMedia(?:Content|Execute)?|XFA))" + _ENDS
)
_AS_ACTION = re.compile(rb"/S\s*(/(?:Launch|SubmitForm|ImportData|GoToE|GoToR|Rendition))" + _ENDS)
_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:<<|\d+\s+\d+\s+R)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")

_PRESSED = frozenset(
    {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL", "/BrotliDecode"}
)
_SPELT = frozenset(
    {"/LZWDecode", "/LZW", "/RunLengthDecode", "/RL", "/ASCII85Decode", "/A85"}
    | {"/ASCIIHexDecode", "/AHx", "/BrotliDecode"}
)


def examine_pdf(data: bytes) -> Examined:
    """Accept a PDF that only shows pages.

    :raises Refused: if it is cut, closed by a password, too large once opened, another file too,
        or holds a script, a file, a form that runs, a film or an action
    """
    _check_end(data)
    if _ENCRYPTED.search(data):
        raise Refused("UPLOAD_PDF_LOCKED")
    _search(data)
    _open_streams(data)
    with pypdf.apply_configuration(
        zlib_maximum_output_length=MOST_OPENED // 3,
        lzw_maximum_output_length=MOST_OPENED // 3,
        run_length_maximum_output_length=MOST_OPENED // 3,
        disable_legacy_handling=True,
    ):
        _walk(pypdf.PdfReader(io.BytesIO(data)))
    return Examined(PDF, data)


def _check_end(data: bytes) -> None:
    """The end is there, is the end of the file, and is not the end of an archive."""
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise damaged()
    rest = data[end + len(b"%%EOF") :].strip(b"\x00\t\n\x0c\r ")
    if rest:
        raise damaged() if b" obj" in rest else mixed()
    if b"PK\x05\x06" in data[-65_600:]:
        raise mixed()


def _search(data: bytes) -> None:
    """Refuse bytes that name something unwanted."""
    unescaped = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), data)
    found = _ANYWHERE.search(unescaped) or _AS_ACTION.search(unescaped)
    if found:
        raise Refused("UPLOAD_PDF_ACTIVE", UNWANTED[found[1].decode()])


def _open_streams(data: bytes) -> None:
    """Open what is compressed, wherever it stands, and search it."""
    opened = 0
    for found in _STREAM.finditer(data):
        start = found.end()
        head = data[start : start + 2]
        if len(head) < 2 or head[0] & 0x0F != 8 or int.from_bytes(head, "big") % 31:
            continue
        dictionary = data[max(data.rfind(b"obj", max(0, start - 4096), start), 0) : start]
        is_picture = b"/Image" in dictionary
        kept, of_this = b"", 0
        for piece in _opened(data, start):
            of_this += len(piece)
            opened += len(piece)
            if of_this > MOST_OPENED or opened > MOST_OPENED_IN_ALL:
                raise too_heavy()
            if not is_picture:
                _search(kept + piece)
                kept = piece[-_OVERLAP:]


def _opened(data: bytes, start: int) -> Iterator[bytes]:
    """What a zlib stream gives, in pieces, until it ends or stops making sense."""
    opener = zlib.decompressobj()
    try:
        for position in range(start, len(data), _PIECE):
            given = data[position : position + _PIECE]
            while given and not opener.eof:
                yield opener.decompress(given, _OPENED_PIECE)
                given = opener.unconsumed_tail
            if opener.eof:
                return
    except zlib.error:
        return


def _walk(reader: pypdf.PdfReader) -> None:
    if reader.is_encrypted:
        raise Refused("UPLOAD_PDF_LOCKED")
    known = [
        (number, generation) for generation in reader.xref for number in reader.xref[generation]
    ]
    known += [(number, 0) for number in reader.xref_objStm]
    if len(known) > MOST_OBJECTS:
        raise too_heavy()
    _check_values(reader.trailer)
    for number, generation in known:
        _check_values(reader.get_object(IndirectObject(number, generation, reader)))
    if not 0 < len(reader.pages) <= MOST_PAGES:
        raise too_heavy() if reader.pages else damaged()


def _check_values(value: object) -> None:
    """Every name in an object, and every stream; what it refers to is looked at on its own."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, NameObject):
            _check_name(item)
        elif isinstance(item, ArrayObject):
            waiting.extend(list.__iter__(item))
        elif isinstance(item, DictionaryObject):
            for key, held in dict.items(item):
                _check_name(key)
                waiting.append(held)
            if isinstance(item, StreamObject):
                _check_stream(item)


def _check_name(name: str) -> None:
    if name in UNWANTED:
        raise Refused("UPLOAD_PDF_ACTIVE", UNWANTED[name])


def _check_stream(stream: StreamObject) -> None:
    """Its filters say no more than one compression; what is spelt otherwise is opened."""
    if "/F" in stream:  # its bytes are in another file
        raise Refused("UPLOAD_PDF_ACTIVE", "FILE")
    given = stream.get("/Filter", ArrayObject())
    filters = [given] if isinstance(given, NameObject) else [each.get_object() for each in given]
    if "/Crypt" in filters:
        raise Refused("UPLOAD_PDF_LOCKED")
    if sum(1 for each in filters if each in _PRESSED) > 1:
        raise too_heavy()
    if stream.get("/Subtype") == "/Image":
        if int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > MOST_PIXELS:
            raise too_heavy()
    elif _SPELT.intersection(filters):
        _search(stream.get_data())

"""A file of the feed as a stream of bytes that refuses what could hurt or mislead the parser.

libxml2 already refuses 256 levels of depth and texts of 10 MB; here are the limits it lacks: the
size of a file, the bytes between two records (what one record may hold in memory), the encodings,
an internal DTD subset (where entities are declared), and a file that says ISO-8859-15 but is mostly
written in UTF-8, whose accents would be wrong.
"""

from __future__ import annotations

import codecs
import dataclasses
import re
from typing import BinaryIO

from tenants.people.aaf.errors import FeedUnreadable, Problem

ENCODINGS = {"utf-8", "iso8859-1", "iso8859-15", "cp1252", "ascii"}
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_HEAD_BYTES = 4096
_ENTITY = b"<!ENTITY"
# What may stand before the document type and hide a `<` or a `[` of its own.
_PASSED_OVER = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)
_SUBSET = re.compile(rb"""<!DOCTYPE(?:[^>\["']|"[^"]*"|'[^']*')*\[""")
_FIRST_ELEMENT = re.compile(rb"<[A-Za-z_:]")
_UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_HIGH_BYTES = bytes(range(0x80, 0x100))


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """What one file may weigh, in bytes."""

    file_bytes: int = 2 * 1024**3
    record_bytes: int = 1024**2


class GuardedFile:
    """What `lxml.etree.iterparse` reads from. Call `record_ended` after each record."""

    def __init__(self, file: BinaryIO, *, name: str, limits: Limits) -> None:
        self._file = file
        self._name = name
        self._limits = limits
        self._total = 0
        self._since_record = 0
        self._tail = b""
        self._prolog: bytes | None = b""
        self._is_latin = False
        self._utf8_letters = 0
        self._latin_letters = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes.

        :raises FeedUnreadable: if the file breaks a limit
        """
        chunk = self._file.read(size)
        if self._total == 0:
            self._check_head(chunk[:_HEAD_BYTES])
        self._total += len(chunk)
        self._since_record += len(chunk)
        if self._total > self._limits.file_bytes:
            raise FeedUnreadable(
                Problem.FILE_TOO_LARGE, file=self._name, limit_mb=self._limits.file_bytes >> 20
            )
        if self._since_record > self._limits.record_bytes:
            raise FeedUnreadable(
                Problem.RECORD_TOO_LARGE, file=self._name, limit_mb=self._limits.record_bytes >> 20
            )
        self._check_entities(chunk)
        if self._is_latin:
            self._doubt_encoding(chunk)
        return chunk

    def record_ended(self) -> None:
        """A record was read and freed: the next may weigh as much."""
        self._since_record = 0

    def _check_head(self, head: bytes) -> None:
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in head:
            raise FeedUnreadable(Problem.ENCODING, file=self._name, line=1, encoding="UTF-16")
        text = head.removeprefix(codecs.BOM_UTF8)
        if text.strip() and not text.lstrip().startswith(b"<"):  # EBCDIC too: it starts otherwise
            raise FeedUnreadable(Problem.NOT_XML, file=self._name, line=1)
        match = _DECLARED.match(text)
        declared = match[1].decode("ascii") if match else "utf-8"
        try:
            encoding = codecs.lookup(declared).name
        except LookupError:
            encoding = ""
        if encoding not in ENCODINGS:
            raise FeedUnreadable(Problem.ENCODING, file=self._name, line=1, encoding=declared)
        self._is_latin = encoding.startswith(("iso", "cp"))

    def _check_entities(self, chunk: bytes) -> None:
        """Refuse where entities can be declared, even cut in two by the end of a chunk."""
        if _ENTITY in chunk or _ENTITY in self._tail + chunk[: len(_ENTITY)]:
            raise FeedUnreadable(Problem.ENTITIES, file=self._name, line=1)
        self._tail = chunk[-len(_ENTITY) :]
        if self._prolog is None:
            return
        self._prolog = _PASSED_OVER.sub(b"", self._prolog + chunk)
        if _SUBSET.search(self._prolog):
            raise FeedUnreadable(Problem.ENTITIES, file=self._name, line=1)
        if _FIRST_ELEMENT.search(self._prolog.partition(b"<!--")[0]):
            self._prolog = None

    def _doubt_encoding(self, chunk: bytes) -> None:
        """Refuse, at the end, a file whose accents are mostly those of UTF-8."""
        if chunk and not chunk.isascii():
            high = len(chunk) - len(chunk.translate(None, _HIGH_BYTES))
            letters = _UTF8_LETTER.findall(chunk)
            self._utf8_letters += len(letters)
            self._latin_letters += high - sum(map(len, letters))
        if not chunk and self._utf8_letters > self._latin_letters:
            raise FeedUnreadable(Problem.WRONG_BYTES, file=self._name, line=1)

"""A file of the feed as a stream of bytes that refuses what could hurt or mislead the parser.

libxml2 already refuses 256 levels of depth and texts of 10 MB; here are the limits it lacks: the
size of a file, the bytes between two records (what one record may hold in memory), the encodings,
an internal DTD subset (where entities are declared), and a file that says ISO-8859-15 but is
written in UTF-8, whose accents would be wrong from one end to the other.
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


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """What one file may weigh, in bytes and characters."""

    file_bytes: int = 2 * 1024**3
    record_bytes: int = 1024**2
    text_chars: int = 2_000


class GuardedFile:
    """What `lxml.etree.iterparse` reads from. Call `record_ended` after each record."""

    def __init__(self, file: BinaryIO, *, name: str, limits: Limits) -> None:
        self._file = file
        self._name = name
        self._limits = limits
        self._total = 0
        self._since_record = 0
        self._utf8: codecs.IncrementalDecoder | None = None
        self._has_accents = False

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
        if b"<!ENTITY" in chunk:
            raise FeedUnreadable(Problem.ENTITIES, file=self._name, line=1)
        if self._utf8 is not None:
            self._doubt_encoding(chunk)
        return chunk

    def record_ended(self) -> None:
        """A record was read and freed: the next may weigh as much."""
        self._since_record = 0

    def _check_head(self, head: bytes) -> None:
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in head:
            raise FeedUnreadable(Problem.ENCODING, file=self._name, line=1, encoding="UTF-16")
        match = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
        declared = match[1].decode("ascii") if match else "utf-8"
        try:
            encoding = codecs.lookup(declared).name
        except LookupError:
            encoding = ""
        if encoding not in ENCODINGS:
            raise FeedUnreadable(Problem.ENCODING, file=self._name, line=1, encoding=declared)
        if re.search(rb"<!DOCTYPE[^>\[]*\[", head):
            raise FeedUnreadable(Problem.ENTITIES, file=self._name, line=1)
        if encoding.startswith(("iso", "cp")):
            self._utf8 = codecs.getincrementaldecoder("utf-8")()

    def _doubt_encoding(self, chunk: bytes) -> None:
        assert self._utf8 is not None
        try:
            self._has_accents |= not chunk.isascii()
            self._utf8.decode(chunk, final=not chunk)
        except UnicodeDecodeError:  # truly not UTF-8: the declaration is right
            self._utf8 = None
            return
        if not chunk and self._has_accents:
            raise FeedUnreadable(Problem.WRONG_BYTES, file=self._name, line=1)

"""Reading a PDF back with another's parser (pypdf): its text in order, its tags, what it says of itself."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pypdf
from pypdf.generic import IndirectObject


def reader(content: bytes) -> pypdf.PdfReader:
    assert content.startswith(b"%PDF-1.7")
    return pypdf.PdfReader(io.BytesIO(content), strict=True)


def plain(text: str) -> str:
    """In one line, every kind of space as one space; a cut word whole again."""
    return re.sub(r"\s+", " ", text.replace("\u200b", "")).strip()


def text_of(content: bytes) -> str:
    """What is read of a document, page after page, in the order of its content."""
    return plain("\n".join(page.extract_text() for page in reader(content).pages))


def tags(content: bytes) -> list[tuple[str, dict[str, Any]]]:
    """The elements of the structure, in reading order."""
    return list(_elements(reader(content).trailer["/Root"]["/StructTreeRoot"]))


def _elements(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    found = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(found, list):
        for child in found:
            yield from _elements(child)
    elif isinstance(found, dict):
        if "/S" in found:
            yield str(found["/S"]), found
        if "/K" in found:
            yield from _elements(found["/K"])


def comes_in_order(text: str, *parts: str) -> bool:
    """Whether some texts are read one after the other."""
    at = 0
    for part in parts:
        found = text.find(plain(part), at)
        if found < 0:
            return False
        at = found + len(plain(part))
    return True

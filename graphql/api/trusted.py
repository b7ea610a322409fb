"""Our own documents, known by their digest: a request names one instead of sending its text.

A request says `documentId: "sha256:…"` (GraphQL over HTTP, appendix on persisted documents). The documents
are the files of `trusted_documents/`; a test validates each and holds it to the limits, so that a process
prepares it once and keeps it.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from api.refusals import Refused

FOLDER = Path(__file__).with_name("trusted_documents")


@functools.cache
def documents() -> dict[str, str]:
    """The text of each document, by its identifier."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.graphql"))]
    return {identifier_of(text): text for text in texts}


def identifier_of(text: str) -> str:
    """How a request names a document."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def text_of(identifier: str) -> str:
    """The text a request names.

    :raises Refused: if it is none of ours
    """
    text = documents().get(identifier)
    if text is None:
        raise Refused("DOCUMENT_UNKNOWN")
    return text

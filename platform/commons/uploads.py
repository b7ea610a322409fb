"""Documents that families give: checked before they are kept, kept where only their tenant reads.

`receive` takes a stream and says whether it may be kept. It believes neither the name nor the type
that came with it: `commons.examining` looks at the bytes, in a process of its own. Pictures are
drawn again (no place where they were taken, nothing after their end); PDFs are kept as they came,
so those that run, lock or carry anything are refused. At most one file of 10 MB is in memory.

`store` writes it under `UPLOADS_DIR`, in the folder of the current tenant, under a name drawn at
random: no word of a person is in a path. The row that keeps that name is the caller's; a file is
written before its row is committed, so `sweep_orphans` removes what no row names.

`open_stored` and `delete_stored` find a name in the current tenant's folder alone: one of another
tenant is not there. No link is followed, at any level, and no address leads to these folders: a
view that checked who asks answers with `document_response` (`commons.upload_requests`).
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO, Protocol

from commons import upload_folders
from commons.errors import DomainError, NotFound
from commons.examining.verdicts import JPEG, LONGEST_BYTES, PDF, PNG

logger = logging.getLogger(__name__)

EXTENSIONS = {JPEG: "jpg", PNG: "png", PDF: "pdf"}
CONTENT_TYPES = {extension: content_type for content_type, extension in EXTENSIONS.items()}
EXAMINATION_SECONDS = 30
LONGEST_DECLARED_NAME = 100

_PIECE = 1 << 16
# What moves the cursor, or turns the reading order of a name around ("fdp.exe" read "exe.pdf").
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_IMPORTS = Path(__file__).resolve().parents[1]
_PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from commons.examining import process
process.main()
"""
# One at a time in a process of ours: each may take a gigabyte, and there are as many as requests.
_one_at_a_time = threading.Lock()


class UploadRefused(DomainError):
    """A file that is not kept."""

    code = "UPLOAD_REFUSED"


class UploadEmpty(UploadRefused):
    """No byte came."""

    code = "UPLOAD_EMPTY"


class UploadTooLarge(UploadRefused):
    """More than 10 MB; `limit_mb` says it."""

    code = "UPLOAD_TOO_LARGE"


class UploadTypeRefused(UploadRefused):
    """Neither JPEG, PNG nor PDF; `reason` is `PICTURE`, `TEXT` or empty."""

    code = "UPLOAD_TYPE_REFUSED"


class UploadDamaged(UploadRefused):
    """It stops too early, or does not hold together."""

    code = "UPLOAD_DAMAGED"


class UploadTooHeavy(UploadRefused):
    """Small as a file, too large or too long once opened."""

    code = "UPLOAD_TOO_HEAVY"


class UploadMixed(UploadRefused):
    """A file that is also another kind of file."""

    code = "UPLOAD_MIXED"


class UploadPdfLocked(UploadRefused):
    """A PDF closed by a password, or encrypted."""

    code = "UPLOAD_PDF_LOCKED"


class UploadPdfActive(UploadRefused):
    """A PDF that does more than show pages; `reason`: SCRIPT, FORM, FILE, MEDIA or ACTION."""

    code = "UPLOAD_PDF_ACTIVE"


_REFUSALS: dict[str, type[UploadRefused]] = {
    kind.code: kind
    for kind in (
        UploadEmpty,
        UploadTypeRefused,
        UploadDamaged,
        UploadTooHeavy,
        UploadMixed,
        UploadPdfLocked,
        UploadPdfActive,
    )
}


class Readable(Protocol):
    """What `receive` reads: a file, or what Django gives for one."""

    def read(self, size: int, /) -> bytes: ...


@dataclasses.dataclass(frozen=True, slots=True)
class Upload:
    """A document that may be kept. `declared_name` is for people to read, and nothing else."""

    declared_name: str
    content_type: str
    content: bytes = dataclasses.field(repr=False)

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)

    @property
    def sha256(self) -> str:
        """Of what will be kept, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclasses.dataclass(frozen=True, slots=True)
class StoredFile:
    """What the caller's row keeps: a name drawn at random, and what to check the bytes by."""

    name: str
    content_type: str
    size: int
    sha256: str


@dataclasses.dataclass(frozen=True, slots=True)
class DeletedFile:
    """The proof that a file was removed: what it was, and that it is there no more."""

    name: str
    size: int
    sha256: str


def receive(stream: Readable, *, declared_name: str) -> Upload:
    """Check a document that somebody gives; nothing is kept.

    :raises UploadTooLarge: as soon as more than 10 MB were read
    :raises UploadRefused: one of its kinds, each with what to do instead
    """
    content = _read(stream)
    verdict, kept = _examined(content)
    if "code" in verdict:
        refusal = _REFUSALS[verdict["code"]]
        raise refusal(reason=verdict["reason"]) if verdict["reason"] else refusal()
    return Upload(
        declared_name=_readable_name(declared_name),
        content_type=verdict["content_type"],
        content=kept,
    )


def store(upload: Upload) -> StoredFile:
    """Keep a document in the current tenant's folder; on disk when this returns.

    :raises NoTenant: outside a tenant
    """
    name = upload_folders.write_new(upload.content, extension=EXTENSIONS[upload.content_type])
    return StoredFile(name, upload.content_type, upload.size, upload.sha256)


def open_stored(name: str) -> BinaryIO:
    """Read a document of the current tenant; the caller closes it.

    :raises NotFound: if the current tenant has none of that name
    :raises NoTenant: outside a tenant
    """
    try:
        return upload_folders.open_existing(name)
    except OSError as error:
        raise NotFound from error


def content_type_of(name: str) -> str:
    """What a stored name says of its content: the type that was found when it was received.

    :raises NotFound: if it is no name of ours
    """
    try:
        return CONTENT_TYPES[upload_folders.extension_of(name)]
    except FileNotFoundError as error:
        raise NotFound from error


def delete_stored(name: str) -> DeletedFile:
    """Remove a document of the current tenant, and prove it: what it was, and that it is gone.

    :raises NotFound: if the current tenant has none of that name
    :raises NoTenant: outside a tenant
    """
    digest, size = hashlib.sha256(), 0
    with open_stored(name) as stored:
        while piece := stored.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    upload_folders.remove(name)
    return DeletedFile(name, size, digest.hexdigest())


def sweep_orphans(known: Collection[str], *, before: datetime.datetime) -> list[str]:
    """Remove the current tenant's files that no row names, last written before a moment.

    `known` are the names of every row of the tenant. The moment must be far enough in the past for
    a transaction in progress to have committed its row: an hour. Files half written go too.

    :raises NoTenant: outside a tenant
    """
    names = set(known)
    orphans = [name for name in upload_folders.names(before=before) if name not in names]
    for name in orphans:
        upload_folders.remove(name)
    return orphans


def _read(stream: Readable) -> bytes:
    pieces, size = [], 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > LONGEST_BYTES:
            raise UploadTooLarge(limit_mb=LONGEST_BYTES // 1_000_000)
        pieces.append(piece)
    return b"".join(pieces)


def _examined(content: bytes) -> tuple[dict[str, str], bytes]:
    """The verdict of a process that has no environment, and no more time and memory than it needs."""
    command = [sys.executable, "-I", "-c", _PROGRAM, str(_IMPORTS)]
    try:
        with _one_at_a_time:
            done = subprocess.run(
                command,
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                timeout=EXAMINATION_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired:
        raise UploadTooHeavy from None
    if done.returncode < 0:  # ended by a limit
        raise UploadTooHeavy
    if done.returncode:
        logger.warning("an uploaded file could not be read", extra={"size": len(content)})
        raise UploadDamaged
    said, _, kept = done.stdout.partition(b"\n")
    return json.loads(said), kept


def _readable_name(declared: str) -> str:
    """The last part of a name as somebody's computer wrote it, for people to read."""
    last = _INVISIBLE.sub("", re.split(r"[/\\]", declared)[-1]).strip()
    return last[:LONGEST_DECLARED_NAME]

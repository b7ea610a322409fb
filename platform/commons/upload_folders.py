"""Where uploaded documents lie: `UPLOADS_DIR/<schema of the tenant>/<two digits>/<name>`.

Each level is opened from the one above by its descriptor, without following a link, so that neither
a name nor what somebody put in a folder leads out of the current tenant's. A file is written under
another name, forced to disk, then renamed: it is whole or absent. What is no name of ours is absent.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from commons.tenancy import require_tenant

_NAME = re.compile(r"[0-9a-f]{32}\.(jpg|png|pdf)")
_HALF_WRITTEN = re.compile(r"[0-9a-f]{32}\.part")
_SHARD = re.compile(r"[0-9a-f]{2}")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_CLOEXEC


def extension_of(name: str) -> str:
    """The extension of a name of ours.

    :raises FileNotFoundError: if it is not one
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise FileNotFoundError(name)
    return found[1]


def write_new(content: bytes, *, extension: str) -> str:
    """Write a new file, on disk when this returns, and say its name."""
    token = secrets.token_hex(16)
    name = f"{token}.{extension}"
    with _shard(name, make=True) as folder:
        half = f"{token}.part"
        descriptor = os.open(
            half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE, 0o600, dir_fd=folder
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(half, name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    return name


def open_existing(name: str) -> BinaryIO:
    """Open a file of the current tenant.

    :raises OSError: if it is not there, or is no plain file
    """
    extension_of(name)
    with _shard(name) as folder:
        descriptor = os.open(name, os.O_RDONLY | _FILE | os.O_NONBLOCK, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileNotFoundError(name)
    return os.fdopen(descriptor, "rb")


def remove(name: str) -> None:
    """Remove a file of the current tenant, for good when this returns; absent is done."""
    with contextlib.suppress(FileNotFoundError), _shard(name) as folder:
        os.unlink(name, dir_fd=folder)
        os.fsync(folder)


def names(*, before: datetime.datetime) -> list[str]:
    """The current tenant's files last written before a moment, half written ones too, in order."""
    found = []
    with contextlib.suppress(FileNotFoundError), _tenant_folder() as folder:
        for shard in filter(_SHARD.fullmatch, _names_in(folder)):
            with _opened(shard, folder) as inside:
                for name in _names_in(inside):
                    status = os.stat(name, dir_fd=inside, follow_symlinks=False)
                    is_ours = _NAME.fullmatch(name) or _HALF_WRITTEN.fullmatch(name)
                    if is_ours and status.st_mtime < before.timestamp():
                        found.append(name)
    return found


def _names_in(folder: int) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries)


@contextlib.contextmanager
def _shard(name: str, *, make: bool = False) -> Iterator[int]:
    """The folder a name lies in: a hundred thousand files in one would be slow to list."""
    with _tenant_folder(make=make) as tenant, _opened(name[:2], tenant, make=make) as folder:
        yield folder


@contextlib.contextmanager
def _tenant_folder(*, make: bool = False) -> Iterator[int]:
    schema_name = require_tenant().schema_name
    root = Path(settings.UPLOADS_DIR)
    if make:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The root itself is the operator's, who may well have made it a link to another disk.
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with _opened(schema_name, descriptor, make=make) as folder:
            yield folder
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _opened(name: str, parent: int, *, make: bool = False) -> Iterator[int]:
    """A folder in a folder, as a descriptor.

    :raises OSError: if it is absent, a link, or no folder
    """
    if make:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=parent)
            os.fsync(parent)
    descriptor = os.open(name, _FOLDER, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)

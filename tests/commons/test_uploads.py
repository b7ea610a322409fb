"""A document from its arrival to its removal: refused with nothing kept, or kept whole."""

from __future__ import annotations

import datetime
import hashlib
import io
import os
import subprocess
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.http.multipartparser import MultiPartParser
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from commons import upload_folders, upload_requests, uploads
from commons.errors import NotFound
from commons.examining import process
from commons.examining.verdicts import LONGEST_BYTES
from tests import families_files as files
from ui import errors


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, tenant_db) -> Path:
    settings.UPLOADS_DIR = tmp_path / "uploads"
    return settings.UPLOADS_DIR


def receive(content: bytes, *, declared_name: str = "avis.pdf") -> uploads.Upload:
    return uploads.receive(io.BytesIO(content), declared_name=declared_name)


def kept_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


# --- receiving ---


def test_a_document_is_told_by_its_bytes_and_not_by_what_came_with_it():
    sent = SimpleUploadedFile("avis.exe", files.picture("PNG"), content_type="text/html")

    received = uploads.receive(sent, declared_name=sent.name)

    assert (received.content_type, received.declared_name) == ("image/png", "avis.exe")
    assert received.sha256 == hashlib.sha256(received.content).hexdigest()


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (b"", uploads.UploadEmpty, None),
        (files.archive(), uploads.UploadTypeRefused, "TEXT"),
        (files.picture("JPEG")[:-30], uploads.UploadDamaged, None),
        (files.large_picture(10_000, 6_000), uploads.UploadTooHeavy, None),
        (files.picture("PNG") + files.archive(), uploads.UploadMixed, None),
        (files.pdf(lambda writer: writer.encrypt("x")), uploads.UploadPdfLocked, None),
        (files.pdf(files.at_opening(S=files.name("Launch"))), uploads.UploadPdfActive, "ACTION"),
        (b"%PDF-1.7\nstartxref\n0\n%%EOF", uploads.UploadDamaged, None),
    ],
)
def test_a_refusal_says_what_to_do_and_keeps_nothing(content, kind, reason, folder):
    with pytest.raises(uploads.UploadRefused) as caught:
        receive(content)

    assert type(caught.value) is kind
    assert caught.value.details.get("reason") == reason
    assert "photo" in errors.explain(caught.value).todo or reason == "PICTURE"
    assert not folder.exists()


class Endless:
    """What never ends, and counts what was read of it."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def read(self, size: int) -> bytes:
        self.read_bytes += size
        return bytes(size)


def test_more_than_ten_megabytes_are_not_read():
    stream = Endless()

    with pytest.raises(uploads.UploadTooLarge) as caught:
        uploads.receive(stream, declared_name="x")

    assert stream.read_bytes < LONGEST_BYTES + 100_000
    assert errors.explain(caught.value).why == "Ce fichier dépasse 10\u00a0Mo."


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        (r"C:\Users\Awa\avis.pdf", "avis.pdf"),
        ("../../etc/passwd", "passwd"),
        ("avis\u202efdp.exe", "avisfdp.exe"),
        ("avis\r\nX: y.pdf", "avisX: y.pdf"),
        ("é" * 300, "é" * 100),
        ("", ""),
    ],
)
def test_a_declared_name_is_only_read_by_people(declared, shown):
    assert receive(files.picture(), declared_name=declared).declared_name == shown


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", uploads.UploadTooHeavy),
        ("import time; time.sleep(20)", uploads.UploadTooHeavy),
        ("raise SystemError", uploads.UploadDamaged),
    ],
)
def test_a_file_that_ends_what_examines_it_is_refused(ending, kind, monkeypatch, folder):
    monkeypatch.setattr(uploads, "_PROGRAM", ending)
    monkeypatch.setattr(uploads, "EXAMINATION_SECONDS", 1)

    with pytest.raises(kind):
        receive(files.picture())

    assert not folder.exists()


def in_the_process(code: str) -> subprocess.CompletedProcess[bytes]:
    """Run something where files are examined, through the command that `uploads` starts."""
    program = uploads._PROGRAM.replace("process.main()", f"process._limit()\n{code}")
    command = [uploads.sys.executable, "-I", "-c", program, str(uploads._IMPORTS)]
    return subprocess.run(command, capture_output=True, env={}, check=False)


def test_what_examines_has_no_secret_no_memory_and_no_file_to_write(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "secret")
    seen = {}
    run = subprocess.run
    monkeypatch.setattr(
        uploads.subprocess, "run", lambda *a, **options: seen.update(options) or run(*a, **options)
    )
    receive(files.picture())
    written = tmp_path / "written"

    assert seen["env"] == {}
    assert b"MemoryError" in in_the_process(f"bytearray({process.MEMORY_BYTES})").stderr
    refused = in_the_process(f"open({str(written)!r}, 'wb', buffering=0).write(b'x')")
    assert b"File too large" in refused.stderr
    assert written.read_bytes() == b""
    known = in_the_process("import os; print(set(os.environ) - {'LC_CTYPE'})")
    assert known.stdout == b"set()\n"


# --- keeping ---


def test_a_kept_document_is_read_back_as_it_was(folder):
    received = receive(files.pdf())

    stored = uploads.store(received)

    with uploads.open_stored(stored.name) as file:
        assert file.read() == received.content
    assert (stored.content_type, stored.size, stored.sha256) == (
        "application/pdf",
        received.size,
        received.sha256,
    )
    assert uploads.content_type_of(stored.name) == "application/pdf"
    (path,) = kept_files(folder)
    assert path == folder / "d92" / stored.name[:2] / stored.name
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_names_are_drawn_at_random():
    received = receive(files.picture(), declared_name="avis-diallo.jpg")

    names = {uploads.store(received).name for _ in range(5)}

    assert len(names) == 5
    assert not any("diallo" in name for name in names)


def test_a_file_is_whole_or_absent(folder, monkeypatch):
    """The disk says no between the writing and the renaming: nothing of that name is there."""
    received = receive(files.picture())

    def full(*_args: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(upload_folders.os, "rename", full)
    with pytest.raises(OSError, match="No space"):
        uploads.store(received)

    (half,) = kept_files(folder)
    assert half.suffix == ".part"
    with pytest.raises(NotFound):
        uploads.open_stored(half.name)


def test_a_file_is_forced_to_disk_before_it_has_its_name(monkeypatch):
    received = receive(files.picture())
    uploads.store(received)  # its folders may be there or not afterwards
    done: list[str] = []
    for act in ("fsync", "rename"):
        real = getattr(upload_folders.os, act)
        monkeypatch.setattr(
            upload_folders.os,
            act,
            lambda *a, _do=real, _n=act, **o: done.append(_n) or _do(*a, **o),
        )

    uploads.store(received)

    assert done[-3:] == ["fsync", "rename", "fsync"]


def test_a_removed_document_is_gone_and_that_is_proved(folder):
    received = receive(files.picture())
    stored = uploads.store(received)

    proof = uploads.delete_stored(stored.name)

    assert proof == uploads.DeletedFile(stored.name, received.size, received.sha256)
    assert kept_files(folder) == []
    for act in (uploads.open_stored, uploads.delete_stored):
        with pytest.raises(NotFound):
            act(stored.name)


def test_what_no_row_names_is_swept_when_it_is_old_enough(folder):
    received = receive(files.picture())
    named, orphan, recent = (uploads.store(received).name for _ in range(3))
    half = folder / "d92" / named[:2] / f"{named[:2]}{'0' * 30}.part"
    half.write_bytes(b"half")
    not_ours = folder / "d92" / named[:2] / "lost+found"
    not_ours.write_bytes(b"x")
    long_ago = timezone.now() - datetime.timedelta(days=2)
    for path in kept_files(folder):
        if path.name != recent:
            os.utime(path, (long_ago.timestamp(), long_ago.timestamp()))

    swept = uploads.sweep_orphans({named}, before=timezone.now() - datetime.timedelta(hours=1))

    assert sorted(swept) == sorted([orphan, half.name])
    assert {path.name for path in kept_files(folder)} == {named, recent, "lost+found"}


def test_there_is_nothing_to_sweep_where_nothing_was_kept():
    assert uploads.sweep_orphans((), before=timezone.now()) == []


# --- between a browser and here ---


def test_a_document_is_answered_disarmed():
    picture = uploads.store(receive(files.picture()))
    document = uploads.store(receive(files.pdf()))

    shown = upload_requests.document_response(picture.name, title="piece")
    saved = upload_requests.document_response(document.name, title="piece")

    assert shown["Content-Disposition"] == 'inline; filename="piece.jpg"'
    assert saved["Content-Disposition"] == 'attachment; filename="piece.pdf"'
    assert (shown["Content-Type"], saved["Content-Type"]) == ("image/jpeg", "application/pdf")
    for response in (shown, saved):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"].startswith("default-src 'none';")
        assert response["Content-Security-Policy"].endswith("; sandbox")
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response["Cache-Control"] == "private, no-store"


def test_a_form_with_too_large_a_file_keeps_its_other_fields(settings):
    """The rest of the file goes by: what is kept is enough to refuse it, and in memory."""
    sent = {
        "a": "avant",
        "file": SimpleUploadedFile("gros.pdf", bytes(LONGEST_BYTES + 5_000_000)),
        "z": "après",
    }
    body = encode_multipart(BOUNDARY, sent)
    handler = upload_requests.BoundedUploadHandler()
    handler.chunk_size = 1 << 20
    headers = {"CONTENT_TYPE": MULTIPART_CONTENT, "CONTENT_LENGTH": str(len(body))}

    fields, kept = MultiPartParser(headers, io.BytesIO(body), [handler]).parse()

    assert isinstance(fields, QueryDict)
    assert (fields["a"], fields["z"]) == ("avant", "après")
    assert kept["file"].size == LONGEST_BYTES + 1
    with pytest.raises(uploads.UploadTooLarge):
        uploads.receive(kept["file"], declared_name="gros.pdf")
    assert settings.FILE_UPLOAD_HANDLERS == ["commons.upload_requests.BoundedUploadHandler"]

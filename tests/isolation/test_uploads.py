"""A document given in one département is not there for another, and no link or name leads to it."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from django.utils import timezone

from commons import upload_requests, uploads
from commons.errors import NotFound
from commons.tenancy import NoTenant
from tenants.registry import contexts
from tests import families_files as files


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, tenant_db) -> Path:
    settings.UPLOADS_DIR = tmp_path / "uploads"
    return settings.UPLOADS_DIR


@pytest.fixture
def received() -> uploads.Upload:
    return uploads.receive(io.BytesIO(files.picture()), declared_name="avis.jpg")


def tries(name: str) -> None:
    """Every way to a document refuses it."""
    with pytest.raises(NotFound):
        uploads.open_stored(name)
    with pytest.raises(NotFound):
        uploads.delete_stored(name)
    with pytest.raises(NotFound):
        upload_requests.document_response(name, title="x")


def test_a_document_of_another_departement_is_not_there(received):
    with contexts.tenant("d94"):
        theirs = uploads.store(received)

    tries(theirs.name)
    assert uploads.sweep_orphans((), before=timezone.now()) == []

    with contexts.tenant("d94"), uploads.open_stored(theirs.name) as kept:
        assert kept.read() == received.content


def test_no_name_leads_out_of_the_departements_folder(received, folder):
    with contexts.tenant("d94"):
        theirs = uploads.store(received)
    uploads.store(received)
    path = f"{theirs.name[:2]}/{theirs.name}"
    (folder / "d92" / "..").resolve().joinpath("secret.jpg").write_bytes(b"x")

    for name in (
        f"../d94/{path}",
        f"../../d94/{path}",
        f"/{folder}/d94/{path}",
        "../secret.jpg",
        "",
    ):
        tries(name)
    with contexts.tenant("d94"), uploads.open_stored(theirs.name) as kept:
        assert kept.read() == received.content


@pytest.mark.parametrize("level", ["file", "shard", "tenant"])
def test_no_link_is_followed(received, folder, level):
    with contexts.tenant("d94"):
        theirs = uploads.store(received)
    target = folder / "d94" / theirs.name[:2] / theirs.name
    ours = folder / "d92" / theirs.name[:2] / theirs.name
    link, to = {
        "file": (ours, target),
        "shard": (ours.parent, target.parent),
        "tenant": (ours.parent.parent, target.parent.parent),
    }[level]
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(to)

    tries(theirs.name)
    assert target.read_bytes() == received.content


def test_what_is_no_plain_file_is_not_opened(received, folder):
    """A pipe would keep whoever opens it waiting."""
    name = uploads.store(received).name
    path = folder / "d92" / name[:2] / name
    path.unlink()
    os.mkfifo(path)

    tries(name)


def test_there_are_no_documents_outside_a_departement(received):
    with contexts.public():
        for act in (
            lambda: uploads.store(received),
            lambda: uploads.open_stored(f"{'0' * 32}.jpg"),
            lambda: uploads.delete_stored(f"{'0' * 32}.jpg"),
            lambda: uploads.sweep_orphans((), before=timezone.now()),
        ):
            with pytest.raises(NoTenant):
                act()

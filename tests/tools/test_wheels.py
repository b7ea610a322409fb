"""One file out of a pinned wheel: what is not what was pinned is never written."""

from __future__ import annotations

import os
import sys

import pytest

from tests.tools.index import Index, serve, sha256, wheel
from tests.tools.trees import ROOT

sys.path.append(str(ROOT / "tools"))
import wheels

NAME = "tool-1.0-py3-none-any.whl"
CONTENT = wheel(**{"tool-1.0.data__scripts__tool": "#!/bin/sh\necho tool\n"})


@pytest.fixture(autouse=True)
def no_index_of_the_machine(monkeypatch):
    for name in wheels.INDEX_VARIABLES:
        monkeypatch.delenv(name, raising=False)


def pinned(content: bytes = CONTENT, member: str = ".data/scripts/tool") -> wheels.Wheel:
    return wheels.Wheel("tool", NAME, sha256(content), member)


@pytest.mark.parametrize("is_json", [True, False])
def test_the_file_is_taken_from_the_wheel_and_can_be_run(tmp_path, monkeypatch, is_json):
    index = Index(is_json=is_json)
    index.add("tool", NAME, CONTENT)
    with serve(index):
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
        path = wheels.extract(pinned(), tmp_path / "deep" / "tool")

    assert path.read_text() == "#!/bin/sh\necho tool\n"
    assert os.access(path, os.X_OK)
    assert index.asked == ["/simple/tool/", f"/files/{NAME}"]
    assert list(path.parent.iterdir()) == [path]


def test_another_content_under_the_same_name_is_refused(tmp_path, monkeypatch):
    index = Index()
    index.add("tool", NAME, wheel(**{"tool-1.0.data__scripts__tool": "malicious"}))
    with serve(index):
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
        with pytest.raises(wheels.CannotFetch) as refused:
            wheels.extract(pinned(), tmp_path / "tool")

    assert str(refused.value) == (
        f"Le contenu de {NAME} n'est pas celui attendu. Rien n'est installé."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_wheel_the_index_has_not_is_named(tmp_path, monkeypatch):
    index = Index()
    index.add("tool", "tool-2.0-py3-none-any.whl", CONTENT)
    with serve(index):
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
        with pytest.raises(wheels.CannotFetch, match=f"n'a pas {NAME}"):
            wheels.extract(pinned(), tmp_path / "tool")


def test_a_wheel_without_the_file_is_refused(tmp_path, monkeypatch):
    index = Index()
    index.add("tool", NAME, CONTENT)
    with serve(index):
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
        with pytest.raises(wheels.CannotFetch, match="ne contient pas scripts/other"):
            wheels.extract(pinned(member="scripts/other"), tmp_path / "tool")

    assert list(tmp_path.iterdir()) == []


def test_a_private_index_gets_its_login_for_pages_and_files(tmp_path, monkeypatch):
    index = Index(login="me:s3cret")
    index.add("tool", NAME, CONTENT)
    with serve(index):
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
        assert wheels.extract(pinned(), tmp_path / "tool").exists()
        monkeypatch.setenv("UV_DEFAULT_INDEX", index.url.replace("me:s3cret@", ""))
        with pytest.raises(wheels.CannotFetch):
            wheels.extract(pinned(), tmp_path / "other")


def test_an_index_that_does_not_answer_is_told_with_the_way_out(tmp_path, monkeypatch):
    with serve(Index()) as index:
        url = index.url
    monkeypatch.setenv("UV_DEFAULT_INDEX", url)

    with pytest.raises(wheels.CannotFetch) as refused:
        wheels.extract(pinned(), tmp_path / "tool")

    assert "127.0.0.1 ne répond pas" in str(refused.value)
    assert "donnez l'adresse de votre index dans UV_DEFAULT_INDEX" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "url"),
    [
        ("UV_DEFAULT_INDEX", "https://a.example/simple/", "https://a.example/simple"),
        ("UV_DEFAULT_INDEX", "ours=https://a.example/simple", "https://a.example/simple"),
        ("UV_INDEX_URL", "https://b.example/simple", "https://b.example/simple"),
        ("PIP_INDEX_URL", "https://c.example/simple", "https://c.example/simple"),
    ],
)
def test_the_index_is_the_one_uv_or_pip_would_use(monkeypatch, name, value, url):
    monkeypatch.setenv(name, value)
    assert wheels.index_url() == url


def test_without_a_word_the_index_is_the_public_one():
    assert wheels.index_url() == "https://pypi.org/simple"

"""Files that are malformed, hostile or mislabelled: refused whole, in French, without a trace."""

from __future__ import annotations

import datetime

import pytest

from commons.actors import Actor
from tenants.people import operations
from tenants.people.aaf.guarded import Limits
from tenants.people.aaf.reader import read_file
from tenants.people.models import FeedImport, Pupil
from tests.factories.feeds import HEAD, pupil, school, write
from ui.errors import explain

NAME = "FULL_ENTTEST_Complet_20240902_Eleve_0000.xml"
AT = datetime.datetime(2024, 9, 2, 6, tzinfo=datetime.UTC)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE ficAlimMENESR [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">'
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><ficAlimMENESR>&i;</ficAlimMENESR>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE ficAlimMENESR [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    "<ficAlimMENESR>&x;</ficAlimMENESR>"
)


def refused(folder):
    with pytest.raises(operations.FeedUnreadable) as caught:
        operations.import_aaf(
            paths=[folder], school_year=2024, apply=True, actor=Actor.system("tests"), at=AT
        )
    said = str(explain(caught.value))
    assert said.endswith(".")
    assert "None" not in said
    assert (Pupil.objects.count(), FeedImport.objects.count()) == (0, 0)
    return caught.value.details["reason"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "NOT_XML"),
        (b"<ficAlimMENESR><addRequest>", "NOT_XML"),
        (b"<autre/>", "NOT_A_FEED"),
        (BOMB.encode(), "ENTITIES"),
        (OUTSIDE.encode(), "ENTITIES"),
        (f"{HEAD}<ficAlimMENESR>{'<a>' * 300}".encode(), "TOO_DEEP"),
        ('<?xml version="1.0" encoding="UTF-16"?><ficAlimMENESR/>'.encode("utf-16"), "ENCODING"),
        (b'<?xml version="1.0" encoding="EBCDIC-FR"?><ficAlimMENESR/>', "ENCODING"),
        (HEAD.encode() + b"<ficAlimMENESR>\xe9\xff</ficAlimMENESR>", "WRONG_BYTES"),
        (
            '<?xml version="1.0" encoding="ISO-8859-15"?><ficAlimMENESR>éé</ficAlimMENESR>'.encode(),
            "WRONG_BYTES",
        ),
        (
            f"{HEAD}<ficAlimMENESR><addRequest>{'<x/>' * 300_000}</addRequest></ficAlimMENESR>".encode(),
            "RECORD_TOO_LARGE",
        ),
    ],
    ids=[
        "empty", "cut", "another document", "billion laughs", "outside entity",
        "deep", "utf-16", "ebcdic", "wrong bytes", "mislabelled", "endless record",
    ],
)  # fmt: skip
def test_a_hostile_file_is_refused_whole(tenant_db, tmp_path, content, reason):
    (tmp_path / NAME).write_bytes(content)

    assert refused(tmp_path) == reason


def test_a_file_that_breaks_in_its_middle_leaves_nothing(tenant_db, tmp_path):
    write(tmp_path, school(), pupil("1"))
    path = tmp_path / NAME
    path.write_text(path.read_text()[:-30], encoding="utf-8")

    assert refused(tmp_path) == "NOT_XML"


@pytest.mark.parametrize("name", ["eleves.xml", "FULL_ENT_Complet_20241399_Eleve_0000.xml"])
def test_a_misnamed_file_is_refused(tenant_db, tmp_path, name):
    write(tmp_path, school(), name=name)

    assert refused(tmp_path) == "FILE_NAME"


def test_a_folder_without_a_feed_is_refused(tenant_db, tmp_path):
    assert refused(tmp_path) == "NO_FILE"
    assert refused(tmp_path / "absent") == "NO_FILE"


def test_two_feeds_in_one_folder_are_refused(tenant_db, tmp_path):
    write(tmp_path, school())
    write(tmp_path, pupil("1"), day=datetime.date(2024, 9, 3))

    assert refused(tmp_path) == "MIXED_FEED"


def test_a_file_beyond_its_size_is_refused(tmp_path):
    write(tmp_path, school(), *(pupil(str(number)) for number in range(50)))

    with pytest.raises(operations.FeedUnreadable) as caught:
        list(read_file(tmp_path / NAME, limits=Limits(file_bytes=4_000)))
    assert caught.value.details["reason"] == "FILE_TOO_LARGE"


def test_iso_8859_15_is_read_with_its_accents(tmp_path):
    text = HEAD.replace("UTF-8", "ISO-8859-15") + "<ficAlimMENESR>" + pupil("1", sn="Lefœvre-Éa")
    (tmp_path / NAME).write_bytes(f"{text}</ficAlimMENESR>".encode("iso-8859-15"))

    (read,) = read_file(tmp_path / NAME, limits=Limits())

    assert read.last_name == "Lefœvre-Éa"

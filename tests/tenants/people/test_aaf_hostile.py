"""Files that are malformed, hostile or mislabelled: refused whole, in French, without a trace."""

from __future__ import annotations

import datetime
import hashlib

import pytest

from commons.actors import Actor
from tenants.people import operations
from tenants.people.aaf.guarded import Limits
from tenants.people.aaf.reader import read_file
from tenants.people.models import FeedImport, Pupil
from tests.factories.feeds import HEAD, pupil, school, write
from ui.feed_texts import refusal

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
        operations.import_aaf(paths=[folder], apply=True, actor=Actor.system("tests"), at=AT)
    said = refusal(caught.value)
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
        ('<?xml version="1.0" encoding="cp037"?><ficAlimMENESR/>'.encode("cp037"), "NOT_XML"),
        (
            f"{HEAD}<ficAlimMENESR><addRequest>{'<x/>' * 300_000}</addRequest></ficAlimMENESR>".encode(),
            "RECORD_TOO_LARGE",
        ),
    ],
    ids=[
        "empty", "cut", "another document", "billion laughs", "outside entity",
        "deep", "utf-16", "ebcdic", "wrong bytes", "mislabelled", "truly ebcdic", "endless record",
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


@pytest.mark.parametrize(
    "name",
    [
        "eleves.xml",
        "FULL_ENT_Complet_20241399_Eleve_0000.xml",
        "FULL_ENT_Complet_00010101_Eleve_0000.xml",
    ],
)
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


def latin(*records):
    """A file that says ISO-8859-15, each part written as asked: (text, encoding)."""
    head = HEAD.replace("UTF-8", "ISO-8859-15") + "<ficAlimMENESR>"
    body = b"".join(text.encode(encoding) for text, encoding in records)
    return head.encode() + body + b"</ficAlimMENESR>"


def test_iso_8859_15_is_read_with_its_accents(tenant_db, tmp_path):
    child = pupil("1", sn="Lefœvre-Éa", ENTEleveClasses="700$6è1")
    content = latin((school(ENTStructureNomCourant="Collège Saint-Exupéry €"), "iso-8859-15"),
                    (child, "iso-8859-15"))  # fmt: skip
    (tmp_path / NAME).write_bytes(content)

    imported = operations.import_aaf(
        paths=[tmp_path], apply=True, actor=Actor.system("tests"), at=AT
    )

    known = Pupil.objects.get()
    assert (known.last_name, known.sort_key) == ("Lefœvre-Éa", "lefoevre ea\x01enfant1")
    assert known.schoolings.get().school_class.name == "6è1"
    assert known.schoolings.get().college.name == "Collège Saint-Exupéry €"
    assert imported.digest == hashlib.sha256(content).hexdigest()


def test_a_file_that_is_mostly_utf_8_is_refused(tenant_db, tmp_path):
    (tmp_path / NAME).write_bytes(
        latin((pupil("1", sn="Hélène"), "utf-8"), (pupil("2", sn="Zoé"), "iso-8859-15"))
    )

    assert refused(tmp_path) == "WRONG_BYTES"


def test_a_few_names_in_utf_8_are_told(tenant_db, tmp_path):
    whole = [(school(), "iso-8859-15")] + [
        (pupil(str(number), sn="Hélène"), "iso-8859-15") for number in range(2, 6)
    ]
    (tmp_path / NAME).write_bytes(latin((pupil("1", sn="Zoé"), "utf-8"), *whole))

    imported = operations.import_aaf(
        paths=[tmp_path], apply=True, actor=Actor.system("tests"), at=AT
    )

    told = {row.record_id for row in imported.rows.all() if "BROKEN_ACCENTS" in row.reviews}
    assert told == {"1"}


CHUNK = 32 * 1024  # what libxml2 asks for at once


@pytest.mark.parametrize("cut", range(-9, 2))
def test_an_entity_cut_in_two_by_the_reading_is_seen(tenant_db, tmp_path, cut):
    start = (
        '<?xml version="1.0" encoding="UTF-8"?><!-- <a [ --><!DOCTYPE ficAlimMENESR SYSTEM "a>b" '
    )
    padding = " " * (CHUNK - len(start) + cut)
    (tmp_path / NAME).write_text(
        f'{start}{padding}<!ENTITY a "LOL">><ficAlimMENESR>&a;</ficAlimMENESR>', encoding="utf-8"
    )

    assert refused(tmp_path) == "ENTITIES"


@pytest.mark.parametrize("cut", [-20, -12, -1, 0, 5])
def test_a_subset_far_from_the_start_is_seen(tenant_db, tmp_path, cut):
    """Nothing is declared in it, and it is refused all the same."""
    start = '<?xml version="1.0" encoding="UTF-8"?><!-- <faux> [ '
    padding = "x" * (CHUNK - len(start) + cut)
    (tmp_path / NAME).write_text(
        f"{start}{padding} --><?note <faux> ?><!DOCTYPE ficAlimMENESR [ ]><ficAlimMENESR/>",
        encoding="utf-8",
    )

    assert refused(tmp_path) == "ENTITIES"


def test_a_comment_may_hold_brackets(tmp_path):
    text = "<!-- <faux [ --><!DOCTYPE ficAlimMENESR SYSTEM 'a[b'>\n<ficAlimMENESR><!-- [ -->"
    (tmp_path / NAME).write_text(f"{text}{school()}</ficAlimMENESR>", encoding="utf-8")

    assert len(list(read_file(tmp_path / NAME, limits=Limits()))) == 1

"""What is found: the words one may read, however they are written, and nothing else."""

from __future__ import annotations

import datetime

import pytest

from commons import kept_documents, uploads
from commons.errors import NotFound
from commons.models import AuditEntry
from commons.personal_data import everything_about
from tenants.schoollife.messages import access, operations, queries, searching
from tenants.schoollife.messages.models import Attachment, Message, Participant, Stay, Thread
from tests.factories.canteen import make_family
from tests.factories.school_messages import (
    AT,
    CLERK,
    account,
    draft,
    from_college,
    from_family,
    given,
    make_secretary,
    part,
    reply,
)


def found_by(person, text):
    own = access.own_participations(account(person))
    return [one.text for one in queries.search(own, text)]


def found_at(secretary, text):
    colleges = [one.pk for one in access.desk_colleges(secretary)]
    rows = queries.search(access.desk_participations(secretary), text, college_ids=colleges)
    return [one.text for one in rows]


@pytest.mark.parametrize("asked", ["ÉLÈVE", "eleve", "malad", "l'élève malade", "  eleve !  "])
def test_words_are_found_however_they_are_written(tenant_db, asked):
    family = make_family()
    from_family(family, text="L’élève est malade.")

    assert found_by(family.guardians[0], asked) == ["L’élève est malade."]
    assert found_at(make_secretary(family.college), asked) == ["L’élève est malade."]


@pytest.mark.parametrize(
    "asked", ["", "e", "sante", "eleve sante", "' | malade", "@1", "!malade zzz", "malade:*b", "&"]
)
def test_nothing_else_is_found(tenant_db, asked):
    family = make_family()
    from_family(family, text="Rien du tout.")

    assert found_by(family.guardians[0], asked) == []


def test_the_subject_is_found_by_the_first_message(tenant_db):
    family = make_family()
    from_family(family, draft=draft("Bonjour.", subject="Sortie au théâtre"))

    assert found_by(family.guardians[0], "theatre") == ["Bonjour."]


def test_each_finds_what_they_may_read(tenant_db):
    family, other = make_family(guardians=2), make_family()
    mother, father = family.guardians
    first = from_family(family, text="Dentiste mardi.")
    operations.add_guardian(thread=first.thread, guardian=father, actor=CLERK, at=AT)
    reply(first, family.college, "Dentiste : noté.")
    operations.leave_thread(participant=part(first, father), actor=CLERK, at=AT)
    reply(first, family.college, "Dentiste : certificat reçu.")
    from_family(other, text="Dentiste jeudi.")

    assert found_by(mother, "dentiste") == [
        "Dentiste : certificat reçu.",
        "Dentiste : noté.",
        "Dentiste mardi.",
    ]
    assert found_by(father, "dentiste") == ["Dentiste : noté."]
    assert found_by(family.pupil, "dentiste") == []
    assert found_at(make_secretary(other.college), "dentiste") == ["Dentiste jeudi."]
    assert len(found_at(make_secretary(family.college), "dentiste")) == 3
    assert found_at(account(mother), "dentiste") == []


def test_no_text_passes_for_the_mark_of_a_collège(tenant_db):
    family, other = make_family(), make_family()
    from_family(family, text=f"@{other.college.pk} '@{other.college.pk}' secret")

    assert found_at(make_secretary(other.college), "secret") == []
    assert searching.asked_words("a @1 le le LE mot " + "x " * 20) == ["le", "mot"]


def test_a_thread_goes_with_its_school_year_and_its_files(tenant_db):
    family = make_family()
    old = from_family(family, draft=draft(attached=(given(),)))
    kept = from_family(family, draft=draft(attached=(given(),)))
    gone, stays = Attachment.objects.order_by("pk")
    reply(kept, family.college, at=datetime.datetime(2025, 9, 1, 12, tzinfo=datetime.UTC))
    last_day = datetime.datetime(2026, 8, 31, 21, 59, tzinfo=datetime.UTC)

    assert operations.purge(actor=CLERK, at=last_day) == 0
    assert operations.purge(actor=CLERK, at=last_day + datetime.timedelta(minutes=1)) == 1
    assert operations.purge(actor=CLERK, at=last_day + datetime.timedelta(minutes=1)) == 0

    assert list(Thread.objects.values_list("pk", flat=True)) == [kept.thread_id]
    assert not Message.objects.filter(thread_id=old.thread_id).exists()
    assert Stay.objects.count() == Participant.objects.count() == 2
    with uploads.open_stored(stays.storage_name):
        pass
    with pytest.raises(NotFound):
        uploads.open_stored(gone.storage_name)
    assert kept_documents.sweep(at=last_day) == 0
    entry = AuditEntry.objects.get(action="school_messages.threads.deleted")
    assert (entry.details["threads"], entry.details["documents"]) == (1, 1)


def test_ones_data_hold_what_one_may_read(tenant_db):
    family = make_family(guardians=2)
    mother, father = family.guardians
    first = from_college(family)
    operations.leave_thread(participant=part(first, father), actor=CLERK, at=AT)
    reply(first, mother, "Entre nous.")

    def texts(person):
        (held,) = [
            one.records
            for one in everything_about(account(person))
            if one.name == "Vos messages avec le collège"
        ]
        return [said["texte"] for thread in held for said in thread["messages"]]

    assert texts(mother) == ["Bonjour, merci de rappeler.", "Entre nous."]
    assert texts(father) == ["Bonjour, merci de rappeler."]
    assert texts(family.pupil) == []

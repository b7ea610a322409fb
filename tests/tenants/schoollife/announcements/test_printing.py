"""Letters for the homes that did not read: which, once, one page a home."""

from __future__ import annotations

import pytest
import time_machine

from commons.errors import NotFound
from commons.models import AuditEntry
from tenants.people.models import Guardian, Guardianship
from tenants.schoollife.announcements import access, operations, printing, refusals
from tenants.schoollife.announcements.models import LetterBatch, PrintedLetter
from tests.factories.announcements import (
    AT,
    DAY,
    family_in,
    make_class,
    published,
    secretary_of,
)
from tests.factories.canteen import make_college
from tests.factories.tariffs import ACTOR
from tests.pdfs import text_of
from ui.documents.announcement_letters import typesetter

pytestmark = pytest.mark.usefixtures("tenant_db")


@pytest.fixture(autouse=True)
def at_that_moment():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def college(tenant_db):
    return make_college()


def live(family, *addresses):
    for guardian, address in zip(family.guardians, addresses, strict=True):
        street, town = address.split(", ")
        guardian.street, (guardian.postal_code, guardian.city) = street, town.split(" ", 1)
        guardian.save()
    return family


def homes(announcement, choice="NOT_READ", **more):
    return printing.homes_to_print(
        announcement, **{"choice": choice, "colleges": None, "on": DAY, **more}
    )


def print_all(announcement, found=None, actor=ACTOR, **more):
    return operations.print_letters(
        announcement=announcement,
        homes=homes(announcement) if found is None else found,
        typeset=typesetter(at=AT),
        actor=actor,
        at=AT,
        **more,
    )


def test_parents_together_have_a_page_and_parents_apart_have_two(college):
    its_class = make_class(college)
    live(family_in(its_class, guardians=2), "1 rue Haute, 92000 Nanterre", "1 Rue haute, 92000 NANTERRE")  # fmt: skip  # noqa: E501
    live(family_in(its_class, guardians=2), "2 rue Basse, 92000 Nanterre", "3 rue Neuve, 75001 Paris")  # fmt: skip  # noqa: E501
    family_in(its_class, guardians=2)  # no address is known

    found = homes(published(college))

    assert sorted(len(home.guardian_ids) for home in found) == [1, 1, 1, 1, 2]
    (together,) = [home for home in found if len(home.guardian_ids) == 2]
    assert together.addressee[2:] == ("1 rue Haute", "92000 Nanterre")


def test_a_home_with_two_children_has_one_page(college):
    first = live(family_in(make_class(college)), "1 rue Haute, 92000 Nanterre")
    second = family_in(make_class(college, "3e B", "3E"))
    Guardianship.objects.filter(pupil=second.pupil).update(guardian=first.guardians[0])

    (home,) = homes(published(college))
    assert len(home.children) == 2


def test_a_home_that_read_has_no_letter_and_the_other_home_has(college):
    family = live(
        family_in(make_class(college), guardians=2),
        "2 rue Basse, 92000 Nanterre",
        "3 rue Neuve, 75001 Paris",
    )
    announcement = published(college)
    operations.note_read(announcement=announcement, reader=family.guardians[0], at=AT)
    assert [home.guardian_ids for home in homes(announcement)] == [(family.guardians[1].pk,)]


def test_reading_is_not_saying_so_where_that_is_asked(college):
    family = family_in(make_class(college))
    announcement = published(college, asks_acknowledgement=True)
    operations.note_read(announcement=announcement, reader=family.guardians[0], at=AT)
    assert len(homes(announcement)) == 1
    operations.acknowledge(
        announcement=announcement, reader=family.guardians[0], actor=ACTOR, at=AT
    )
    assert homes(announcement) == []


def test_only_those_without_an_address_may_be_chosen(college):
    its_class = make_class(college)
    reached, paper = family_in(its_class), family_in(its_class)
    Guardian.objects.filter(pk=paper.guardians[0].pk).update(user=None)
    announcement = published(college)
    assert [one.guardian_ids for one in homes(announcement, "WITHOUT_EMAIL")] == [
        (paper.guardians[0].pk,)
    ]
    assert len(homes(announcement)) == 2
    assert reached.guardians[0].pk in {
        key for home in homes(announcement) for key in home.guardian_ids
    }


def test_who_a_judge_excluded_is_not_written_to(college):
    family = family_in(make_class(college), guardians=2)
    announcement = published(college)
    Guardianship.objects.filter(guardian=family.guardians[0]).update(valid_until=DAY)
    assert [home.guardian_ids for home in homes(announcement)] == [(family.guardians[1].pk,)]


def test_nothing_is_printed_twice_until_it_is_corrected(college):
    family = family_in(make_class(college))
    announcement = published(college)
    listed = homes(announcement)
    batch = print_all(announcement)

    assert homes(announcement) == []
    with pytest.raises(refusals.NothingToPrint):
        print_all(announcement)
    with pytest.raises(refusals.PrintedMeanwhile):
        print_all(announcement, listed)
    assert LetterBatch.objects.get() == batch
    assert PrintedLetter.objects.get().guardian == family.guardians[0]

    operations.correct(
        announcement=announcement, title="Sortie au musée", body="Vendredi.",
        correction="Le jour a changé.", asks_again=False, actor=ACTOR, at=AT,
    )  # fmt: skip
    announcement.refresh_from_db()
    assert len(homes(announcement)) == 1


def test_a_job_done_twice_prints_once(college):
    family_in(make_class(college))
    announcement = published(college)
    job_id = announcement.public_id
    first = print_all(announcement, job_id=job_id)
    assert print_all(announcement, [], job_id=job_id) == first


def test_the_file_says_what_is_announced_and_is_for_who_had_it_printed(college):
    family = live(family_in(make_class(college)), "1 rue Haute, 92000 Nanterre")
    announcement = published(college, asks_acknowledgement=True)
    secretary, other = secretary_of(college), secretary_of(make_college())
    from commons.actors import Actor

    batch = print_all(announcement, actor=Actor.user(secretary))

    with pytest.raises(NotFound):
        access.access_batch(other, batch.public_id)
    found = access.access_batch(secretary, batch.public_id)
    text = text_of(operations.open_letters(batch=found, actor=Actor.user(secretary), at=AT))
    for said in (
        "1 rue Haute", "Sortie au musée", "Jeudi, prévoyez un repas froid.", family.pupil.full_name,
        "6e A", "À rendre au secrétariat du collège",
    ):  # fmt: skip
        assert said in text
    assert b"rue Haute" not in bytes(LetterBatch.objects.get().sealed)
    assert (
        AuditEntry.objects.filter(action="announcements.announcement.letters_opened").count() == 1
    )

    assert operations.remove_letters(at=batch.kept_until) == 1
    with pytest.raises(NotFound):
        operations.open_letters(batch=found, actor=ACTOR, at=AT)
    assert PrintedLetter.objects.exists()


def test_a_draft_is_not_printed(college):
    from tests.factories.announcements import draft

    family_in(make_class(college))
    with pytest.raises(refusals.NotPublished):
        print_all(draft(college), [])

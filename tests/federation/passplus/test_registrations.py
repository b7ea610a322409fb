"""A registration from its beginning to its end: what is asked, what is granted, and by whom."""

from __future__ import annotations

import io

import pytest

from billing.ledger import queries as ledger
from commons.models import AuditEntry, OutboxEvent
from commons.uploads import UploadTypeRefused
from federation.passplus.engine.facts import Fact
from federation.passplus.engine.refusals import CardGranted, ProofMissing
from federation.passplus.engine.registering import NotEligible, RegistrationClosed
from federation.passplus.models import Card
from federation.passplus.queries import purses_of, standing_of
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations import operations, queries
from federation.passplus.registrations.operations import Declared
from tenants.people.models import Guardian, Pupil, Schooling
from tests.factories.passplus import AUTUMN, make_card, noon, publish
from tests.factories.registrations import (
    AT_HOME,
    Kind,
    begin,
    elsewhere,
    give,
    grant,
    make_pupil,
    picture,
    send,
)
from tests.factories.rights import AGENT, OTHER_AGENT, PARENT, stored

pytestmark = pytest.mark.usefixtures("tenant_db")
State = Registration.State


def events() -> list[str]:
    found = OutboxEvent.objects.filter(name__startswith="passplus.").order_by("pk")
    return [name.rsplit(".", 1)[1] for name in found.values_list("name", flat=True)]


def cents(card: Card | None) -> int:
    assert card is not None
    return sum(one.available_cents for one in purses_of(card))


def asked(registration: Registration) -> tuple[Fact, ...]:
    return queries.standing_of(registration, at=AUTUMN).questions.facts


def test_what_the_feed_proves_is_not_asked_and_is_granted_at_once():
    registration = begin(publish(), make_pupil())
    assert asked(registration) == ()

    sent = send(registration, Kind.PHOTO, declared=None)

    assert (sent.state, sent.is_automatic, cents(sent.card)) == (State.GRANTED, True, 80_00)
    assert events() == ["granted"]


def test_nothing_is_granted_without_the_photograph_and_it_goes_on_when_it_comes():
    registration = begin(publish(), make_pupil())
    assert send(registration, declared=None).state == State.INCOMPLETE
    assert not Card.objects.exists()

    give(registration, Kind.PHOTO)

    registration.refresh_from_db()
    assert (registration.state, registration.is_automatic) == (State.GRANTED, True)


def test_an_address_is_declared_then_proved_to_an_agent():
    registration = begin(publish(), elsewhere())
    assert asked(registration) == (Fact.HOME,)

    assert send(registration, Kind.PHOTO).state == State.INCOMPLETE
    give(registration, Kind.PROOF_OF_ADDRESS)
    registration.refresh_from_db()
    assert registration.state == State.SUBMITTED
    assert not Card.objects.exists()
    granted = grant(registration)

    assert (granted.state, granted.is_automatic, cents(granted.card)) == (
        State.GRANTED,
        False,
        80_00,
    )
    assert set(granted.documents.values_list("state", flat=True)) == {"ACCEPTED"}
    assert events() == ["incomplete", "submitted", "granted"]


def test_one_document_of_two_that_would_do_is_enough():
    """Two homes, and no school of the feed: an address or a certificate, each is enough."""
    family = elsewhere()
    Schooling.objects.all().delete()
    Guardian.objects.filter(pk=family.guardians[1].pk).update(postal_code="78000")
    registration = begin(publish(), family)
    said = Declared(home_postal_code="92 000", school_postal_code="92100")

    sent = send(registration, Kind.PHOTO, declared=said)

    ways = queries.standing_of(sent, at=AUTUMN).ways
    kinds = {str(kind) for way in ways for rule in way for kind in rule.any_of}
    assert ({len(way) for way in ways}, kinds) == ({1}, {"PROOF_OF_ADDRESS", "SCHOOL_CERTIFICATE"})
    give(sent, Kind.SCHOOL_CERTIFICATE)
    assert cents(grant(sent).card) == 80_00


def test_an_agent_grants_what_they_saw_and_it_is_written_down():
    sent = send(begin(publish(), elsewhere()), Kind.PHOTO)
    with pytest.raises(ProofMissing):
        grant(sent)

    grant(sent, attested=[Fact.HOME])

    assert Card.objects.count() == 1
    assert AuditEntry.objects.get(action="passplus.registration.attested").details["facts"] == [
        "home"
    ]


def test_a_bursary_declared_gives_the_base_then_its_proof_the_difference_once():
    """DOMAIN §8, case 29."""
    declared = Declared(home_postal_code="92000", bursary=True)
    sent = send(begin(publish(), elsewhere()), Kind.PHOTO, Kind.PROOF_OF_ADDRESS, declared=declared)
    granted = grant(sent)
    assert cents(granted.card) == 80_00

    give(granted, Kind.BURSARY_NOTICE)
    operations.accept_documents(registration=granted, actor=AGENT, at=AUTUMN)
    assert cents(granted.card) == 100_00
    with pytest.raises(operations.NothingToLookAt):
        operations.accept_documents(registration=granted, actor=AGENT, at=AUTUMN)
    give(granted, Kind.BURSARY_NOTICE)  # the same bytes
    operations.keep_registrations(actor=AGENT, at=AUTUMN)

    assert cents(granted.card) == 100_00
    assert standing_of(granted.campaign).granted == 100_00
    assert ledger.reconcile() == []


def test_a_proof_that_does_not_convince_leaves_the_base_amount_and_asks_for_another():
    declared = Declared(home_postal_code="92000", bursary=True)
    kinds = (Kind.PHOTO, Kind.PROOF_OF_ADDRESS, Kind.BURSARY_NOTICE)
    sent = send(begin(publish(), elsewhere()), *kinds, declared=declared)

    granted = grant(sent, bursary_words="Cette notification est de l'an dernier.")

    assert (cents(granted.card), granted.asked) == (80_00, ["BURSARY_NOTICE"])


def test_a_bursary_that_the_feed_says_later_completes_the_card_by_itself_once():
    family = make_pupil()
    card = make_card(publish(), pupil=family.pupil)
    Schooling.objects.update(is_boursier=True)

    for _ in range(2):
        operations.keep_registrations(actor=AGENT, at=AUTUMN)

    assert cents(card) == 100_00
    assert events() == ["completed"]


def test_what_the_feed_proves_later_is_granted_without_an_agent():
    family = elsewhere()
    sent = send(begin(publish(), family), Kind.PHOTO, Kind.PROOF_OF_ADDRESS)
    assert sent.state == State.SUBMITTED
    college = make_pupil().college
    Schooling.objects.filter(pupil=family.pupil).update(college=college)

    operations.keep_registrations(actor=AGENT, at=AUTUMN)

    sent.refresh_from_db()
    assert (sent.state, sent.is_automatic) == (State.GRANTED, True)


@pytest.mark.parametrize(("day", "accepted"), [("2023-12-30", True), ("2024-01-02", False)])
def test_those_born_in_2005_register_before_the_end_of_the_year(day, accepted):
    """DOMAIN §8, case 32; what is sent in time is granted whenever it is studied."""
    family = elsewhere(level="OTHER")
    Pupil.objects.filter(pk=family.pupil.pk).update(birth_date="2005-12-31")
    family.pupil.refresh_from_db()
    campaign = publish()
    said = Declared(home_postal_code="92000", class_level="TLE")
    if not accepted:
        with pytest.raises(RegistrationClosed):
            begin(campaign, family, at=noon(day))
        return
    kinds = (Kind.PHOTO, Kind.PROOF_OF_ADDRESS, Kind.SCHOOL_CERTIFICATE)

    sent = send(begin(campaign, family, at=noon(day)), *kinds, declared=said, at=noon(day))

    assert cents(grant(sent, at=noon("2024-01-15")).card) == 80_00


def test_who_is_not_eligible_is_told_at_once_and_what_was_said_is_not_kept():
    registration = begin(publish(), elsewhere())

    with pytest.raises(NotEligible) as refusal:
        send(registration, declared=Declared(home_postal_code="75011"))

    assert refusal.value.details == {"facts": ("home", "school"), "is_final": True}
    registration.refresh_from_db()
    assert registration.declared == {}


def test_what_data_prove_is_not_for_the_family_to_say():
    family = make_pupil(level="OTHER")
    Pupil.objects.filter(pk=family.pupil.pk).update(birth_date="2013-05-04")
    family.pupil.refresh_from_db()
    registration = begin(publish(), family)
    said = Declared(school_postal_code="75011", home_postal_code="75011", class_level="5E")

    operations.tell_situation(registration=registration, declared=said, actor=PARENT, at=AUTUMN)

    registration.refresh_from_db()
    assert registration.declared == {"class_level": "5E", "bursary": False}


def test_each_parent_has_a_file_and_one_is_sent_at_a_time():
    campaign, family = publish(), elsewhere()
    first, second = begin(campaign, family), begin(campaign, family, rank=1)
    assert first != second
    send(first, Kind.PHOTO, Kind.PROOF_OF_ADDRESS)

    with pytest.raises(operations.RegistrationUnderWay):
        send(second, Kind.PHOTO, Kind.PROOF_OF_ADDRESS)
    grant(first)

    second.refresh_from_db()
    assert (second.state, second.reason, second.declared) == (State.CLOSED, "OTHER_PARENT", {})
    assert Card.objects.count() == 1


def test_what_a_parent_leaves_unfinished_makes_way_for_the_other():
    campaign, family = publish(), elsewhere()
    first = send(begin(campaign, family))
    assert first.state == State.INCOMPLETE

    second = send(begin(campaign, family, rank=1), Kind.PHOTO, Kind.PROOF_OF_ADDRESS)

    first.refresh_from_db()
    assert (first.state, first.reason, second.state) == ("CLOSED", "OTHER_PARENT", "SUBMITTED")


def test_a_file_that_an_agent_took_is_theirs_and_a_document_sent_back_is_awaited():
    sent = send(begin(publish(), elsewhere()), Kind.PHOTO, Kind.PROOF_OF_ADDRESS)
    operations.take_registration(registration=sent, actor=AGENT, at=AUTUMN)
    with pytest.raises(operations.TakenByAnother):
        operations.grant_registration(registration=sent, actor=OTHER_AGENT, at=AUTUMN)

    back = operations.ask_documents(
        registration=sent,
        kinds=["PROOF_OF_ADDRESS"],
        words="Elle a deux ans.",
        actor=AGENT,
        at=AUTUMN,
    )
    assert (back.state, back.taken_by, back.answer) == (State.INCOMPLETE, "", "Elle a deux ans.")
    with pytest.raises(ProofMissing):
        grant(back)
    operations.attach_document(
        registration=back, kind=Kind.PROOF_OF_ADDRESS, actor=PARENT, at=AUTUMN,
        stored=stored("another.pdf"),
    )  # fmt: skip

    back.refresh_from_db()
    assert (back.state, back.answer, back.asked) == (State.SUBMITTED, "", [])


def test_a_refusal_says_why_and_another_may_be_begun():
    campaign, family = publish(), elsewhere()
    sent = send(begin(campaign, family), Kind.PHOTO, Kind.PROOF_OF_ADDRESS)
    with pytest.raises(operations.WordsMissing):
        operations.refuse_registration(registration=sent, words=" ", actor=AGENT, at=AUTUMN)

    refused = operations.refuse_registration(
        registration=sent, words="L'adresse est à Paris.", actor=AGENT, at=AUTUMN
    )

    assert (refused.state, refused.answer) == (State.REFUSED, "L'adresse est à Paris.")
    with pytest.raises(operations.RegistrationOver):
        grant(refused)
    assert begin(campaign, family) != refused
    assert not Card.objects.exists()


def test_what_is_over_is_erased_and_a_photograph_stays_while_the_card_serves():
    sent = send(begin(publish(), elsewhere()), Kind.PHOTO, Kind.PROOF_OF_ADDRESS)
    granted = grant(sent)

    operations.keep_registrations(actor=AGENT, at=AUTUMN)
    left = list(granted.documents.filter(deleted_at__isnull=True).values_list("kind", flat=True))
    assert left == ["PHOTO"]
    operations.keep_registrations(actor=AGENT, at=noon("2025-07-01"))
    operations.keep_registrations(actor=AGENT, at=noon("2025-07-01"))

    granted.refresh_from_db()
    assert (granted.state, granted.declared) == (State.CLOSED, {})
    assert not granted.documents.filter(deleted_at__isnull=True).exists()


def test_drafts_are_closed_when_it_is_too_late_and_their_family_told():
    draft = begin(publish(), elsewhere())

    operations.keep_registrations(actor=AGENT, at=noon("2024-07-01"))

    draft.refresh_from_db()
    assert (draft.state, draft.reason) == (State.CLOSED, "TOO_LATE")
    assert events() == ["closed"]


def test_who_has_a_card_already_begins_where_a_bursary_is_proved():
    campaign, family = publish(), make_pupil()
    card = make_card(campaign, pupil=family.pupil)

    opened = begin(campaign, family)

    assert (opened.state, opened.card) == (State.GRANTED, card)
    give(opened, Kind.BURSARY_NOTICE)
    operations.accept_documents(registration=opened, actor=AGENT, at=AUTUMN)
    assert cents(card) == 100_00


def test_a_card_granted_meanwhile_refuses_what_is_sent():
    campaign, family = publish(), elsewhere()
    draft = begin(campaign, family)
    make_card(campaign, pupil=family.pupil)

    with pytest.raises(CardGranted):
        send(draft, Kind.PHOTO, Kind.PROOF_OF_ADDRESS)


@pytest.mark.parametrize(
    ("stream", "refusal"),
    [
        (picture(800, 600), "LYING"),
        (picture(200, 300), "SMALL"),
        (picture(600, 800), ""),
        (picture(600, 800, "PNG"), ""),
    ],
)
def test_a_photograph_is_looked_into(stream: io.BytesIO, refusal: str):
    """DOMAIN §8, case 35: a JPEG of 10 MB is the upload's own limit."""
    registration = begin(publish(), make_pupil())

    def give_photo() -> RegistrationDocument:
        return operations.give_document(
            registration=registration, kind=Kind.PHOTO, stream=stream, declared_name="moi.jpg",
            actor=PARENT, at=AUTUMN,
        )  # fmt: skip

    if refusal:
        with pytest.raises(operations.PhotoRefused) as refused:
            give_photo()
        assert refused.value.details["reason"] == refusal
        assert not RegistrationDocument.objects.exists()
    else:
        assert give_photo().content_type.startswith("image/")


def test_a_photograph_is_no_text():
    registration = begin(publish(), make_pupil())

    with pytest.raises(UploadTypeRefused):
        operations.give_document(
            registration=registration, kind=Kind.PHOTO, stream=io.BytesIO(b"moi"),
            declared_name="moi.jpg", actor=PARENT, at=AUTUMN,
        )  # fmt: skip


def test_the_other_parent_address_is_not_what_is_told():
    """Two homes: the one who asks says theirs, and the other's is not even a hint."""
    family = elsewhere()
    Guardian.objects.filter(pk=family.guardians[1].pk).update(postal_code="78000")
    registration = begin(publish(), family)

    assert asked(registration) == (Fact.HOME,)
    assert send(registration, Kind.PHOTO, declared=AT_HOME).state == State.INCOMPLETE

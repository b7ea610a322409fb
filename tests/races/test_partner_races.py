"""Partners and families answered by two at once: one answer, one signature, one card, one loss accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from commons.errors import DomainError
from commons.models import AuditEntry
from federation.passplus import agreeing, applying, capturing, operations
from federation.passplus.models import (
    Card,
    Correction,
    Partner,
    PartnerAgreement,
    PartnerApplication,
    PartnerCode,
    PartnerIban,
    Ticket,
    TillCapture,
)
from federation.passplus.partner_codes import figures_of
from federation.passplus.queries import due_cents, standing_of
from federation.passplus.registration_models import Registration
from federation.passplus.registrations import operations as registering
from federation.passplus.registrations import reviewing
from federation.passplus.reimbursing import correcting
from federation.passplus.reimbursing import operations as reimbursing
from federation.passplus.reimbursing.operations import Wrong
from tests.factories.applications import applied
from tests.factories.passplus import AUTUMN, FACTS, make_card, noon, publish
from tests.factories.registrations import Kind, begin, elsewhere, give, send
from tests.factories.reimbursing import ANNE, BRUNO
from tests.factories.rights import AGENT, OTHER_AGENT
from tests.factories.tariffs import ACTOR
from tests.factories.tills import make_member, make_ticket, take, undo
from tests.threads import meeting

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
SUMMER = noon("2024-07-02")  # what is given up is lost


def said(act: Callable[[], Any], done: str) -> str:
    try:
        act()
    except DomainError as refusal:
        return refusal.code
    return done


def at_once(monkeypatch, module: Any, name: str, *acts: Callable[[], str]) -> list[str]:
    """The first stops after `name`, in its transaction, until the second waits for it."""
    each = iter(acts)
    return meeting(monkeypatch, module, name)(lambda: next(each)())


def unlocked(monkeypatch, module: Any, name: str, read: Callable[..., Any]) -> None:
    """Read instead of locking: what the race is without its guard."""
    monkeypatch.setattr(module, name, read)


def accepting(application: PartnerApplication, actor=ACTOR) -> Callable[[], str]:
    return lambda: said(
        lambda: operations.accept_application(application=application, actor=actor, at=AUTUMN),
        "accepted",
    )


def refusing(application: PartnerApplication) -> Callable[[], str]:
    return lambda: said(
        lambda: operations.refuse_application(
            application=application, words="Hors du champ", actor=BRUNO, at=AUTUMN
        ),
        "refused",
    )


def answers() -> list[str]:
    found = AuditEntry.objects.filter(subject_type="PartnerApplication").order_by("pk")
    names = found.values_list("action", flat=True)
    return [one.rpartition(".")[2] for one in names if one.endswith(("accepted", "refused"))]


def test_an_application_accepted_by_two_is_accepted_once(monkeypatch):
    asked = applied()

    results = at_once(monkeypatch, applying, "lock", accepting(asked), accepting(asked, BRUNO))

    assert results == ["accepted", "PASSPLUS_APPLICATION_LOCKED"]
    assert answers() == ["accepted"]


def test_an_application_refused_while_it_is_accepted_is_refused_after(monkeypatch):
    """What was accepted and is not signed may still be refused: the last word is the last said."""
    asked = applied()

    results = at_once(monkeypatch, applying, "lock", accepting(asked), refusing(asked))

    assert results == ["accepted", "refused"]
    found = PartnerApplication.objects.get()
    assert (found.state, found.sealed_iban, answers()) == (
        "REFUSED",
        None,
        ["accepted", "refused"],
    )


def test_an_application_accepted_while_it_is_refused_stays_refused(monkeypatch):
    asked = applied()

    results = at_once(monkeypatch, applying, "lock", refusing(asked), accepting(asked))

    assert results == ["refused", "PASSPLUS_APPLICATION_LOCKED"]
    assert PartnerApplication.objects.get().state == "REFUSED"


def test_without_the_lock_a_check_alone_stops_who_accepts_what_was_refused(monkeypatch):
    """If this fails, the tests above prove nothing: the second believed that it waited for an answer."""
    asked = applied()
    unlocked(
        monkeypatch, applying, "lock", lambda name: PartnerApplication.objects.get(public_id=name)
    )

    results = at_once(monkeypatch, applying, "close", refusing(asked), accepting(asked))

    assert results[0] == "refused"
    assert "passplus_application_closed_when_over" in str(results[1])


def signing(application: PartnerApplication) -> Callable[[], str]:
    code = figures_of(PartnerCode.objects.latest("pk"))
    return lambda: said(
        lambda: operations.sign_agreement(
            application=application, code=code, typeset=lambda told: told.name.encode(),
            actor=applying.applicant(application), at=AUTUMN,
        ),
        "signed",
    )  # fmt: skip


def to_sign() -> PartnerApplication:
    asked = applied()
    operations.accept_application(application=asked, actor=ACTOR, at=AUTUMN)
    operations.send_signing_code(application=asked, at=AUTUMN)
    return asked


def test_an_agreement_signed_twice_at_once_affiliates_once(monkeypatch):
    asked = to_sign()

    results = at_once(monkeypatch, applying, "lock", signing(asked), signing(asked))

    assert results == ["signed", "PASSPLUS_APPLICATION_LOCKED"]
    assert (PartnerAgreement.objects.count(), Partner.objects.count()) == (1, 1)
    assert PartnerIban.objects.filter(confirmed_at__isnull=False).count() == 1


def test_an_agreement_refused_while_it_is_signed_is_signed(monkeypatch):
    asked = to_sign()

    results = at_once(monkeypatch, applying, "lock", signing(asked), refusing(asked))

    assert results == ["signed", "PASSPLUS_APPLICATION_LOCKED"]
    assert PartnerApplication.objects.get().state == "SIGNED"


def test_without_the_lock_the_keys_alone_stop_the_second_signature(monkeypatch):
    """If this fails, the tests above prove nothing."""
    asked = to_sign()
    unlocked(
        monkeypatch, applying, "lock", lambda name: PartnerApplication.objects.get(public_id=name)
    )

    results = at_once(monkeypatch, agreeing, "affiliate_here", signing(asked), signing(asked))

    assert results[0] == "signed"
    assert results[1] != "PASSPLUS_APPLICATION_LOCKED"
    assert PartnerAgreement.objects.count() == 1


def ready() -> Registration:
    """A file that an agent may grant: sent, with the proof of an address."""
    registration = begin(publish(), elsewhere())
    send(registration, Kind.PHOTO)
    give(registration, Kind.PROOF_OF_ADDRESS)
    return registration


def granting(registration: Registration, actor=AGENT) -> Callable[[], str]:
    return lambda: said(
        lambda: registering.grant_registration(registration=registration, actor=actor, at=AUTUMN),
        "granted",
    )


def renewing(registration: Registration) -> Callable[[], str]:
    """The card is granted by another door, for the same pupil and campaign."""

    def grant() -> str:
        return said(
            lambda: operations.grant_card(
                campaign=registration.campaign, pupil=registration.pupil, facts=FACTS, actor=ACTOR,
                at=AUTUMN,
            ),
            "granted",
        )  # fmt: skip

    return grant


def test_a_registration_granted_alone_and_in_bulk_at_once_gives_one_card(monkeypatch):
    """In bulk, each file is granted by the act of one: who comes second finds it over."""
    file = ready()
    acts = granting(file), granting(file, OTHER_AGENT)

    results = at_once(monkeypatch, reviewing, "lock_registration", *acts)

    assert results == ["granted", "PASSPLUS_REGISTRATION_OVER"]
    assert standing_of(Card.objects.get().campaign).granted == 80_00


def test_without_the_lock_two_agents_meet_and_the_unique_card_stops_the_second(monkeypatch):
    """If this fails, the test above proves nothing."""
    file = ready()
    unlocked(
        monkeypatch, reviewing, "lock_registration",
        lambda one: Registration.objects.select_related("campaign", "pupil", "card").get(pk=one.pk),
    )  # fmt: skip
    acts = granting(file), granting(file, OTHER_AGENT)

    results = at_once(monkeypatch, reviewing, "settle", *acts)

    assert results == ["granted", "PASSPLUS_CARD_GRANTED"]
    assert standing_of(Card.objects.get().campaign).granted == 80_00


def test_a_card_granted_by_another_door_meanwhile_is_one_card(monkeypatch):
    file = ready()

    results = at_once(monkeypatch, reviewing, "settle", granting(file), renewing(file))

    assert results == ["granted", "PASSPLUS_CARD_GRANTED"]
    assert standing_of(Card.objects.get().campaign).granted == 80_00


def approving(correction: Correction, actor) -> Callable[[], str]:
    return lambda: said(
        lambda: reimbursing.approve_correction(correction=correction, actor=actor, at=AUTUMN),
        "done",
    )


def paid_more() -> tuple[Partner, Correction]:
    partner = make_member().partner
    return partner, reimbursing.ask_correction(
        kind="MORE", wrongs=[Wrong(partner.siret, 10_00)], reason="Oubli", actor=ANNE, at=AUTUMN
    )


def test_a_correction_approved_by_two_is_done_once(monkeypatch):
    partner, correction = paid_more()
    acts = approving(correction, BRUNO), approving(correction, ACTOR)

    results = at_once(monkeypatch, correcting, "_lock", *acts)

    assert results == ["done", "PASSPLUS_CORRECTION_DECIDED"]
    assert due_cents(partner) == 10_00


def test_without_the_lock_both_approve_and_the_ledger_alone_stops_the_second(monkeypatch):
    """If this fails, the test above proves nothing: the ledger takes one reference once."""
    partner, correction = paid_more()
    unlocked(monkeypatch, correcting, "_lock", lambda one: Correction.objects.get(pk=one.pk))
    acts = approving(correction, BRUNO), approving(correction, ACTOR)

    results = at_once(monkeypatch, correcting.righting, "put_right", *acts)

    assert results == ["done", "done"]
    assert due_cents(partner) == 10_00
    done = AuditEntry.objects.filter(action="passplus.correction.done")
    assert done.count() == 2  # done once, and told twice


def giving_up(ticket: Ticket, *, accepts_loss: bool) -> Callable[[], str]:
    return lambda: said(
        lambda: operations.give_up(
            ticket=ticket, accepts_loss=accepts_loss, actor=ACTOR, at=SUMMER
        ),
        "given up",
    )


def used() -> tuple[Ticket, Callable[[], str]]:
    """A ticket as a family's page read it, once validated; and the till that undoes it."""
    member = make_member()
    ticket = make_ticket(make_card(), 25_00)
    capture = take(member, ticket.code, at=SUMMER)
    as_read = Ticket.objects.select_related("purse__card__campaign").get(pk=ticket.pk)
    return as_read, lambda: said(
        lambda: undo(TillCapture.objects.get(pk=capture.pk), member, at=SUMMER), "undone"
    )


def test_credit_is_lost_only_if_the_family_accepted_whatever_a_till_does_meanwhile(monkeypatch):
    ticket, undoing = used()

    results = at_once(
        monkeypatch, capturing, "_lock_ticket", undoing, giving_up(ticket, accepts_loss=False)
    )

    assert results == ["undone", "PASSPLUS_LOSS_NOT_ACCEPTED"]
    assert Ticket.objects.get().state == "MADE"


def test_what_is_decided_before_the_lock_loses_credit_that_nobody_accepted_to_lose(monkeypatch):
    """If this fails, the test above proves nothing: the page had read a ticket that was used."""
    ticket, undoing = used()
    accepts = ticket.state != Ticket.State.MADE  # nothing to lose, as far as the page knows

    results = at_once(
        monkeypatch, capturing, "_lock_ticket", undoing, giving_up(ticket, accepts_loss=accepts)
    )

    assert results == ["undone", "given up"]
    assert Ticket.objects.get().state == "LOST"

"""What families say is wrong in a price, and the answers. Called through `operations`.

A guardian contests a price that holds today, or will. Who decides prices answers. An accepted
contest makes a new decision, from what stands on the day it starts: the agent first records what
the family proved, if that was the matter, and a price that would stay the same is no acceptance. A
refused one says why. Either is told to the guardian; the price stands meanwhile.

Locks: the pupil, then the contest (billing/README.md).
"""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.tariffs.decisions import lock_pupil, make_decision
from billing.tariffs.models import PriceContest, PriceDecision
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from tenants.people.models import Guardian

MOST_CHARACTERS = 2_000


class ContestTextMissing(DomainError):
    """A contest says what is wrong."""

    code = "TARIFF_CONTEST_TEXT_MISSING"


class ContestTextTooLong(DomainError):
    """It is said in fewer words."""

    code = "TARIFF_CONTEST_TEXT_TOO_LONG"


class ContestAlreadyOpen(DomainError):
    """This guardian contests this price already, and waits for an answer."""

    code = "TARIFF_CONTEST_ALREADY_OPEN"


class ContestedPriceOver(DomainError):
    """The price holds no more: another one does."""

    code = "TARIFF_CONTESTED_PRICE_OVER"


class ContestAlreadyAnswered(DomainError):
    """Somebody answered it."""

    code = "TARIFF_CONTEST_ALREADY_ANSWERED"


class ContestAnswerMissing(DomainError):
    """An answer says why: the family reads it."""

    code = "TARIFF_CONTEST_ANSWER_MISSING"


class ContestChangesNothing(DomainError):
    """Decided again from what is known, the price is the same."""

    code = "TARIFF_CONTEST_CHANGES_NOTHING"


@transaction.atomic(durable=True)
def contest_price(
    *,
    decision: PriceDecision,
    guardian: Guardian,
    text: str,
    actor: Actor,
    at: datetime.datetime,
) -> PriceContest:
    """
    Say, for a guardian of the pupil, what is wrong in a price.

    :raises ContestTextMissing: if nothing is said
    :raises ContestTextTooLong: if too much is
    :raises ContestedPriceOver: if the price holds neither today nor later
    :raises ContestAlreadyOpen: if the same guardian contests it already
    """
    said = text.strip()
    if not said:
        raise ContestTextMissing(field="text")
    if len(said) > MOST_CHARACTERS:
        raise ContestTextTooLong(field="text", most=MOST_CHARACTERS)
    if decision.valid_until is not None and decision.valid_until <= timezone.localdate(at):
        raise ContestedPriceOver(valid_until=decision.valid_until)
    try:
        with transaction.atomic():
            contest = PriceContest.objects.create(
                decision=decision, guardian=guardian, text=said, opened_at=at
            )
    except IntegrityError as error:
        raise ContestAlreadyOpen from error
    _write_down(contest, "opened", actor=actor, at=at)
    return contest


@transaction.atomic(durable=True)
def accept_contest(
    *,
    contest: PriceContest,
    valid_from: datetime.date,
    answer: str,
    actor: Actor,
    at: datetime.datetime,
    correcting: bool = False,
) -> PriceContest:
    """
    Agree with a contest: decide the price again from a day on, and say why.

    One that corrects (`correcting`) may reach back into invoiced months, as `decide_price` does.

    :raises ContestAnswerMissing: if nothing is said
    :raises ContestAlreadyAnswered: if it is answered
    :raises ContestChangesNothing: if the price is the same
    :raises NoTariffInForce: if no version prices the service that day
    :raises AlreadyBilled: if that day is in an invoiced month, and this corrects nothing
    """
    contested = contest.decision
    pupil = lock_pupil(contested.pupil.public_id)
    locked = _lock_open(contest, answer)
    made = make_decision(
        pupil=pupil,
        service=contested.service,
        valid_from=valid_from,
        actor=actor,
        at=at,
        correcting=correcting,
    )
    if made.unit_price_cents == contested.unit_price_cents:
        raise ContestChangesNothing(price_cents=made.unit_price_cents)
    return _answer(
        locked, PriceContest.State.ACCEPTED, answer, new_decision=made, actor=actor, at=at
    )


@transaction.atomic(durable=True)
def refuse_contest(
    *, contest: PriceContest, answer: str, actor: Actor, at: datetime.datetime
) -> PriceContest:
    """
    Say why the price is right; nothing else changes.

    :raises ContestAnswerMissing: if nothing is said
    :raises ContestAlreadyAnswered: if it is answered
    """
    locked = _lock_open(contest, answer)
    return _answer(
        locked, PriceContest.State.REFUSED, answer, new_decision=None, actor=actor, at=at
    )


def _lock_open(contest: PriceContest, answer: str) -> PriceContest:
    """The contest as it is now, nobody else's to answer until the transaction ends."""
    if not answer.strip():
        raise ContestAnswerMissing(field="answer")
    locked = PriceContest.objects.select_for_update(of=("self",), no_key=True).get(pk=contest.pk)
    if not locked.is_open:
        raise ContestAlreadyAnswered(answered_at=locked.answered_at)
    return locked


def _answer(
    contest: PriceContest,
    state: PriceContest.State,
    answer: str,
    *,
    new_decision: PriceDecision | None,
    actor: Actor,
    at: datetime.datetime,
) -> PriceContest:
    contest.state, contest.answer, contest.new_decision = state, answer.strip(), new_decision
    contest.answered_at, contest.answered_by = at, actor.id
    contest.save(update_fields=["state", "answer", "new_decision", "answered_at", "answered_by"])
    _write_down(contest, state.lower(), actor=actor, at=at)
    record_event(
        "tariffs.contest.answered",
        aggregate=f"contest:{contest.pk}",
        occurred_at=at,
        contest_id=contest.pk,
    )
    return contest


def _write_down(contest: PriceContest, what: str, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"tariffs.contest.{what}",
        subject_type="contest",
        subject_id=contest.public_id,
        at=at,
    )

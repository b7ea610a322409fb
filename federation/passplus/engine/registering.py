"""When one may register, and what a registration gives."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping

from commons.errors import DomainError
from federation.passplus.engine.campaign import Campaign, DocumentRule, Status
from federation.passplus.engine.eligibility import Eligibility, Verdict, judge
from federation.passplus.engine.facts import Fact, Facts
from federation.passplus.engine.spending import TicketsClosed


class RegistrationNotOpen(DomainError):
    """The campaign takes no registration yet."""

    code = "PASSPLUS_REGISTRATION_NOT_OPEN"


class RegistrationClosed(DomainError):
    """The last day to register has passed, for this year of birth."""

    code = "PASSPLUS_REGISTRATION_CLOSED"


class NotEligible(DomainError):
    """A condition of the campaign does not hold, or is not known yet."""

    code = "PASSPLUS_NOT_ELIGIBLE"


@dataclasses.dataclass(frozen=True, slots=True)
class Grant:
    """What a registration gives: a status, and cents by purse.

    `waits_for` are the facts still to be proved before the card is granted; a bursary that is only
    declared is not among them, since the base amount is given without it.
    """

    status: Status
    credits: Mapping[str, int]
    waits_for: tuple[Fact, ...] = ()

    @property
    def total_cents(self) -> int:
        """All purses together."""
        return sum(self.credits.values())


def registered_before(campaign: Campaign, birth_date: datetime.date | None) -> datetime.date:
    """The first day on which somebody born then can no longer register."""
    days = [campaign.registration.registered_before]
    if birth_date is not None:
        days += [
            window.registered_before
            for window in campaign.registration.windows
            if window.born.contains(birth_date)
        ]
    return min(days)


def check_registration(
    campaign: Campaign, birth_date: datetime.date | None, *, on: datetime.date
) -> None:
    """Refuse a registration outside its days.

    :raises RegistrationNotOpen: before the first of them
    :raises RegistrationClosed: after the last of them, for this year of birth
    """
    if on < campaign.registration.opens_on:
        raise RegistrationNotOpen(opens_on=campaign.registration.opens_on)
    before = registered_before(campaign, birth_date)
    if on >= before:
        raise RegistrationClosed(closed_on=before)


def grant(campaign: Campaign, facts: Facts) -> Grant:
    """
    What somebody is granted, and what must still be proved before.

    :raises NotEligible: if a condition does not hold, or is not known; it says which facts
    """
    verdict = judge(campaign.eligibility, facts)
    if verdict.eligibility in (Eligibility.REFUSED, Eligibility.UNKNOWN):
        raise NotEligible(
            facts=_facts_of(verdict), is_final=verdict.eligibility is Eligibility.REFUSED
        )
    status = status_of(facts)
    return Grant(status, campaign.amount_of(status), tuple(map(Fact, _facts_of(verdict))))


def is_automatic(campaign: Campaign, facts: Facts) -> bool:
    """Whether the card is granted without anybody asking: renewed, or owed by another scheme."""
    return renewal(campaign, facts) is not None


def renewal(campaign: Campaign, facts: Facts) -> Grant | None:
    """What somebody is granted without asking; nothing, if they must ask."""
    if campaign.automatic is None or campaign.automatic.holds(facts) is not True:
        return None
    if judge(campaign.eligibility, facts).eligibility is not Eligibility.PROVED:
        return None
    status = status_of(facts)
    return Grant(status, campaign.amount_of(status))


def status_of(facts: Facts) -> Status:
    """The status of somebody: a bursary counts once it is proved."""
    is_proved = facts.bursary is True and Fact.BURSARY in facts.proved
    return Status.BURSARY if is_proved else Status.BASE


def top_up(
    campaign: Campaign, *, held: Status, proved: Status, on: datetime.date
) -> Mapping[str, int]:
    """
    What a proof adds, by purse: the difference, whatever was already spent. Never less.

    :raises TicketsClosed: after the last day of new tickets: it could only go back
    """
    before, after = campaign.amount_of(held), campaign.amount_of(proved)
    gained = {code: max(after[code] - before[code], 0) for code in after}
    if any(gained.values()) and on >= campaign.tickets.issued_before:
        raise TicketsClosed(closed_on=campaign.tickets.issued_before)
    return {code: cents for code, cents in gained.items() if cents}


def documents_for(campaign: Campaign, waits_for: tuple[Fact, ...]) -> tuple[DocumentRule, ...]:
    """The documents to ask for: those that prove something still to be proved."""
    return tuple(rule for rule in campaign.documents if set(rule.proves) & set(waits_for))


def _facts_of(verdict: Verdict) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(leaf.fact) for leaf in verdict.in_the_way))

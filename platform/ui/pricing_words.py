"""The rules of reimbursement in words: what is paid of a ticket, domain by domain, before and after."""

from __future__ import annotations

import dataclasses

from django.utils.translation import gettext as _

from commons.money import format_euros
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.pricing import ALL_OF_IT, Line, Pricing
from ui.passplus_texts import DOMAINS


@dataclasses.dataclass(frozen=True, slots=True)
class DomainPaid:
    """What is paid of a ticket of a domain, by two sets of rules."""

    domain: str
    before: str
    after: str


def line_words(line: Line) -> str:
    """`95 %, 40,00 € au plus par ticket`."""
    rate = f"{line.rate.normalize():f}".replace(".", ",") + "\u00a0%"
    if line.cap_cents is None:
        return rate
    return _("%(rate)s, %(cap)s au plus par ticket") % {
        "rate": rate,
        "cap": format_euros(line.cap_cents),
    }


def paid_by_domain(before: Pricing | None, after: Pricing) -> list[DomainPaid]:
    """What each domain is paid before and after; without rules, all of a ticket."""
    return [
        DomainPaid(
            str(DOMAINS[domain]),
            line_words(ALL_OF_IT if before is None else before.line_for({domain})),
            line_words(after.line_for({domain})),
        )
        for domain in Domain
    ]

"""What is said of agreements and statements between départements, wherever it is said."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.money import format_euros
from federation.agreements.models import AgreementBase
from federation.reciprocity import queries
from federation.reciprocity.models import Statement, Term
from ui import wording

if TYPE_CHECKING:
    from django.utils.functional import Promise

DOMAIN_WORDS: dict[str, str | Promise] = {
    "SPORT": gettext_lazy("sport"),
    "CULTURE": gettext_lazy("culture"),
    "LEISURE": gettext_lazy("loisirs"),
}


def domains_said(domains: Collection[str]) -> str:
    """`culture et sport`."""
    return wording.and_list(str(DOMAIN_WORDS.get(domain, domain)) for domain in sorted(domains))


def direction_said(term: Term) -> str:
    """Whose cards, where, for what."""
    return _("Pass+ du %(holder)s chez les partenaires du %(partner)s (%(domains)s)") % {
        "holder": queries.code_of(term.holder),
        "partner": queries.code_of(term.partner),
        "domains": domains_said(term.domains),
    }


def agreement_state(agreement: AgreementBase, *, on: datetime.date) -> str:
    """Where an agreement is, and whose turn it is."""
    until = queries.ends_on(agreement)
    if not queries.is_signed_by_both(agreement):
        if agreement.endings.all() or queries.is_over(agreement, on=on):
            return _("Sans suite")
        if queries.is_signed_here(agreement):
            return _("Attend l'autre département")
        return _("À signer ici")
    if until is not None and until <= on:
        return _("Finie")
    if on < agreement.valid_from:
        return _("Signée, commence le %(day)s") % {"day": wording.full_date(agreement.valid_from)}
    if until is not None:
        return _("En vigueur, finit le %(day)s") % {"day": wording.full_date(until)}
    return _("En vigueur")


def statement_state(statement: Statement) -> str:
    """Where a statement is, and whose turn it is."""
    if getattr(statement, "settlement", None) is not None:
        return _("Réglé")
    here = queries.here()
    signed = {signature.signed_by for signature in statement.signatures.all()}
    if len(signed) == 2:
        owed = statement.owes_cents(here)
        if owed > 0:
            return _("Accepté, à payer")
        return _("Accepté, à recevoir") if owed < 0 else _("Accepté, rien à payer")
    if here in signed:
        return _("Attend l'autre département")
    return _("À vérifier et accepter ici")


def owed_said(cents: int, other: str) -> str:
    """Who owes what, in words: signs are for machines. `cents`: what the other owes us."""
    if cents == 0:
        return _("Rien n'est dû")
    said = {"amount": format_euros(abs(cents)), "other": other}
    return (
        _("%(other)s nous doit %(amount)s") % said
        if cents > 0
        else (_("Nous devons %(amount)s à %(other)s") % said)
    )

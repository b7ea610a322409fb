"""Handlers that write to the agents of another département: what was agreed, stated, accepted or paid.

What happened here is told there: the message is written in the other département's own context, from the
rows that both may read, to its own agents, with links to its own console.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext as _

from commons.models import OutboxEvent
from commons.money import format_euros
from commons.outbox import handles
from federation.passplus import clearing
from federation.reciprocity import queries
from federation.reciprocity.models import Agreement, Statement
from tenants.accounts.capabilities import Capability
from tenants.accounts.queries import staff_with
from tenants.registry import contexts
from ui import mail, wording
from ui.reciprocity_texts import direction_said, owed_said

SHOWN = 12


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """What a message says: a title, sentences, and the page that shows more."""

    title: str
    sentences: tuple[str, ...]
    path: str


@handles(
    "reciprocity.agreement.proposed", "reciprocity.agreement.signed", "reciprocity.agreement.ended"
)
def tell_agreement(event: OutboxEvent) -> None:
    """Say to who manages Pass+ there what was proposed, signed or ended here."""
    name = uuid.UUID(event.payload["agreement"])
    other = queries.other_party(queries.agreements().get(public_id=name))
    what, who = event.name.rpartition(".")[2], mail.current_departement().name

    def said() -> Told:
        return _of_agreement(queries.agreements().get(public_id=name), what, who)

    _write(event, other, Capability.MANAGE_PASSPLUS, said)


@handles(
    "reciprocity.statement.prepared",
    "reciprocity.statement.signed",
    "reciprocity.statement.contested",
    "reciprocity.statement.settled",
)
def tell_statement(event: OutboxEvent) -> None:
    """Say to who approves payments there what was stated, accepted, questioned or received here."""
    name = uuid.UUID(event.payload["statement"])
    statement = queries.statements().get(public_id=name)
    what, who = event.name.rpartition(".")[2], mail.current_departement().name
    missing = clearing.lines_not_in_books(statement) if what == "contested" else []
    lines = tuple(
        f"{line.capture.public_id} : {format_euros(line.signed_cents)}" for line in missing[:SHOWN]
    )

    def said() -> Told:
        return _of_statement(queries.statements().get(public_id=name), what, who, lines)

    _write(event, queries.other_of(statement), Capability.APPROVE_PARTNER_PAYMENTS, said)


def _of_agreement(agreement: Agreement, what: str, who: str) -> Told:
    path = reverse("console:reciprocity_agreement_change", args=[agreement.pk])
    opened = tuple(direction_said(term) for term in agreement.terms.all())
    if what == "proposed":
        title = _("%(who)s vous propose une convention Pass+") % {"who": who}
        return Told(title, (*opened, _("Rien ne s'ouvre avant que vous signiez.")), path)
    if what == "signed":
        title = _("%(who)s a signé la convention Pass+") % {"who": who}
        day = wording.full_date(agreement.valid_from)
        return Told(title, (*opened, _("Elle commence le %(day)s.") % {"day": day}), path)
    title = _("%(who)s met fin à la convention Pass+") % {"who": who}
    ended = [
        _("Premier jour sans convention : %(day)s. Raison : « %(reason)s »")
        % {"day": wording.full_date(one.ends_on), "reason": one.reason}
        for one in agreement.endings.all()
        if one.ended_by != queries.here()
    ]
    return Told(title, (*ended, _("Ce qui est déjà validé reste dû.")), path)


def _of_statement(statement: Statement, what: str, who: str, lines: tuple[str, ...]) -> Told:
    path = reverse("console:reciprocity_statement_change", args=[statement.pk])
    about = {"who": who, "month": wording.of_month(statement.month)}
    owed = owed_said(-statement.owes_cents(queries.here()), who)
    if what == "prepared":
        title = _("Relevé Pass+ %(month)s avec %(who)s : à vérifier") % about
        return Told(title, (owed, _("Vérifiez chaque ligne, puis acceptez-le.")), path)
    if what == "signed":
        title = _("%(who)s a accepté le relevé Pass+ %(month)s") % about
        return Told(title, (owed,), path)
    if what == "settled":
        title = _("%(who)s a reçu votre paiement du relevé Pass+ %(month)s") % about
        return Told(title, (_("Vos comptes le diront dans quelques minutes."),), path)
    title = _("%(who)s ne retrouve pas des lignes du relevé Pass+ %(month)s") % about
    asked = _("Ces lignes ne sont pas dans son grand livre. Appelez-le avant d'accepter.")
    return Told(title, (asked, *lines), path)


def _write(
    event: OutboxEvent, schema: str, capability: Capability, said: Callable[[], Told]
) -> None:
    """To each agent there who may act; nobody when that département is closed."""
    if queries.neighbour_of(schema) is None:
        return
    here = queries.here()
    with contexts.tenant(schema):
        told = said()
        for agent in staff_with(capability):
            mail.compose(
                "between_departements",
                event=event,
                recipient=mail.Recipient(email=str(agent.email), first_name=agent.first_name),
                part=f"{here}.{agent.public_id}",
                context={
                    "title": told.title,
                    "sentences": told.sentences,
                    "action_url": mail.portal_address(told.path),
                },
            ).send()

"""The events an integrator may hear of: facts of the département's, named by identifiers alone.

A public event bears the outbox's own name (docs/events.md). What it tells is listed here, value by
value: anything else the outbox holds (an amount, a number of a row) never leaves. Identifiers are the
public ones, those of the API. `VERSION` moves when a name or an identifier is taken away.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from billing.invoicing.models import CreditNote, Invoice
from billing.payments.models import Payment, Refund
from billing.rights.models import RightsRequest
from commons.models import OutboxEvent, TenantModel
from federation.passplus.models import Card, Partner, PartnerStatement
from federation.passplus.registration_models import Registration
from tenants.people.models import FeedImport

if TYPE_CHECKING:
    from django.utils.functional import Promise

VERSION = 1
TRIAL = "webhooks.trial"


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """An identifier that is told: the outbox's value, and the model it is a row's number of, if it is."""

    value: str
    model: type[TenantModel] | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class PublicEvent:
    """An event in French, and what it tells, by the names it is told under."""

    words: str | Promise
    tells: Mapping[str, Told]


_PAYMENT = {"payment": Told("payment_id", Payment)}
_CARD = {"card": Told("card")}
_TICKET = {**_CARD, "ticket": Told("ticket")}
PUBLIC: dict[str, PublicEvent] = {
    "people.feed.applied": PublicEvent(
        _("Annuaire de l'académie pris en compte"),
        {"feedImport": Told("feed_import_id", FeedImport)},
    ),
    "canteen.enrolment.created": PublicEvent(
        _("Inscription à la cantine"), {"enrolment": Told("enrolment")}
    ),
    "canteen.meal.cancelled": PublicEvent(_("Repas annulé"), {"enrolment": Told("enrolment")}),
    "rights.request.decided": PublicEvent(
        _("Droits d'un foyer décidés"), {"rightsRequest": Told("request_id", RightsRequest)}
    ),
    "billing.invoice.issued": PublicEvent(
        _("Facture émise"), {"invoice": Told("invoice_id", Invoice)}
    ),
    "billing.credit_note.issued": PublicEvent(
        _("Avoir émis"), {"creditNote": Told("credit_note_id", CreditNote)}
    ),
    "billing.payment.paid": PublicEvent(_("Paiement reçu"), _PAYMENT),
    "billing.payment.failed": PublicEvent(_("Paiement refusé"), _PAYMENT),
    "billing.payment.returned": PublicEvent(_("Paiement rejeté par la banque"), _PAYMENT),
    "billing.refund.done": PublicEvent(
        _("Remboursement fait"), {"refund": Told("refund_id", Refund)}
    ),
    "passplus.registration.granted": PublicEvent(
        _("Inscription au Pass+ accordée"), {"registration": Told("registration_id", Registration)}
    ),
    "passplus.card.completed": PublicEvent(
        _("Pass+ complété pour une bourse"), {"card": Told("card_id", Card)}
    ),
    "passplus.card.used": PublicEvent(_("Tickets d'un Pass+ utilisés"), _CARD),
    "passplus.ticket.put_back": PublicEvent(_("Ticket Pass+ rendu par un partenaire"), _TICKET),
    "passplus.ticket.corrected": PublicEvent(_("Ticket Pass+ corrigé"), _TICKET),
    "passplus.partner.ended": PublicEvent(
        _("Partenariat Pass+ terminé"), {"partner": Told("partner_id", Partner)}
    ),
    "passplus.statement.issued": PublicEvent(
        _("Relevé d'un partenaire émis"), {"statement": Told("statement_id", PartnerStatement)}
    ),
}


def words_of(name: str) -> str:
    """How an event is called in French; its name, once it is public no longer."""
    if name == TRIAL:
        return str(_("Essai"))
    known = PUBLIC.get(name)
    return str(known.words) if known else name


def ids_of(event: OutboxEvent) -> dict[str, str] | None:
    """What is told of an event: public identifiers only; nothing at all if its row is gone."""
    told = {
        name: _identifier(what, event.payload[what.value])
        for name, what in PUBLIC[event.name].tells.items()
    }
    found = {name: str(identifier) for name, identifier in told.items() if identifier is not None}
    return found if len(found) == len(told) else None


def _identifier(told: Told, value: Any) -> uuid.UUID | None:
    """
    The public identifier that a value of the outbox stands for.

    :raises ValueError: if it is no identifier: an event that would tell something else is not told
    """
    if told.model is None:
        return uuid.UUID(str(value))
    row = told.model.objects.filter(pk=value).first()
    identifier: uuid.UUID | None = getattr(row, "public_id", None)
    return identifier

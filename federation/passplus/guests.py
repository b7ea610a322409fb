"""Tickets of elsewhere that our partners took: booked here, by the reference of the shared row, once.

Our books: their département owes us (`clearing:<code>`, debited), and we owe the partner, whom we pay as
for any ticket. Whatever a process left undone between the two sides, `book_guests` finds.
"""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.db.models import QuerySet

from billing.ledger import operations as ledger
from billing.ledger.models import Account
from billing.ledger.operations import AccountKind, TransferRequest
from commons.actors import Actor
from commons.audit import record_audit
from commons.tenancy import current_schema
from federation.passplus.models import GuestCapture, Partner
from federation.reciprocity import queries as reciprocity
from federation.reciprocity.models import CrossCapture

BATCH = 200


def clearing_account(departement_code: str) -> int:
    """The account of what another département owes us (debits − credits), opened at its first use."""
    code = f"clearing:{departement_code}"
    known = Account.objects.filter(code=code).values_list("pk", flat=True).first()
    if known is not None:
        return known
    return ledger.open_account(code=code, kind=AccountKind.CLEARING, name=departement_code).pk


@transaction.atomic(durable=True)
def book_guest(*, public_id: uuid.UUID, actor: Actor, at: datetime.datetime) -> GuestCapture:
    """Credit our partner for a ticket of elsewhere; what was booked before is given again."""
    found = GuestCapture.objects.select_related("partner").filter(public_id=public_id).first()
    if found is not None:
        return found
    capture = CrossCapture.objects.get(public_id=public_id, partner=current_schema())
    _book([capture], actor=actor, at=at)
    return GuestCapture.objects.select_related("partner").get(public_id=public_id)


@transaction.atomic(durable=True)
def book_guests(*, actor: Actor, at: datetime.datetime, limit: int = BATCH) -> int:
    """Book what a process left undone, `limit` captures at most; how many."""
    return catch_up(actor=actor, at=at, limit=limit)


def catch_up(*, actor: Actor, at: datetime.datetime, limit: int | None = None) -> int:
    """The same, inside the transaction of an act that reads our books."""
    waiting = list(waiting_guests()[:limit])
    if waiting:
        _book(waiting, actor=actor, at=at)
    return len(waiting)


def waiting_guests() -> QuerySet[CrossCapture]:
    """What our partners took from holders of elsewhere, and is not in our books yet."""
    return (
        CrossCapture.objects.filter(partner=current_schema())
        .exclude(public_id__in=GuestCapture.objects.values("public_id"))
        .order_by("pk")
    )


def guest_captures_of(
    partner: Partner, *, since: datetime.datetime, before: datetime.datetime
) -> QuerySet[GuestCapture]:
    """What a partner took from holders of elsewhere, and keeps; as `Ticket` rows are for those of here."""
    return GuestCapture.objects.filter(
        partner=partner,
        captured_at__gte=since,
        captured_at__lt=before,
        reversed_at__isnull=True,
    ).order_by("captured_at", "pk")


def _book(captures: list[CrossCapture], *, actor: Actor, at: datetime.datetime) -> None:
    """Write the guests and their transfers, under the lock of their accounts: each once."""
    partners = {
        partner.public_id: partner
        for partner in Partner.objects.filter(
            public_id__in={capture.partner_public_id for capture in captures}
        )
    }
    codes = {holder: reciprocity.code_of(holder) for holder in {c.holder for c in captures}}
    owing = {holder: clearing_account(code) for holder, code in codes.items()}
    owed = [partner.account_id for partner in partners.values()]
    ledger.lock_accounts(account_ids=[*owing.values(), *owed])
    booked = GuestCapture.objects.filter(public_id__in=[c.public_id for c in captures])
    known = set(booked.values_list("public_id", flat=True))
    captures = [capture for capture in captures if capture.public_id not in known]
    GuestCapture.objects.bulk_create(
        [
            GuestCapture(
                public_id=capture.public_id,
                departement_code=codes[capture.holder],
                partner=partners[capture.partner_public_id],
                domain=capture.domain,
                cents=capture.cents,
                captured_at=capture.captured_at,
                booked_at=at,
            )
            for capture in captures
        ]
    )
    ledger.post(
        transfers=[
            TransferRequest(
                debit_account_id=owing[capture.holder],
                credit_account_id=partners[capture.partner_public_id].account_id,
                amount_cents=capture.cents,
                code="guest",
                reference=f"guest:{capture.public_id}",
            )
            for capture in captures
        ],
        actor=actor,
        at=at,
    )
    for capture in captures:
        record_audit(
            actor=actor,
            action="passplus.guest.captured",
            subject_type="Partner",
            subject_id=capture.partner_public_id,
            at=at,
            cents=capture.cents,
            departement=codes[capture.holder],
            capture=str(capture.public_id),
        )

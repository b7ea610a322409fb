"""What is worth a look before partners are paid. None stops a run: a person decides."""

from __future__ import annotations

import dataclasses
import enum

from django.db.models import Max

from federation.passplus.models import (
    Partner,
    PartnerIban,
    PartnerRun,
    PartnerStatement,
    Payout,
)
from federation.passplus.reimbursing.paying import unpaid, usable_ibans

BIG_CENTS = 500_00
TIMES = 3


class AnomalyKind(enum.StrEnum):
    """What is odd. The first two are not paid: their statement waits.

    NEW_ACCOUNT: paid before, on another account. BIG: 500 € or more, and three times the largest
    statement before. ENDED: affiliated no more.
    """

    NO_ACCOUNT = "NO_ACCOUNT"
    SET_ASIDE = "SET_ASIDE"
    NEW_ACCOUNT = "NEW_ACCOUNT"
    BIG = "BIG"
    ENDED = "ENDED"


UNPAID = frozenset({AnomalyKind.NO_ACCOUNT, AnomalyKind.SET_ASIDE})


@dataclasses.dataclass(frozen=True, slots=True)
class Anomaly:
    """One thing odd about what a partner would be paid."""

    kind: AnomalyKind
    partner: Partner
    cents: int


def anomalies_of(run: PartnerRun) -> list[Anomaly]:
    """What is odd in a run, and in what it would pay again, by kind then amount."""
    statements = [
        *PartnerStatement.objects.filter(run=run, due_cents__gt=0).select_related("partner"),
        *unpaid().exclude(run=run),
    ]
    partners = {statement.partner_id for statement in statements}
    usable = usable_ibans(partners)
    confirmed = set(
        PartnerIban.objects.filter(
            partner__in=partners, confirmed_at__isnull=False, closed_at__isnull=True
        ).values_list("partner", flat=True)
    )
    paid_on = {
        payout.statement.partner_id: payout.iban_id
        for payout in Payout.objects.filter(
            statement__partner__in=partners, state=Payout.State.ORDERED
        )
        .select_related("statement")
        .order_by("pk")
    }
    largest = dict(
        PartnerStatement.objects.filter(partner__in=partners, issued_at__isnull=False)
        .exclude(run=run)
        .values_list("partner")
        .annotate(cents=Max("gross_cents"))
        .values_list("partner", "cents")
    )
    found = []
    for one in statements:
        key = one.partner_id
        iban = usable.get(key)
        odd = {
            AnomalyKind.NO_ACCOUNT: key not in confirmed,
            AnomalyKind.SET_ASIDE: key in confirmed and iban is None,
            AnomalyKind.NEW_ACCOUNT: iban is not None and paid_on.get(key, iban.pk) != iban.pk,
            AnomalyKind.BIG: one.run_id == run.pk
            and one.gross_cents >= max(BIG_CENTS, TIMES * largest.get(key, 0)),
            AnomalyKind.ENDED: one.partner.ended_at is not None,
        }
        found += [Anomaly(kind, one.partner, one.due_cents) for kind, is_so in odd.items() if is_so]
    order = list(AnomalyKind)
    return sorted(found, key=lambda one: (order.index(one.kind), -one.cents, one.partner.pk))

"""What partners are owed and no statement has yet, from every room that owes them something.

A source gives what became due before a moment and stands on no live line, each under a reference of
its own; all of it was credited to the account of the partner. Another room adds what it owes (what was
validated for the card of another département, say) by registering its source when the process starts.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Iterator

from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Campaign, GuestCapture, StatementLine, Ticket

CHUNK = 2_000


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing a partner is owed. Without `domains` it is paid whole, whatever the rules."""

    partner_id: int
    source: str
    reference: str
    label: str
    due_at: datetime.datetime
    cents: int
    domains: frozenset[Domain] | None = None
    ticket_id: int | None = None


Source = Callable[[datetime.datetime], Iterable[Due]]
_SOURCES: dict[str, Source] = {}


def register_source(name: str, source: Source) -> None:
    """Have what a room owes partners paid with the rest; `name` is that of its lines."""
    _SOURCES[name] = source


def dues_before(moment: datetime.datetime) -> list[Due]:
    """What is due and on no statement, partner by partner, the oldest first."""
    found = [due for name in sorted(_SOURCES) for due in _SOURCES[name](moment)]
    return sorted(found, key=lambda due: (due.partner_id, due.due_at, due.reference))


def _tickets(moment: datetime.datetime) -> Iterator[Due]:
    """Tickets that partners validated. A ticket pays for what its purse and the partner share."""
    stated = StatementLine.objects.filter(ticket=OuterRef("pk"), is_live=True, source="ticket")
    found = (
        Ticket.objects.filter(
            ~Exists(stated),
            state=Ticket.State.CAPTURED,
            captured_by__isnull=False,  # elsewhere, another département pays its own partner
            ended_at__lt=moment,
        )
        .values_list(
            "pk", "public_id", "code", "ended_at", "captured_cents", "captured_by_id",
            "captured_by__domains", "purse__code", "purse__card__campaign_id",
        )
        .order_by("pk")
    )  # fmt: skip
    campaigns = {campaign.pk: campaign for campaign in Campaign.objects.all()}
    paid_for: dict[tuple[int, str], frozenset[Domain]] = {}
    for pk, public_id, code, at, cents, partner_id, offered, purse, campaign_id in found.iterator(
        CHUNK
    ):
        if (campaign_id, purse) not in paid_for:
            described = campaigns[campaign_id].rules.purse(purse)
            assert described is not None  # a campaign is never edited
            paid_for[campaign_id, purse] = frozenset(described.domains)
        assert at is not None  # a CHECK: it was validated
        assert cents is not None
        yield Due(
            partner_id=partner_id,
            source="ticket",
            reference=f"ticket:{public_id}",
            label=code,
            due_at=at,
            cents=cents,
            domains=paid_for[campaign_id, purse] & frozenset(map(Domain, offered)),
            ticket_id=pk,
        )


def _guests(moment: datetime.datetime) -> Iterator[Due]:
    """Tickets of elsewhere: paid whole, as their département owes us the whole."""
    stated = StatementLine.objects.filter(
        source="guest", is_live=True, reference=Concat(Value("guest:"), OuterRef("name"))
    )
    found = (
        GuestCapture.objects.annotate(name=Cast("public_id", CharField()))
        .filter(~Exists(stated), captured_at__lt=moment, reversed_at__isnull=True)
        .order_by("pk")
    )
    for guest in found.iterator(CHUNK):
        yield Due(
            partner_id=guest.partner_id,
            source="guest",
            reference=f"guest:{guest.public_id}",
            label=guest.departement_code,
            due_at=guest.captured_at,
            cents=guest.cents,
        )


register_source("ticket", _tickets)
register_source("guest", _guests)

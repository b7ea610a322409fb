"""Reading what is shared with another département. PostgreSQL shows the rows of the current one alone."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection
from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum

from commons.tenancy import current_schema
from federation.agreements.reading import (
    PARIS,
    code_of,
    common_text,
    digest_of_text,
    ends_on,
    is_in_force,
    is_over,
    is_signed_by_both,
    is_signed_here,
    name_of,
    neighbour_of,
    other_party,
)
from federation.reciprocity.models import (
    Agreement,
    CrossCapture,
    Ending,
    ListedPartner,
    Signature,
    Statement,
    StatementLine,
    StatementSignature,
    Term,
    pair,
)

# What every agreement is asked, told here with the rest.
__all__ = (
    "PARIS",
    "code_of",
    "ends_on",
    "is_in_force",
    "is_over",
    "is_signed_by_both",
    "is_signed_here",
    "name_of",
    "neighbour_of",
    "other_party",
)

# As `is_in_force`: the terms, for holders of one with partners of another, that both signed and that hold.
_DOMAINS_OPEN = """
    SELECT jsonb_array_elements_text(term.domains)
    FROM reciprocity_term AS term
    JOIN reciprocity_agreement AS agreement ON agreement.id = term.agreement_id
    WHERE term.holder = %s AND term.partner = %s AND agreement.valid_from <= %s::date
      AND (agreement.valid_until IS NULL OR agreement.valid_until > %s::date)
      AND (SELECT count(*) FROM reciprocity_signature AS s WHERE s.agreement_id = agreement.id) = 2
      AND NOT EXISTS (SELECT FROM reciprocity_ending AS ending
                      WHERE ending.agreement_id = agreement.id AND ending.ends_on <= %s::date)
"""


def here() -> str:
    """The schema of this département."""
    return current_schema()


def text_of(agreement: Agreement) -> dict[str, Any]:
    """What is signed, whole, in canonical order."""
    terms = ([term.holder, term.partner, sorted(term.domains)] for term in agreement.terms.all())
    return common_text(agreement) | {"terms": sorted(terms)}


def digest_of(agreement: Agreement) -> str:
    """What names the text that is signed."""
    return digest_of_text(text_of(agreement))


def agreements() -> QuerySet[Agreement]:
    """The agreements and proposals of this département, the latest first."""
    return with_its_parts(Agreement.objects.order_by("-pk"))


def with_its_parts(rows: QuerySet[Agreement]) -> QuerySet[Agreement]:
    """Agreements with their terms, signatures and endings, each in the order it was written."""
    return rows.prefetch_related(
        Prefetch("terms", Term.objects.order_by("pk")),
        Prefetch("signatures", Signature.objects.order_by("pk")),
        Prefetch("endings", Ending.objects.order_by("pk")),
    )


def with_its_signatures(rows: QuerySet[Statement]) -> QuerySet[Statement]:
    """Statements with what is said of them, in the order it was written."""
    return rows.select_related("settlement").prefetch_related(
        Prefetch("signatures", StatementSignature.objects.order_by("pk"))
    )


def to_sign(rows: QuerySet[Agreement], *, on: datetime.date) -> QuerySet[Agreement]:
    """Those that wait for the signature of this département: neither ended nor past."""
    signed = Signature.objects.filter(signed_by=current_schema())
    return rows.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on), endings__isnull=True
    ).exclude(pk__in=signed.values("agreement_id"))


def to_accept(rows: QuerySet[Statement]) -> QuerySet[Statement]:
    """Those that wait for the word of this département."""
    signed = StatementSignature.objects.filter(signed_by=current_schema())
    return rows.exclude(pk__in=signed.values("statement_id"))


def to_pay(rows: QuerySet[Statement]) -> QuerySet[Statement]:
    """Those that both accepted, by which this département owes, and whose payment nobody received."""
    here = current_schema()
    agreed = StatementSignature.objects.values("statement_id").annotate(n=Count("pk")).filter(n=2)
    owes = Q(first=here, first_owes_cents__gt=F("second_owes_cents")) | Q(
        second=here, second_owes_cents__gt=F("first_owes_cents")
    )
    return rows.filter(owes, settlement__isnull=True, pk__in=agreed.values("statement_id"))


def domains_open(*, holder: str, partner: str, on: datetime.date) -> frozenset[str]:
    """What holders of one may spend on with partners of the other, on a day, by their agreements."""
    with connection.cursor() as cursor:  # one statement: it is asked at each validation
        cursor.execute(_DOMAINS_OPEN, [holder, partner, on, on, on])
        return frozenset(domain for (domain,) in cursor.fetchall())


def domains_open_there(*, on: datetime.date) -> dict[str, frozenset[str]]:
    """What our holders may spend on elsewhere, by the schema of the other département."""
    here = current_schema()
    opened: dict[str, set[str]] = {}
    for agreement in agreements():
        if is_in_force(agreement, on=on):
            for term in agreement.terms.all():
                if term.holder == here:
                    opened.setdefault(term.partner, set()).update(term.domains)
    return {schema: frozenset(domains) for schema, domains in opened.items()}


def listed_partners(*, at: datetime.datetime) -> QuerySet[ListedPartner]:
    """The partners of the neighbours that agreements open to our holders, by name."""
    return (
        ListedPartner.objects.exclude(published_by=current_schema())
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at))
        .order_by("name", "pk")
    )


def listed_partner(*, published_by: str, public_id: uuid.UUID) -> ListedPartner | None:
    """A partner of a neighbour, if an agreement shows it."""
    return ListedPartner.objects.filter(published_by=published_by, public_id=public_id).first()


def captures_named(public_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, CrossCapture]:
    """Captures this département is party to, by their names."""
    found = CrossCapture.objects.filter(public_id__in=public_ids)
    return {capture.public_id: capture for capture in found}


@dataclasses.dataclass(frozen=True, slots=True)
class Position:
    """Where two départements stand with each other by the shared rows, seen from here; in cents.

    `theirs_here_cents`: what our partners took from their holders, owed to us. `ours_there_cents`: the
    reverse. `settled_cents` is what was received by us, less what was paid by us.
    """

    schema: str
    theirs_here_cents: int
    ours_there_cents: int
    settled_cents: int

    @property
    def cents(self) -> int:
        """What the other owes us; negative when we owe it."""
        return self.theirs_here_cents - self.ours_there_cents - self.settled_cents


def position_with(schema: str) -> Position:
    """Where we stand with another département."""
    here = current_schema()
    standing = CrossCapture.objects.filter(reversal__isnull=True)

    def taken(holder: str, partner: str) -> int:
        found = standing.filter(holder=holder, partner=partner).aggregate(
            cents=Sum("cents", default=0)
        )
        return int(found["cents"])

    settled = 0
    for statement in statements_with(schema).filter(settlement__isnull=False):
        received = statement.settlement
        settled += received.cents if received.received_by == here else -received.cents
    return Position(schema, taken(schema, here), taken(here, schema), settled)


def partners_in_books() -> list[str]:
    """The schemas of those with whom something was ever agreed."""
    return sorted({other_party(agreement) for agreement in agreements()})


def statements_with(schema: str) -> QuerySet[Statement]:
    """The statements with another département, the latest first."""
    found = Statement.objects.filter(**pair(current_schema(), schema))
    return with_its_signatures(found.order_by("-month"))


def statements() -> QuerySet[Statement]:
    """Every statement of this département, the latest first."""
    return with_its_signatures(Statement.objects.order_by("-month", "pk"))


def lines_of(statement: Statement) -> list[StatementLine]:
    """The lines of a statement, in the order of the captures."""
    found = StatementLine.objects.filter(statement=statement).select_related(
        "capture", "capture__reversal"
    )
    return list(found.order_by("capture__captured_at", "capture__pk", "is_reversal"))


def other_of(statement: Statement) -> str:
    """The schema of the other party of a statement."""
    return statement.second if statement.first == current_schema() else statement.first


def is_agreed(statement: Statement) -> bool:
    """Whether both parties signed."""
    return len(statement.signatures.all()) == 2


def digest_of_lines(lines: Iterable[StatementLine]) -> str:
    """What names the lines of a statement, whoever computes it."""
    said = [
        [
            str(line.capture.public_id),
            line.capture.holder,
            line.capture.partner,
            line.capture.captured_at.astimezone(datetime.UTC).isoformat(),
            line.signed_cents,
        ]
        for line in lines
    ]
    return hashlib.sha256(json.dumps(sorted(said)).encode()).hexdigest()


def totals_of(lines: Iterable[StatementLine], *, first: str) -> tuple[int, int]:
    """What the first party owes by these lines, and what the second does."""
    owed = [0, 0]
    for line in lines:
        owed[line.capture.holder != first] += line.signed_cents
    return owed[0], owed[1]

"""What the fields of several objects need, read once for all of them.

A list resolver makes one batch; the fields of its elements ask the batch, and the first to ask
reads for all. So the number of statements depends on the selection, never on the length of a list
(the tests say the exact number), and what is not selected is not read. A batch belongs to one
request.
"""

from __future__ import annotations

import collections
import datetime
import functools
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from api.limits import LIST_LENGTHS
from billing.canteen import queries as canteen
from billing.canteen.access import visible_shares
from billing.canteen.models import Enrolment, EnrolmentPayer
from billing.invoicing import queries as invoicing
from billing.invoicing.models import (
    Anomaly,
    CreditNote,
    Dispute,
    Invoice,
    InvoiceLine,
)
from billing.tariffs import queries as prices
from billing.tariffs.models import PriceDecision, Service
from billing.tariffs.queries import ExplainedPrice, explained_price, without_resources
from commons.periods import Period
from federation.passplus import holding
from federation.passplus.holding import HeldCard
from tenants.accounts.capabilities import Capability
from tenants.activation.queries import pupil_of
from tenants.people import queries as people
from tenants.people.models import HouseholdMember, Pupil, Schooling
from tenants.schoollife.timetable import access as timetable_access
from tenants.schoollife.timetable import queries as timetable
from tenants.schoollife.timetable.models import Lesson

if TYPE_CHECKING:
    from tenants.accounts.models import User

MOST_INVOICES = 1_000
MOST_ANOMALIES = 100
MOST_CARDS = LIST_LENGTHS["Child.passCards"]


class Children:
    """Pupils that one user may see, and what their fields need."""

    def __init__(self, pupils: Iterable[Pupil], *, user: User, on: datetime.date) -> None:
        self.pupils = tuple(pupils)
        self.user = user
        self.on = on
        self._keys = [pupil.pk for pupil in self.pupils]

    @functools.cached_property
    def schoolings(self) -> dict[int, Schooling]:
        """Where each is schooled today."""
        return people.schoolings_on(self._keys, self.on)

    @functools.cached_property
    def enrolments(self) -> dict[int, Enrolment]:
        """The enrolment of each that holds today, or will later this school year."""
        rows = canteen.held_or_to_come(on=self.on).filter(pupil_id__in=self._keys)
        found: dict[int, Enrolment] = {}
        for row in rows.select_related("college"):
            found.setdefault(row.pupil_id, row)
        return found

    @functools.cached_property
    def _payers(self) -> dict[int, list[EnrolmentPayer]]:
        grouped: dict[int, list[EnrolmentPayer]] = collections.defaultdict(list)
        keys = [enrolment.pk for enrolment in self.enrolments.values()]
        rows = visible_shares(self.user).filter(enrolment_id__in=keys)
        for row in rows.select_related("guardian"):
            grouped[row.enrolment_id].append(row)
        return grouped

    def payers_of(self, enrolment: Enrolment) -> list[EnrolmentPayer]:
        """Those who pay for an enrolment and whom the user may know of."""
        return self._payers.get(enrolment.pk, [])

    @functools.cached_property
    def _decisions(self) -> dict[int, list[PriceDecision]]:
        """The decisions of each that hold today or later, in order of days."""
        grouped: dict[int, list[PriceDecision]] = collections.defaultdict(list)
        rows = prices.held_or_to_come(Service.HALF_BOARD, on=self.on)
        rows = rows.filter(pupil_id__in=self._keys).select_related("tariff_version", "resources")
        for row in rows:
            grouped[row.pupil_id].append(row)
        return grouped

    @functools.cached_property
    def _memberships(self) -> list[HouseholdMember]:
        """The tax households the user belongs to, or did."""
        return list(HouseholdMember.objects.filter(guardian__user_id=self.user.pk))

    def price(self, pupil: Pupil) -> ExplainedPrice | None:
        """The price of a meal today, or on the first day of the enrolment if that is later.

        A person who is not of the household it rests on gets it without the resources. A pupil gets
        none for themselves: a price tells what their parents earn.
        """
        if pupil.user_id == self.user.pk and pupil_of(self.user) is not None:
            return None
        enrolment = self.enrolments.get(pupil.pk)
        starts_on = enrolment.valid_from if enrolment else None
        day = max(self.on, starts_on or self.on)
        for decision in self._decisions.get(pupil.pk, ()):
            if decision.valid_from <= day and (
                decision.valid_until is None or day < decision.valid_until
            ):
                price = explained_price(decision)
                household_id = price.household_id or pupil.household_id
                may_read = self._may_read_resources(household_id, day)
                return price if may_read else without_resources(price)
        return None

    def price_of(self, enrolment: Enrolment) -> ExplainedPrice | None:
        """The price of an enrolment of this batch."""
        pupil = next(pupil for pupil in self.pupils if pupil.pk == enrolment.pupil_id)
        return self.price(pupil)

    def _may_read_resources(self, household_id: int | None, day: datetime.date) -> bool:
        if self.user.can(Capability.READ_FILES):
            return True
        return any(
            row.household_id == household_id
            and row.valid_from <= day
            and (row.valid_until is None or day < row.valid_until)
            for row in self._memberships
        )

    @functools.cached_property
    def _invoices(self) -> dict[int, list[Invoice]]:
        """The invoices the user may see that have a line about each, latest month first."""
        lines = InvoiceLine.objects.filter(pupil_id__in=self._keys)
        if not self.user.can(Capability.READ_MONEY):
            lines = lines.filter(invoice__payer__user_id=self.user.pk)
        pairs = list(lines.values_list("pupil_id", "invoice_id").distinct()[:MOST_INVOICES])
        rows = (
            Invoice.objects.filter(pk__in={invoice for _pupil, invoice in pairs})
            .select_related("ledger_account", "payer", "regie", "run")
            .order_by("-month", "-pk")
        )
        about: dict[int, set[int]] = collections.defaultdict(set)
        for pupil, invoice in pairs:
            about[invoice].add(pupil)
        grouped: dict[int, list[Invoice]] = collections.defaultdict(list)
        for row in rows:
            for pupil in about[row.pk]:
                grouped[pupil].append(row)
        return grouped

    def invoices(self, pupil: Pupil) -> list[Invoice]:
        """The invoices the user may see that have a line about a pupil, latest month first."""
        return self._invoices.get(pupil.pk, [])

    @functools.cached_property
    def _pass_cards(self) -> Mapping[uuid.UUID, list[HeldCard]]:
        """The Pass+ cards of those who are the user's own children, or the user; of all, for agents."""
        pupils = set(self.pupils)
        if not self.user.can(Capability.READ_FILES):
            pupils &= {*people.children_of(self.user, on=self.on), pupil_of(self.user)}
        return holding.cards_of([pupil.public_id for pupil in pupils], on=self.on)

    def pass_cards(self, pupil: Pupil) -> list[HeldCard]:
        """The Pass+ cards of a pupil that may still serve, the latest campaign first."""
        return self._pass_cards.get(pupil.public_id, [])[:MOST_CARDS]

    def lessons(self, pupil: Pupil, days: Period) -> list[Lesson]:
        """The lessons of a pupil over some days; none for who may not read them."""
        if days not in self._lessons:
            readable = timetable_access.readable_pupils(self.user, on=self.on)
            pupils = list(readable.filter(pk__in=self._keys))
            self._lessons[days] = timetable.lessons_of(pupils, days=days)
        return self._lessons[days].get(pupil.pk, [])

    @functools.cached_property
    def _lessons(self) -> dict[Period, dict[int, list[Lesson]]]:
        return {}

    @functools.cached_property
    def bills(self) -> Bills:
        """The invoices of all, as a batch."""
        unique = {row.pk: row for rows in self._invoices.values() for row in rows}
        return Bills(list(unique.values()))


class Bills:
    """Invoices, and what their fields need."""

    def __init__(self, invoices: Sequence[Invoice]) -> None:
        self.invoices = invoices

    @functools.cached_property
    def lines(self) -> dict[int, list[InvoiceLine]]:
        """The lines of each, child by child, in order of days."""
        grouped: dict[int, list[InvoiceLine]] = collections.defaultdict(list)
        keys = [invoice.pk for invoice in self.invoices]
        for row in invoicing.in_order(InvoiceLine.objects.filter(invoice_id__in=keys)):
            grouped[row.invoice_id].append(row)
        return grouped

    @functools.cached_property
    def credit_notes(self) -> dict[int, list[CreditNote]]:
        """The credit notes of each, oldest first."""
        grouped: dict[int, list[CreditNote]] = collections.defaultdict(list)
        keys = [invoice.pk for invoice in self.invoices]
        for row in CreditNote.objects.filter(invoice_id__in=keys).order_by("pk"):
            grouped[row.invoice_id].append(row)
        return grouped

    @functools.cached_property
    def credited(self) -> dict[int, int]:
        """What credit notes took off each line, in cents; nothing where none did."""
        found = invoicing.credited_lines(self.invoices)
        return {line_id: cents for line_id, (cents, _meals) in found.items()}

    @functools.cached_property
    def disputes(self) -> dict[int, Dispute]:
        """What was last said of each line that was disputed, by line."""
        return invoicing.latest_disputes(self.invoices)

    @functools.cached_property
    def over_paid(self) -> dict[int, int]:
        """What is to be given back on each, in cents; nothing where nothing ever was."""
        found = invoicing.over_paid_accounts(self.invoices)
        return {
            key: account.credits_posted - account.debits_posted for key, account in found.items()
        }


class Runs:
    """Billing runs, and what their fields need."""

    def __init__(self, keys: Sequence[int]) -> None:
        self._keys = keys

    @functools.cached_property
    def anomalies(self) -> dict[int, list[Anomaly]]:
        """The first `MOST_ANOMALIES` anomalies of each, unanswered first."""
        grouped: dict[int, list[Anomaly]] = collections.defaultdict(list)
        order = (F("answered_at").asc(nulls_first=True), "severity", "code", "pk")
        place = Window(RowNumber(), partition_by="run_id", order_by=order)
        rows = Anomaly.objects.filter(run_id__in=self._keys).annotate(place=place)
        for row in rows.filter(place__lte=MOST_ANOMALIES).order_by("run_id", "place"):
            grouped[row.run_id].append(row)
        return grouped

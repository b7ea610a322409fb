"""Whole pages of the console, read at once into frozen values.

Each function starts from what the user may see (`access`) and composes the reads of the domain
rooms; no rule is decided here. Amounts are integer euro cents.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from billing.canteen import overviews
from billing.canteen.queries import NoCanteenRules
from billing.tariffs.access import may_read_resources, price_for
from billing.tariffs.models import HouseholdResources, PriceDecision, Service
from billing.tariffs.queries import (
    explained_price,
    price_history,
    price_on,
    resources_on,
)
from commons.normalisation import search_key
from commons.school_calendar import school_year_of
from console import money_queries
from tenants.accounts.capabilities import Capability
from tenants.people.access import visible_pupils
from tenants.people.models import Guardian, Guardianship, HouseholdMember, Pupil, Schooling
from ui.price_story import PriceStory, price_story

if TYPE_CHECKING:
    from tenants.accounts.models import User

FOUND_LIMIT = 20


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What a search found; each list is cut at `FOUND_LIMIT`."""

    term: str
    pupils: tuple[Pupil, ...] = ()
    guardians: tuple[Guardian, ...] = ()
    invoices: tuple[money_queries.InvoiceRow, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.pupils or self.guardians or self.invoices)


@dataclasses.dataclass(frozen=True, slots=True)
class PupilFile:
    """All that an agent needs of a pupil, on one page."""

    pupil: Pupil
    schoolings: tuple[Schooling, ...]
    guardianships: tuple[Guardianship, ...]
    siblings: tuple[Pupil, ...]
    members: tuple[HouseholdMember, ...]
    resources: HouseholdResources | None
    enrolments: tuple[overviews.EnrolmentView, ...]
    draft: overviews.EnrolmentView | None
    decision: PriceDecision | None
    story: PriceStory | None
    history: tuple[PriceDecision, ...]
    invoices: tuple[money_queries.InvoiceRow, ...]
    may_read_money: bool
    has_rules: bool


def find(user: User, term: str) -> Found:
    """Pupils and guardians by the beginning of their name, or anything by its identifier."""
    key = search_key(term)
    written = term.strip()
    if not key:
        return Found(term=written)
    pupils = visible_pupils(user)
    by_name = pupils.filter(search_key__startswith=key)
    by_number = pupils.filter(ine=written.upper())
    found_pupils = (by_name | by_number).select_related("household").order_by("sort_key", "pk")
    guardians: tuple[Guardian, ...] = ()
    if user.can(Capability.READ_FILES):
        named = Guardian.objects.filter(search_key__startswith=key)
        mailed = Guardian.objects.filter(email=written.lower())
        guardians = tuple((named | mailed).order_by("sort_key", "pk")[:FOUND_LIMIT])
    return Found(
        term=written,
        pupils=tuple(found_pupils[:FOUND_LIMIT]),
        guardians=guardians,
        invoices=money_queries.invoices_numbered(user, written),
    )


def pupil_file(user: User, pupil: Pupil, *, at: datetime.datetime) -> PupilFile:
    """Read the file of a pupil the user may see."""
    today = timezone.localdate(at)
    decision = price_on(pupil, Service.HALF_BOARD, today)
    may_read = may_read_resources(user, pupil, on=today)
    explained = None
    if decision:
        explained = price_for(user, pupil, explained_price(decision), on=today)
    enrolments, draft, has_rules = _enrolments(pupil, at=at)
    guardianships = tuple(
        Guardianship.objects.filter(pupil=pupil)
        .select_related("guardian")
        .order_by("-is_financial", "legal_role", "pk")
    )
    may_read_money = user.can(Capability.READ_MONEY)
    return PupilFile(
        pupil=pupil,
        schoolings=tuple(
            Schooling.objects.filter(pupil=pupil)
            .select_related("college", "school_class")
            .order_by("-school_year", "-valid_from", "-pk")
        ),
        guardianships=guardianships,
        siblings=siblings_of(user, pupil),
        members=_members(pupil) if may_read else (),
        resources=resources_on(pupil.household_id, today) if may_read else None,
        enrolments=enrolments,
        draft=draft,
        decision=decision,
        story=price_story(explained) if explained else None,
        history=tuple(price_history(pupil, Service.HALF_BOARD)),
        invoices=money_queries.invoices_of_pupil(pupil) if may_read_money else (),
        may_read_money=may_read_money,
        has_rules=has_rules,
    )


def _enrolments(
    pupil: Pupil, *, at: datetime.datetime
) -> tuple[tuple[overviews.EnrolmentView, ...], overviews.EnrolmentView | None, bool]:
    year = school_year_of(timezone.localdate(at)).start_year
    try:
        page = overviews.enrolment_page(pupil, school_year=year, at=at)
    except NoCanteenRules:
        return (), None, False
    return page.enrolments, page.draft, True


def siblings_of(user: User, pupil: Pupil) -> tuple[Pupil, ...]:
    """The other pupils of the same guardians that the user may see."""
    guardians = Guardianship.objects.filter(pupil=pupil, valid_until__isnull=True)
    return tuple(
        visible_pupils(user)
        .filter(
            pk__in=Guardianship.objects.filter(
                guardian__in=guardians.values("guardian"), valid_until__isnull=True
            ).values("pupil")
        )
        .exclude(pk=pupil.pk)
        .order_by("sort_key", "pk")
    )


def _members(pupil: Pupil) -> tuple[HouseholdMember, ...]:
    if pupil.household_id is None:
        return ()
    return tuple(
        HouseholdMember.objects.filter(household_id=pupil.household_id, valid_until__isnull=True)
        .select_related("guardian")
        .order_by("pk")
    )

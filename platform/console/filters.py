"""The filters that today's figures open: the same rows as `sql/today.sql` counts."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.filters import SimpleListFilter
from django.db.models import Exists, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing.canteen.booking import weekday_bit
from billing.canteen.models import BookingException, Enrolment
from billing.invoicing.models import BillingRun
from billing.tariffs.queries import on_day
from console import canteen_queries

YES = "oui"


class YesFilter(SimpleListFilter):
    """One box: the rows that are so, or all of them."""

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [(YES, _("Oui"))]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        return self.kept(queryset) if self.value() == YES else None

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that are so."""
        raise NotImplementedError


def running(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The enrolments that hold today."""
    return rows.filter(on_day(timezone.localdate())).exclude(state=Enrolment.State.DRAFT)


class RunningFilter(YesFilter):
    title = _("en cours aujourd'hui")
    parameter_name = "aujourdhui"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return running(rows)


class UnpricedFilter(YesFilter):
    title = _("sans prix aujourd'hui")
    parameter_name = "sans_prix"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return running(rows).exclude(Exists(canteen_queries.prices_of_row(timezone.localdate())))


class GoneFilter(YesFilter):
    title = _("absent de l'annuaire")
    parameter_name = "absent"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return running(rows).filter(pupil__missing_since__isnull=False)


class MealsFilter(YesFilter):
    """Who has a meal to be cooked today: as the kitchen counts, not as the invoice does."""

    title = _("repas prévu aujourd'hui")
    parameter_name = "repas"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localdate()
        exceptions = canteen_queries.exceptions_of_row(today)
        return (
            running(rows)
            .filter(Exists(canteen_queries.open_day_of_row(today)))
            .annotate(falls=F("weekdays").bitand(weekday_bit(today)))
            .filter(
                Exists(exceptions.filter(kind=BookingException.Kind.EXTRA))
                | (Q(falls__gt=0) & ~Exists(exceptions))
            )
        )


class WaitingFilter(YesFilter):
    title = _("à traiter")
    parameter_name = "a_traiter"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        open_states = (BillingRun.State.PREPARED, BillingRun.State.REVIEWED)
        return rows.filter(answered_at__isnull=True, run__state__in=open_states)


class ToLookAtFilter(YesFilter):
    """Payments of which the provider says something we did not expect, and nobody answered."""

    title = _("à vérifier")
    parameter_name = "a_verifier"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.exclude(problem="").filter(answered_at__isnull=True)


class UnhandledFilter(YesFilter):
    title = _("pas encore traités")
    parameter_name = "non_traites"

    def kept(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(handled_at__isnull=True)

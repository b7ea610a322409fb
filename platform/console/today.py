"""What waits for an agent today: figures, and tasks with where to do them."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console import canteen_queries, sql
from console.tasks_today import Task, since
from console.today_pass_plus import pass_plus_tasks
from console.today_school_records import school_record_tasks
from tenants.accounts.capabilities import Capability
from ui import wording

if TYPE_CHECKING:
    from tenants.accounts.models import User


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """A number of the day and the list it opens; no address for who may not open the list."""

    label: str
    value: str
    url: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Today:
    """The first page of the console."""

    tasks: tuple[Task, ...]
    meals: int
    enrolments: int
    figures: tuple[Figure, ...]
    is_balanced: bool
    checked_at: datetime.datetime | None
    may_read_money: bool


@dataclasses.dataclass(frozen=True, slots=True)
class _Counts:
    """The columns of `today.sql`, in order."""

    drafts: int
    oldest_draft: datetime.datetime | None
    unpriced: int
    oldest_unpriced: datetime.date | None
    gone: int
    oldest_gone: datetime.date | None
    meals: int
    enrolments: int
    blocking: int
    warnings: int
    oldest_anomaly: datetime.datetime | None
    latest_feed: datetime.datetime | None
    stopped_feeds: int
    oldest_stopped: datetime.datetime | None
    is_balanced: bool
    checked_at: datetime.datetime | None
    differing_accounts: int | None
    refunds: int
    oldest_refund: datetime.datetime | None
    strange_payments: int
    oldest_strange: datetime.datetime | None
    disputes: int
    oldest_dispute: datetime.datetime | None
    contests: int
    oldest_contest: datetime.datetime | None
    unrecognised: int
    oldest_unrecognised: datetime.datetime | None


def today_of(user: User, *, on: datetime.date) -> Today:
    """Read the first page: a query, one of Pass+, one of a collège; as many whatever the size."""
    uais = None if user.can(Capability.READ_FILES) else canteen_queries.own_uais(user)
    counts = _Counts(*sql.rows("today", [on, uais])[0])
    may_read_money = user.can(Capability.READ_MONEY)
    tasks = _canteen_tasks(counts)
    if may_read_money:
        tasks += _money_tasks(counts)
    if user.can(Capability.READ_FILES):
        tasks += _price_tasks(counts)
    if user.can(Capability.IMPORT_FEEDS):
        tasks += _feed_tasks(counts)
    if user.can(Capability.RECOGNISE_PEOPLE):
        tasks += _people_tasks(counts)
    tasks += pass_plus_tasks(user, on=on)
    tasks += school_record_tasks(user)
    return Today(
        tasks=tuple(task for task in tasks if task.count),
        meals=counts.meals,
        enrolments=counts.enrolments,
        figures=_figures(user, counts),
        is_balanced=counts.is_balanced and not counts.differing_accounts,
        checked_at=counts.checked_at,
        may_read_money=may_read_money,
    )


def _figures(user: User, counts: _Counts) -> tuple[Figure, ...]:
    enrolments = reverse("console:canteen_enrolment_changelist")
    feeds = reverse("console:feeds") if user.can(Capability.IMPORT_FEEDS) else ""
    latest = wording.full_date(counts.latest_feed) if counts.latest_feed else "–"
    return (
        Figure(_("Repas prévus"), _number(counts.meals), f"{enrolments}?repas=oui"),
        Figure(
            _("Inscriptions en cours"), _number(counts.enrolments), f"{enrolments}?aujourdhui=oui"
        ),
        Figure(_("Dernier annuaire reçu"), latest, feeds),
    )


def _number(count: int) -> str:
    return f"{count:,}".replace(",", wording.NO_BREAK_SPACE)


def _canteen_tasks(counts: _Counts) -> list[Task]:
    enrolments = reverse("console:canteen_enrolment_changelist")
    return [
        Task(
            counts.unpriced,
            ngettext("inscription sans prix", "inscriptions sans prix", counts.unpriced),
            since(counts.oldest_unpriced),
            f"{enrolments}?sans_prix=oui",
            "bad",
        ),
        Task(
            counts.gone,
            ngettext("inscrit absent de l'annuaire", "inscrits absents de l'annuaire", counts.gone),
            since(counts.oldest_gone),
            f"{enrolments}?absent=oui",
            "warn",
        ),
        Task(
            counts.drafts,
            ngettext("inscription à finir", "inscriptions à finir", counts.drafts),
            since(counts.oldest_draft),
            f"{enrolments}?state__exact=DRAFT",
            "warn",
        ),
    ]


def _money_tasks(counts: _Counts) -> list[Task]:
    anomalies = f"{reverse('console:invoicing_anomaly_changelist')}?a_traiter=oui"
    return [
        Task(
            counts.blocking,
            ngettext("anomalie bloquante", "anomalies bloquantes", counts.blocking),
            since(counts.oldest_anomaly),
            f"{anomalies}&severity__exact=BLOCKING",
            "bad",
        ),
        Task(
            counts.warnings,
            ngettext("anomalie à regarder", "anomalies à regarder", counts.warnings),
            since(counts.oldest_anomaly),
            f"{anomalies}&severity__exact=WARNING",
            "warn",
        ),
        Task(
            counts.strange_payments,
            ngettext("paiement à vérifier", "paiements à vérifier", counts.strange_payments),
            since(counts.oldest_strange),
            f"{reverse('console:payments_payment_changelist')}?a_verifier=oui",
            "bad",
        ),
        Task(
            counts.refunds,
            ngettext("remboursement à approuver", "remboursements à approuver", counts.refunds),
            since(counts.oldest_refund),
            f"{reverse('console:payments_refund_changelist')}?state__exact=ASKED",
            "warn",
        ),
        Task(
            counts.disputes,
            ngettext("réclamation sans réponse", "réclamations sans réponse", counts.disputes),
            since(counts.oldest_dispute),
            f"{reverse('console:invoicing_dispute_changelist')}?state__exact=OPEN",
            "warn",
        ),
    ]


def _price_tasks(counts: _Counts) -> list[Task]:
    return [
        Task(
            counts.contests,
            ngettext("prix contesté", "prix contestés", counts.contests),
            since(counts.oldest_contest),
            f"{reverse('console:tariffs_pricecontest_changelist')}?state__exact=OPEN",
            "warn",
        )
    ]


def _people_tasks(counts: _Counts) -> list[Task]:
    return [
        Task(
            counts.unrecognised,
            ngettext("personne à reconnaître", "personnes à reconnaître", counts.unrecognised),
            since(counts.oldest_unrecognised),
            f"{reverse('console:identities_linkrequest_changelist')}?state__exact=TO_DECIDE",
            "warn",
        )
    ]


def _feed_tasks(counts: _Counts) -> list[Task]:
    return [
        Task(
            counts.stopped_feeds,
            ngettext("import arrêté", "imports arrêtés", counts.stopped_feeds),
            since(counts.oldest_stopped),
            reverse("console:feeds"),
            "bad",
        )
    ]

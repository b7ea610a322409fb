"""What the console shows of paying partners: the forecast of a run, its page, in words and figures."""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commons.money import format_euros
from console import agents
from console.acts.framework import Figure, Table, sample
from federation.passplus.models import PartnerRun, PartnerStatement, PaymentOrder, Payout
from federation.passplus.reimbursing import queries
from federation.passplus.reimbursing.anomalies import Anomaly, AnomalyKind, anomalies_of
from federation.passplus.reimbursing.preparing import Totals
from ui import wording

if TYPE_CHECKING:
    from django.utils.functional import Promise

SHOWN = 200
ONE_DAY = datetime.timedelta(days=1)
# What is odd, and what to do about it.
ANOMALIES: dict[AnomalyKind, tuple[str | Promise, str | Promise]] = {
    AnomalyKind.NO_ACCOUNT: (
        gettext_lazy("Pas de compte bancaire confirmé"),
        gettext_lazy("Son relevé attend. Demandez son IBAN au partenaire."),
    ),
    AnomalyKind.SET_ASIDE: (
        gettext_lazy("Compte mis de côté : un virement est revenu"),
        gettext_lazy("Son relevé attend un autre compte."),
    ),
    AnomalyKind.NEW_ACCOUNT: (
        gettext_lazy("Compte changé depuis le dernier paiement"),
        gettext_lazy("Vérifiez que le partenaire l'a bien demandé."),
    ),
    AnomalyKind.BIG: (
        gettext_lazy("Montant bien plus haut que d'habitude"),
        gettext_lazy("Ouvrez le relevé, et regardez ses tickets."),
    ),
    AnomalyKind.ENDED: (
        gettext_lazy("Partenaire désaffilié"),
        gettext_lazy("Ce qu'il a validé avant reste dû."),
    ),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Forecast:
    """What a run comes to, what is odd in it, and its largest statements."""

    totals: Totals
    anomalies: tuple[Anomaly, ...]
    largest: tuple[PartnerStatement, ...]
    statements: int
    again: int
    again_cents: int


def forecast(run: PartnerRun) -> Forecast:
    """What approving a run would pay."""
    waiting = queries.paid_again_with(run)
    listed = tuple(queries.statements_of_run(run)[:SHOWN])
    totals = queries.totals_of_run(run)
    return Forecast(
        totals=totals,
        anomalies=tuple(anomalies_of(run)),
        largest=listed,
        statements=totals.partners,
        again=len(waiting),
        again_cents=sum(one.due_cents for one in waiting),
    )


def figures_of(found: Forecast) -> tuple[Figure, ...]:
    """How many partners, how much money."""
    totals = found.totals
    figures = [
        Figure(_("Partenaires"), str(totals.partners)),
        Figure(_("Tickets et ajouts"), str(totals.lines)),
        Figure(_("Validé"), format_euros(totals.gross_cents)),
    ]
    if totals.kept_cents:
        figures.append(Figure(_("Part du Département"), format_euros(totals.kept_cents)))
    if totals.withheld_cents:
        figures.append(Figure(_("Trop-payé retenu"), format_euros(totals.withheld_cents)))
    figures.append(Figure(_("À verser"), format_euros(totals.due_cents)))
    if found.again:
        figures.append(
            Figure(_("Relevés d'avant, à payer de nouveau"), format_euros(found.again_cents))
        )
    return tuple(figures)


def warnings_of(found: Forecast) -> tuple[str, ...]:
    """What is odd, kind by kind, with whom."""
    kinds = Counter(one.kind for one in found.anomalies)
    return tuple(
        _("%(title)s : %(who)s. %(advice)s")
        % {
            "title": ANOMALIES[kind][0],
            "who": _who([str(one.partner) for one in found.anomalies if one.kind == kind]),
            "advice": ANOMALIES[kind][1],
        }
        for kind in AnomalyKind
        if kinds[kind]
    )


def _who(names: list[str]) -> str:
    if len(names) <= 3:
        return wording.and_list(names)
    return ngettext("%(count)d partenaire", "%(count)d partenaires", len(names)) % {
        "count": len(names)
    }


def largest_of(found: Forecast) -> Table | None:
    """The statements that pay most."""
    return sample(
        (_("Partenaire"), _("Validé"), _("À verser")),
        [
            (str(one.partner), format_euros(one.gross_cents), format_euros(one.due_cents))
            for one in found.largest
        ],
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Ordered:
    """What the bank would be asked."""

    count: int
    cents: int
    executes_on: datetime.date | None


def ordered(run: PartnerRun) -> Ordered:
    """The order of a run, if it has one."""
    order = queries.order_of(run)
    if order is None:
        return Ordered(0, 0, None)
    return Ordered(order.transfers_count, order.total_cents, order.executes_on)


def period_of(run: PartnerRun) -> str:
    """`Du 1 au 31 octobre 2023`, the last day included."""
    return _("Du %(first)s au %(last)s") % {
        "first": wording.full_date(run.since),
        "last": wording.full_date(run.until - ONE_DAY),
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A statement on the page of a run, and how its payment stands."""

    statement: PartnerStatement
    status: str
    payout: Payout | None


@dataclasses.dataclass(frozen=True, slots=True)
class OddRow:
    """Something odd, in words."""

    title: str | Promise
    advice: str | Promise
    anomaly: Anomaly


@dataclasses.dataclass(frozen=True, slots=True)
class RunPage:
    """All that the page of a run shows."""

    run: PartnerRun
    period: str
    asked_by: str
    decided_by: str
    forecast: Forecast
    figures: tuple[Figure, ...]
    odd: tuple[OddRow, ...]
    order: PaymentOrder | None
    lines: tuple[Line, ...]
    more: int
    more_url: str


def run_page(run: PartnerRun) -> RunPage:
    """Read the page of a run, however many partners it has."""
    found = forecast(run)
    is_waiting = run.state == PartnerRun.State.PREPARED
    payouts = queries.latest_payouts(found.largest)
    listing = reverse("console:passplus_partnerstatement_changelist")
    return RunPage(
        run=run,
        period=period_of(run),
        asked_by=agents.name_of_actor(run.asked_by),
        decided_by=agents.name_of_actor(run.decided_by),
        forecast=found,
        figures=figures_of(found),
        odd=tuple(
            OddRow(*ANOMALIES[one.kind], one) for one in (found.anomalies if is_waiting else ())
        ),
        order=queries.order_of(run),
        lines=tuple(
            Line(one, queries.standing_of_payment(one, payouts.get(one.pk)), payouts.get(one.pk))
            for one in found.largest
        ),
        more=max(0, found.statements - len(found.largest)),
        more_url=f"{listing}?run__id__exact={run.pk}",
    )

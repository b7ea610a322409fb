"""The acts on shared figures: prepare a period or an indicator, publish, hold back."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import NotFound
from console.acts.billing import begin, uuid_of
from console.acts.framework import Act, Answers, Effect, Figure, Outcome, register
from federation.metrics import catalogue
from federation.metrics.catalogue import Grain, Indicator
from federation.publication import operations, queries, tasks
from federation.publication.access import access_publication
from federation.publication.models import Publication, State
from tenants.accounts.capabilities import Capability
from ui import wording
from ui.publication_texts import REASONS

if TYPE_CHECKING:
    from tenants.accounts.models import User


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """A period of figures, named in an address: `MONTH:2026-10-01`, and an indicator of it if one is."""

    grain: Grain
    start: datetime.date
    indicator: Indicator | None = None

    @property
    def key(self) -> str:
        named = f":{self.indicator.code}" if self.indicator else ""
        return f"{self.grain}:{self.start.isoformat()}{named}"


def span_of(keys: Sequence[str]) -> Span:
    """The period that an address names.

    :raises NotFound: if it names none
    """
    try:
        (key,) = keys
        grain, start, *rest = key.split(":", 2)
        period = Grain(grain).period(datetime.date.fromisoformat(start))
        indicator = catalogue.indicator(rest[0]) if rest else None
    except ValueError:
        raise NotFound(period="") from None
    if indicator is not None and indicator.grain != grain:
        raise NotFound(period="")
    return Span(Grain(grain), period.start, indicator)


def name_of(grain: str, start: datetime.date) -> str:
    """A period in words: « octobre 2026 », « année 2026-2027 »."""
    if grain == Grain.MONTH:
        return wording.month_name(start)
    return _("année %(year)s") % {"year": Grain.YEAR.period_name(start)}


def list_url(span: Span) -> str:
    """Where the indicators of a period are."""
    return f"{reverse('console:figures')}?periode={span.key}"


def page_of(publication: Publication) -> str:
    """Where a publication is looked at."""
    return reverse("console:figure", args=[publication.public_id])


class _SpanAct(Act):
    """About all the indicators of a period."""

    capability = Capability.PUBLISH_FIGURES

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        return [span_of(keys)]

    def key_of(self, row: Any) -> str:
        return str(row.key)

    def about(self, targets: list[Any]) -> str:
        return name_of(targets[0].grain, targets[0].start)

    def back(self, targets: list[Any]) -> str:
        return list_url(Span(targets[0].grain, targets[0].start))


@register
class PreparePeriod(_SpanAct):
    name = "prepare-figures"
    title = gettext_lazy("Préparer les chiffres de la période")
    verb = gettext_lazy("Préparer")
    icon = "calculate"

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        del answers, at
        (span,) = targets
        missing = operations.missing(grain=span.grain, start=span.start)
        if not missing:
            return Effect(refusals=(_("Tous les indicateurs de cette période sont préparés."),))
        return Effect(
            figures=(Figure(_("Indicateurs à préparer"), str(len(missing))),),
            sentences=(
                _("Chaque chiffre est compté ici, puis protégé. Rien ne sort encore."),
                _("Vous verrez ce qui est masqué, et pourquoi."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        del answers
        return _begin(tasks.PREPARE, targets[0], actor=actor, at=at)


@register
class PublishPeriod(_SpanAct):
    name = "publish-figures"
    title = gettext_lazy("Publier les chiffres de la période")
    verb = gettext_lazy("Publier")
    icon = "share"
    warning = gettext_lazy("Un chiffre publié ne se retire pas : une révision le suit.")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        del answers, at
        (span,) = targets
        ready = [
            one
            for one in queries.standing(span.grain, span.start)
            if one.publication and one.publication.state == State.PREPARED
        ]
        if not ready:
            return Effect(refusals=(_("Aucun chiffre n'attend d'être publié."),))
        return Effect(
            figures=(
                Figure(_("Indicateurs publiés"), str(len(ready))),
                Figure(_("Cases masquées"), str(sum(one.hidden for one in ready))),
            ),
            sentences=(_("Les autres départements et le public pourront les lire."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        del answers
        return _begin(tasks.PUBLISH, targets[0], actor=actor, at=at)


def _begin(kind: str, span: Span, *, actor: Actor, at: datetime.datetime) -> Outcome:
    return begin(
        kind,
        subject=f"figures:{span.key}",
        arguments={"grain": str(span.grain), "start": span.start.isoformat()},
        actor=actor,
        at=at,
    )


@register
class PrepareFigure(_SpanAct):
    name = "prepare-figure"
    title = gettext_lazy("Préparer ce chiffre")
    verb = gettext_lazy("Préparer")
    icon = "calculate"

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        span = span_of(keys)
        if span.indicator is None:
            raise NotFound(indicator="")
        return [span]

    def about(self, targets: list[Any]) -> str:
        (span,) = targets
        return f"{span.indicator.name}, {name_of(span.grain, span.start)}"

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        del targets, answers, at
        return Effect(
            sentences=(
                _("Le chiffre est compté à nouveau, puis protégé avec ceux déjà publiés."),
                _("Rien ne sort encore."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        del answers
        (span,) = targets
        made = operations.prepare(
            indicator=span.indicator.code, start=span.start, actor=actor, at=at
        )
        return Outcome(message=_("Le chiffre est préparé."), url=page_of(made))


class _PublicationAct(Act):
    """About one figure that is prepared."""

    capability = Capability.PUBLISH_FIGURES

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(publication="")
        return [access_publication(user, uuid_of(keys[0]))]

    def about(self, targets: list[Any]) -> str:
        (found,) = targets
        name = catalogue.indicator(found.indicator).name
        return f"{name}, {name_of(found.period_kind, found.period_start)}"

    def back(self, targets: list[Any]) -> str:
        return page_of(targets[0])

    def is_offered(self, row: Any) -> bool:
        return bool(row.state == State.PREPARED)


@register
class PublishFigure(_PublicationAct):
    name = "publish-figure"
    title = gettext_lazy("Publier ce chiffre")
    verb = gettext_lazy("Publier")
    icon = "share"
    warning = gettext_lazy("Un chiffre publié ne se retire pas : une révision le suit.")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        del answers, at
        looked = queries.looked_at(targets[0])
        if targets[0].state != State.PREPARED:
            return Effect(refusals=(_("Une décision est déjà prise pour ce chiffre."),))
        return Effect(
            figures=(
                Figure(_("Cases publiées"), str(looked.told)),
                Figure(_("Cases masquées"), str(sum(looked.hidden.values()))),
            ),
            sentences=(
                _("Les autres départements et le public pourront le lire."),
                *(str(REASONS[why]) for why in sorted(looked.hidden)),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        del answers
        operations.publish(public_id=targets[0].public_id, actor=actor, at=at)
        return Outcome(message=_("Le chiffre est publié."), url=page_of(targets[0]))


class VetoForm(forms.Form):
    """Why a figure is held back."""

    reason = forms.CharField(
        label=gettext_lazy("Pourquoi le retenir"),
        help_text=gettext_lazy("Par exemple : un collège n'a pas encore saisi son mois."),
        max_length=operations.LONGEST_REASON,
    )


@register
class VetoFigure(_PublicationAct):
    name = "veto-figure"
    title = gettext_lazy("Retenir ce chiffre")
    verb = gettext_lazy("Retenir")
    icon = "block"
    form_class = VetoForm

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        del answers, at
        if targets[0].state != State.PREPARED:
            return Effect(refusals=(_("Une décision est déjà prise pour ce chiffre."),))
        return Effect(
            sentences=(
                _("Il ne sera pas publié."),
                _("Vous pourrez le préparer à nouveau."),
            )
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.veto(
            public_id=targets[0].public_id, reason=answers["reason"], actor=actor, at=at
        )
        return Outcome(message=_("Le chiffre est retenu."), url=page_of(targets[0]))

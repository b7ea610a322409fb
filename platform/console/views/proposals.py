"""The prices of a grid proposed from a budget and limits, and the draft that is made of them."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from billing.simulation import operations, queries
from billing.simulation.proposing import MULTIPLES, Limits, NoSuchGrid, Proposal, propose
from billing.tariffs.engine import Brackets
from billing.tariffs.schedule_files import ScheduleFile, ServiceName
from billing.tariffs.schedule_texts import schedule_text
from commons.actors import Actor
from commons.errors import DomainError
from commons.money import format_euros
from console.views.drafts import AskedForm, asked_data
from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from ui import simulation_texts, wording
from ui.errors import explain
from ui.requests import SignedInRequest

_MOST_EUROS = 1_000_000_000


class AmountField(forms.DecimalField):
    """An amount typed in euros; cents once cleaned, None when it is left empty."""

    def __init__(self, *, most_euros: int = 100, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(
            min_value=0,
            max_value=most_euros,
            decimal_places=2,
            localize=True,
            widget=widget,
            **options,
        )

    def clean(self, value: Any) -> int | None:
        euros: Decimal | None = super().clean(value)
        return None if euros is None else int(euros.scaleb(2))


class LimitsForm(AskedForm):
    """What the prices must keep."""

    families_at_least = AmountField(
        label=gettext_lazy("Ce que paient les familles sur la période, au moins (euros)"),
        help_text=gettext_lazy("Ce qu'elles paient aujourd'hui se lit sur la page de simulation."),
        most_euros=_MOST_EUROS,
    )
    families_at_most = AmountField(
        label=gettext_lazy("Ce que paient les familles sur la période, au plus (euros)"),
        most_euros=_MOST_EUROS,
        required=False,
    )
    lowest = AmountField(label=gettext_lazy("Prix le plus bas (euros)"))
    highest = AmountField(label=gettext_lazy("Prix le plus haut (euros)"))
    largest_step = AmountField(
        label=gettext_lazy("Plus grande marche entre deux tranches (euros)"), required=False
    )
    largest_rise = AmountField(
        label=gettext_lazy("Plus forte hausse par repas (euros)"), required=False
    )
    kept_brackets = forms.IntegerField(
        label=gettext_lazy("Nombre de premières tranches où personne ne paie plus"),
        min_value=0,
        max_value=200,
    )
    multiple = forms.TypedChoiceField(
        label=gettext_lazy("Prix arrondis à"),
        coerce=int,
        choices=[(one, f"{one} c") for one in MULTIPLES],
    )

    field_order = ("families_at_least", "families_at_most", "lowest", "highest")

    @property
    def limits(self) -> Limits:
        """The limits, once the answers are valid."""
        given = self.cleaned_data
        return Limits(
            families_at_least_cents=given["families_at_least"],
            families_at_most_cents=given["families_at_most"],
            lowest_cents=given["lowest"],
            highest_cents=given["highest"],
            largest_step_cents=given["largest_step"],
            largest_rise_cents=given["largest_rise"],
            kept_brackets=given["kept_brackets"],
            multiple_cents=given["multiple"],
        )


@require_http_methods(["GET", "POST"])
@requires(Capability.MANAGE_TARIFFS)
def proposal(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/tarifs/brouillons/<uuid>/proposer/`: POST proposes, then makes a draft of it."""
    page = queries.draft_page(public_id)
    services = list(page.schedule.services) if page.schedule else [ServiceName.HALF_BOARD]
    today = timezone.localdate()
    is_asked = request.method == "POST"
    initial = _initial(request, page.schedule, services, today)
    form = LimitsForm(request.POST if is_asked else None, services=services, initial=initial)
    found: Proposal | None = None
    problems: list[str] = [] if page.schedule else [_("Ce brouillon a des lignes à corriger.")]
    if is_asked and page.schedule is not None and form.is_valid():
        try:
            found = propose(
                asked=form.asked(today=today), schedule=page.schedule, limits=form.limits
            )
        except DomainError as refusal:
            problems = _sentences(refusal)
    if found is not None and request.POST.get("step") == "draft":
        return _drafted(request, page.draft.name, found)
    context = page_context(
        request,
        title=_("Proposer des prix"),
        draft=page.draft,
        form=form,
        problems=problems,
        found=found,
        lines=()
        if found is None
        else _lines(page.schedule, found, form.asked(today=today).service),
        losers="" if found is None else simulation_texts.few_text(found.losers),
        answers=_answers(form) if found else (),
    )
    status = 422 if problems or form.errors else 200
    return render(request, "console/pages/proposal.html", context, status=status)


def _initial(
    request: SignedInRequest,
    schedule: ScheduleFile | None,
    services: list[ServiceName],
    today: datetime.date,
) -> dict[str, Any]:
    given = asked_data(request, services, today)
    highest = 0
    if schedule is not None:
        highest = schedule.services[ServiceName(given["service"])].highest_cents
    return {
        **given,
        "lowest": Decimal(0),
        "highest": Decimal(highest).scaleb(-2),
        "kept_brackets": 1,
        "multiple": 5,
    }


def _sentences(refusal: DomainError) -> list[str]:
    """Why nothing is proposed; for limits that cannot all hold, which to loosen."""
    said = [str(explain(refusal))]
    if isinstance(refusal, NoSuchGrid):
        names = [simulation_texts.limit_name(one) for one in refusal.details["loosen"]]
        said.append(
            _("Desserrez l'une de ces limites : %(names)s.") % {"names": wording.and_list(names)}
        )
        reachable = refusal.details["reachable_cents"]
        if reachable:
            text = _("Avec les autres limites, les familles paient au plus %(amount)s.")
            said.append(text % {"amount": format_euros(reachable)})
    return said


def _drafted(request: SignedInRequest, name: str, found: Proposal) -> HttpResponse:
    draft = operations.start_draft(
        name=simulation_texts.proposed_name(name),
        text=schedule_text(found.schedule),
        actor=Actor.user(request.user),
        at=timezone.now(),
    )
    messages.success(request, _("Le brouillon est prêt. Essayez-le avant de le publier."))
    return HttpResponseRedirect(reverse("console:draft", args=[draft.public_id]))


def _lines(
    schedule: ScheduleFile | None, found: Proposal, service: ServiceName
) -> list[dict[str, Any]]:
    """Each bracket with the price written in the draft and the price proposed."""
    assert schedule is not None
    written, proposed = (one.services[service].rule for one in (schedule, found.schedule))
    assert isinstance(written, Brackets)
    assert isinstance(proposed, Brackets)
    return [
        {
            "lower": after.lower,
            "upper": after.upper,
            "before_cents": before.price_cents,
            "after_cents": after.price_cents,
        }
        for before, after in zip(written.lines, proposed.lines, strict=True)
    ]


def _answers(form: LimitsForm) -> list[tuple[str, str]]:
    """The answers given, to be sent again with the draft."""
    return [(name, str(form.data[name])) for name in form.fields if form.data.get(name)]

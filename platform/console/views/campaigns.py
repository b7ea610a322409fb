"""Pass+ campaigns: where every euro is, what the rules say, and a file published with its problems."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from commons.actors import Actor
from commons.errors import DomainError
from commons.tenancy import require_tenant
from console import acts, campaign_queries
from console.views.frame import page_context, requires
from federation.passplus import operations
from federation.passplus.campaign_rows import campaign_rows
from federation.passplus.campaign_rows import campaigns as every_campaign
from federation.passplus.registrations.access import access_open_campaign
from tenants.accounts.capabilities import Capability
from tenants.registry import directory
from ui.errors import explain
from ui.requests import SignedInRequest

_READERS = (Capability.READ_FILES, Capability.READ_MONEY, Capability.MANAGE_PASSPLUS)
LONGEST_TEXT = 50_000


class CampaignForm(forms.Form):
    """The text of a campaign, typed or read from a file."""

    file = forms.FileField(
        label=gettext_lazy("Fichier de la campagne"),
        help_text=gettext_lazy("Un fichier YAML ou JSON. Il remplace le texte ci-dessous."),
        required=False,
    )
    text = forms.CharField(
        label=gettext_lazy("Texte de la campagne"),
        strip=False,
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "c-input c-code"}),
    )

    def clean(self) -> dict[str, object]:
        """The text of the file where there is one."""
        found = super().clean() or {}
        given = found.get("file")
        if given is not None:
            try:
                found["text"] = given.read(LONGEST_TEXT + 1).decode()[:LONGEST_TEXT]
            except UnicodeDecodeError:
                self.add_error("file", _("Ce fichier n'est pas un texte."))
        elif not found.get("text"):
            self.add_error("text", _("Donnez un fichier ou un texte."))
        return found


@require_safe
@requires(*_READERS)
def campaigns(request: SignedInRequest) -> HttpResponse:
    """`/console/pass-plus/campagnes/`"""
    context = page_context(
        request,
        title=_("Campagnes Pass+"),
        rows=campaign_rows(list(every_campaign()), at=timezone.now()),
        may_publish=request.user.can(Capability.MANAGE_PASSPLUS),
    )
    return render(request, "console/pages/campaigns.html", context)


@require_safe
@requires(*_READERS)
def campaign(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/pass-plus/campagnes/<uuid>/`"""
    found = access_open_campaign(public_id)
    page = campaign_queries.campaign_page(found, at=timezone.now())
    may_renew = request.user.can(Capability.MANAGE_PASSPLUS) and page.row.state == "OPEN"
    context = page_context(
        request,
        title=found.label,
        page=page,
        renew_url=acts.url_for("renew-cards", found)
        if may_renew and found.rules.automatic is not None
        else "",
        queue_url=reverse("console:passplus_registration_changelist"),
    )
    return render(request, "console/pages/campaign.html", context)


@require_http_methods(["GET", "POST"])
@requires(Capability.MANAGE_PASSPLUS)
def publish(request: SignedInRequest) -> HttpResponse:
    """`/console/pass-plus/campagnes/publier/`: POST reads the text; with `step=publish`, publishes it."""
    if request.method == "GET":
        return _shown(request, CampaignForm())
    form = CampaignForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, form, status=422)
    text = str(form.cleaned_data["text"])
    found = campaign_queries.previewed(text)
    if found.rules is None or request.POST.get("step") != "publish":
        shown = CampaignForm(initial={"text": text})
        return _shown(request, shown, previewed=found, status=422 if found.problems else 200)
    try:
        published = operations.publish_campaign(
            rules=found.rules, actor=Actor.user(request.user), at=timezone.now()
        )
    except DomainError as refusal:
        form.add_error(None, str(explain(refusal)))
        return _shown(request, form, previewed=found, status=422)
    messages.success(request, _("La campagne est publiée."))
    return HttpResponseRedirect(reverse("console:campaign", args=[published.public_id]))


def _shown(
    request: SignedInRequest,
    form: CampaignForm,
    *,
    previewed: campaign_queries.Previewed | None = None,
    status: int = 200,
) -> HttpResponse:
    here = directory.by_schema(require_tenant().schema_name)
    rules = previewed.rules if previewed else None
    context = page_context(
        request,
        title=_("Publier une campagne Pass+"),
        form=form,
        preview=previewed,
        is_of_another=rules is not None and here is not None and rules.departement != here.code,
    )
    return render(request, "console/pages/campaign_publish.html", context, status=status)

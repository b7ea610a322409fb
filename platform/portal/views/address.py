"""The address one is written to: given by its person, and taken once its link was followed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from commons.errors import DomainError
from portal.account_forms import AddressForm
from portal.doors import family_page, show
from tenants.activation import queries, recovering
from ui import attempts, errors, visitors
from ui.requests import SignedInRequest


@sensitive_post_parameters("password")
@family_page("GET", "HEAD", "POST")
def give(request: SignedInRequest) -> HttpResponse:
    """Give an address, or another; the password says that it is really you."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        name, place = str(request.user), visitors.place_of(request)
        if attempts.is_blocked(name, place):
            form.add_error(None, errors.text("SIGN_IN_TOO_MANY", phone=errors.tenant_phone()))
        elif not request.user.check_password(form.cleaned_data["password"]):
            attempts.record_failure(name, place)
            form.add_error("password", _("Ce n'est pas votre mot de passe."))
        else:
            email = form.cleaned_data["email"]
            recovering.claim_address(user=request.user, email=email, at=timezone.now())
            messages.success(
                request, _("Un message part vers %(email)s. Ouvrez-le.") % {"email": email}
            )
            return redirect("portal:account")
    status = 422 if form.is_bound else 200
    return show(request, "portal/pages/address.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the message. It asks for a touch: mail programs open links by themselves."""
    claim = queries.claim_of_link(token)
    at = timezone.now()
    is_open = claim is not None and claim.ended_at is None and at < claim.expires_at
    if claim is None or not is_open:
        return render(request, "portal/recovery/address_over.html", status=404)
    if request.method == "POST":
        try:
            recovering.confirm_address(claim=claim, token=token, at=at)
        except DomainError as error:
            messages.error(request, str(errors.explain(error)))
            return render(request, "portal/recovery/address_over.html", status=409)
        messages.success(request, _("Merci, votre adresse est confirmée."))
        return redirect("portal:home" if request.user.is_authenticated else "portal:sign-in")
    return render(request, "portal/recovery/address.html", {"email": claim.email})

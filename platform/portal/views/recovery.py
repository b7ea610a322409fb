"""A password that was forgotten: a link by e-mail, or a new code at the collège.

Asking gives the same page whoever asks. The link is taken out of the address at once: what remains in
the browser's history is no key.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from commons.errors import DomainError
from portal import signing_in
from portal.account_forms import PasswordForm, RecoveryForm
from portal.doors import refuse
from tenants.activation import queries, recovering
from ui import errors, visitors, wording
from ui.throttle import Throttle

PER_PLACE = Throttle("recovery-place", most=20)
PER_NAME = Throttle("recovery-name", most=3, seconds=3_600)
_KEY = "recovery"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Who forgot their password. A name that was asked for too often is answered, and not written to."""
    form = RecoveryForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        name, place = form.cleaned_data["name"], visitors.place_of(request)
        if PER_PLACE.is_over(place):
            form.add_error(None, errors.text("ACTIVATION_TOO_MANY", phone=errors.tenant_phone()))
            return _show(request, "ask", form, status=429)
        PER_PLACE.count(place)
        if not PER_NAME.is_over(name):
            PER_NAME.count(name)
            recovering.ask_recovery(name=name, at=timezone.now())
        return _show(request, "asked", form)
    return _show(request, "ask", form, status=422 if form.is_bound else 200)


@never_cache
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Take the link out of the address, and go on; one that is not good leaves no session behind."""
    if queries.user_of_link(token, at=timezone.now()) is not None:
        request.session[_KEY] = token
    return redirect("portal:recovery-renew")


@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest) -> HttpResponse:
    """The new password; then the person is signed in, and everywhere else signed out."""
    at = timezone.now()
    token = request.session.get(_KEY, "")
    if queries.user_of_link(token, at=at) is None:
        request.session.pop(_KEY, None)
        return _show(request, "over", RecoveryForm(), status=404)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            user = recovering.renew_password(
                token=token, password=form.cleaned_data["password"], at=at
            )
        except DomainError as error:
            refuse(form, error)
        else:
            request.session.pop(_KEY, None)
            response = signing_in.enter(request, user, way=signing_in.PASSWORD)
            said = _("C'est fait. Vos autres appareils sont déconnectés.")
            messages.success(request, wording.typographic(said))
            return response
    return _show(request, "renew", form, status=422 if form.is_bound else 200)


def _show(request: HttpRequest, name: str, form: object, *, status: int = 200) -> HttpResponse:
    return render(request, f"portal/recovery/{name}.html", {"form": form}, status=status)

"""The second step of signing in, and the page that asks again before what matters."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal import proving, service_sessions, signing_in
from portal.doors import family_page, lead_to, show
from portal.passkey_requests import PasskeyRequest
from portal.security_forms import PasswordForm
from tenants.accounts import passkeys, queries, sessions
from tenants.accounts.models import User
from ui import attempts, errors, visitors
from ui.forms import CodeForm
from ui.requests import SignedInRequest


def factor_context(
    request: HttpRequest, user: User, form: CodeForm, own: queries.Factors
) -> dict[str, object]:
    """What a page that asks for a factor shows; with passkeys, what the browser is to sign."""
    options = ""
    if own.passkeys:
        asked = PasskeyRequest(request)
        options = passkeys.request_options(
            user=user, site=asked.site, challenge=asked.challenge(user)
        )
    return {"form": form, "own": own, "passkey_options": options}


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask who has given their password for their factor, then open the session."""
    waiting = signing_in.half_open(request)
    if waiting is None:
        return redirect("portal:sign-in")
    own = queries.factors_of(waiting.user)
    if not own:
        return redirect("portal:protect")
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST":
        status = proving.is_proved(request, waiting.user, form)
        if not status:
            tell_what_is_left(request, waiting.user, before=own.recovery_codes)
            return signing_in.open_session(
                request,
                waiting.user,
                way=waiting.way,
                destination=waiting.destination,
                by_factor=True,
                vouched_at=waiting.vouched_at,
                space=waiting.space,
            )
    context = factor_context(request, waiting.user, form, own)
    context["is_demo"] = bool(settings.DEMO_CODE_SECRET)
    page = render(request, "portal/security/second_step.html", context, status=status)
    return lead_to(page, service_sessions.origin_after(waiting.destination))


def tell_what_is_left(request: HttpRequest, user: User, *, before: int) -> None:
    """Say how many recovery codes are left, when one has just served."""
    left = queries.factors_of(user).recovery_codes
    if left == before:
        return
    told = ngettext(
        "Un code de secours a servi. Il en reste %(left)d.",
        "Un code de secours a servi. Il en reste %(left)d.",
        left,
    )
    messages.warning(request, told % {"left": left})


@sensitive_post_parameters("code", "password")
@family_page("GET", "HEAD", "POST", pupils=True)
def confirm(request: SignedInRequest) -> HttpResponse:
    """Ask a signed-in person again who they are: for their factor, or for their password."""
    user, to = request.user, signing_in.destination_of(request)
    own = queries.factors_of(user)
    form = CodeForm(request.POST or None) if own else PasswordForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = (
            proving.is_proved(request, user, form)
            if isinstance(form, CodeForm)
            else _password_status(request, user, form)
        )
        if not status:
            if own:
                tell_what_is_left(request, user, before=own.recovery_codes)
                signing_in.record_factor(request)
            return HttpResponseRedirect(to or signing_in.landing(user))
    context: dict[str, object] = {"form": form, "own": own, "passkey_options": "", "next": to}
    if isinstance(form, CodeForm):
        context |= factor_context(request, user, form, own)
    context["can_confirm"] = bool(own) or user.has_usable_password()
    return show(request, "portal/security/confirm.html", context, status=status)


def _password_status(request: SignedInRequest, user: User, form: PasswordForm) -> int:
    """Take the password: 0 when it is right, else the status of the refusal."""
    if not form.is_valid():
        return 422
    name, place = str(user), visitors.place_of(request)
    if attempts.is_blocked(name, place):
        form.add_error(None, errors.text("SIGN_IN_TOO_MANY", phone=errors.tenant_phone()))
        return 429
    if not user.check_password(form.cleaned_data["password"]):
        attempts.record_failure(name, place)
        form.add_error("password", errors.text("ACCOUNT_WRONG_PASSWORD", phone=""))
        return 422
    attempts.record_success(name, place)
    facts = sessions.facts_of(request.session)
    facts.proved_at = timezone.now().timestamp()
    sessions.keep_facts(request.session, facts)
    request.session.cycle_key()
    return 0

"""A name and a password, at whatever door asks for them. Whatever is wrong, the answer is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import auth

from portal import signing_in
from tenants.accounts import queries
from tenants.accounts.models import SignIn
from ui import attempts, errors, visitors

if TYPE_CHECKING:
    from django.http import HttpRequest

    from portal.forms import SignInForm
    from tenants.accounts.models import User


def prove_password(
    request: HttpRequest, form: SignInForm, *, may_enter: Callable[[User], bool] | None = None
) -> tuple[User | None, int]:
    """Whose name and password these are, or nobody and the status of the refusal, which is on the form."""
    if not form.is_valid():
        return None, 422
    name, place = form.cleaned_data["name"], visitors.place_of(request)
    if attempts.is_blocked(name, place):
        form.add_error(None, errors.text("SIGN_IN_TOO_MANY", phone=errors.tenant_phone()))
        return None, 429
    user = auth.authenticate(request, username=name, password=form.cleaned_data["password"])
    if user is not None and (may_enter is None or may_enter(user)):
        attempts.record_success(name, place)
        return user, 200
    attempts.record_failure(name, place)
    signing_in.record_failure(request, queries.user_with_name(name), outcome=SignIn.Outcome.REFUSED)
    form.add_error(None, errors.text("SIGN_IN_REFUSED", phone=errors.tenant_phone()))
    return None, 422

"""The second factor as every interface takes it: a code that is sent, and an application being set up.

Failures are counted by kind of proof (`ui.attempts`), and every refusal is one sentence on the form.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from django.http import HttpRequest
from django.utils import timezone

from commons import sealing
from commons.actors import Actor
from tenants.accounts import factors, totp
from tenants.accounts.models import User
from ui import attempts, errors, visitors
from ui.errors import explain
from ui.forms import CodeForm


def code_status(
    request: HttpRequest,
    user: User,
    form: CodeForm,
    *,
    phone: str,
    on_refusal: Callable[[bool], None],
) -> int:
    """Take the code that was sent: 0 when it is right, else the status of the refusal.

    `phone` is whom to call when too many were wrong. `on_refusal` writes a wrong one down, and is told
    whether it was one too many.
    """
    if not form.is_valid():
        return 422
    written, at = form.cleaned_data["code"], timezone.now()
    is_code = totp.looks_like_code(written)
    counted = attempts.CODE if is_code else attempts.RECOVERY
    name, place = str(user.public_id), visitors.place_of(request)
    if counted.is_blocked(name, place):
        form.add_error(None, errors.text("ACCOUNT_FACTOR_TOO_MANY", phone=phone))
        return 429
    try:
        if is_code:
            factors.prove_by_code(user=user, written=written, at=at)
        else:
            factors.prove_by_recovery(user=user, written=written, actor=Actor.user(user), at=at)
    except factors.FactorRefused as error:
        counted.record_failure(name, place)
        on_refusal(counted.is_blocked(name, place))
        form.add_error("code", str(explain(error)))
        return 422
    counted.record_success(name, place)
    return 0


def secret_being_set_up(request: HttpRequest, user: User, *, kept_in: str, purpose: str) -> str:
    """The secret that is being set up: the same until a code of it comes; sealed in the session.

    `kept_in` is its key there; who ends the setting up takes that away.
    """
    kept = request.session.get(kept_in)
    if kept is not None and kept["user"] == str(user.public_id):
        return sealing.unseal(base64.b64decode(kept["sealed"]), purpose=purpose)
    secret = totp.new_secret()
    sealed = base64.b64encode(sealing.seal(secret, purpose=purpose)).decode()
    request.session[kept_in] = {"user": str(user.public_id), "sealed": sealed}
    return secret

"""Agents with a second factor, and the pages where they prove it."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from commons.actors import Actor
from tenants.accounts import factors, operations, totp
from tenants.accounts.capabilities import Role
from tenants.accounts.models import User
from tests.portal.conftest import PASSWORD

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
EMAIL = "claire@exemple.fr"
STEP = "/connexion/verification/"


def make_agent(role: Role | None = Role.REGISSEUR, *, email: str = EMAIL) -> User:
    """An agent who has no factor yet."""
    user = User(email=email, first_name="Claire", last_name="Dumas")
    user.set_password(PASSWORD)
    user.save()
    if role is not None:
        give_role(user, role)
    return user


def give_role(user: User, role: Role) -> None:
    uai = "0921234A" if role is Role.COLLEGE_SECRETARY else ""
    operations.grant_role(
        user=user, role=role, college_uai=uai, actor=Actor.system("tests"), at=timezone.now()
    )


def give_factor(user: User) -> list[str]:
    """An application of codes, set up an hour ago; the recovery codes."""
    at = timezone.now() - datetime.timedelta(hours=1)
    return factors.set_authenticator(
        user=user,
        secret=SECRET,
        written=totp.code_of(SECRET, totp.step_at(at)),
        actor=Actor.user(user),
        at=at,
    )


def code_now(steps: int = 0) -> str:
    return totp.code_of(SECRET, totp.step_at(timezone.now()) + steps)


def give_password(site: Any, email: str = EMAIL, **more: Any) -> Any:
    return site.post("/connexion/", name=email, password=PASSWORD, **more)


def is_signed_in(site: Any) -> bool:
    return bool(site.get("/compte/").status_code == 200)

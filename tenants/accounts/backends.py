"""Signing in with an e-mail address, or an identifier given on paper, and a password."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from tenants.accounts.models import User


class PasswordBackend(BaseBackend):
    """Check a password; an unknown name costs as much time as a wrong password."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        try:
            user = User.objects.get_by_natural_key(username)
        except User.DoesNotExist:
            User().set_password(password)
            return None
        if user.check_password(password) and user.is_active:
            return user
        return None

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.filter(pk=user_id).first()
        return user if user and user.is_active else None

"""Accounts and roles, to read. Of their security: who has a second factor, and nothing of visits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from console.around import Cell, Table
from console.readonly import ReadOnlyAdmin, column
from console.records import NOTHING, Detail, moment
from console.sites import console_site
from tenants.accounts.capabilities import Capability
from tenants.accounts.models import StaffRole, User
from tenants.accounts.queries import sign_ins_of, users_with_factor
from ui.requests import SignedInRequest
from ui.statuses import status

SHOWN_SIGN_INS = 20


@admin.register(User, site=console_site)
class UserAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_TENANT,)
    acts = ("reset-factors", "end-sessions")
    list_display = (
        "email",
        "last_name",
        "first_name",
        "is_active",
        "second_factor",
        "joined_at",
        "last_login",
    )
    list_filter = ("is_active",)
    search_exact = ("email", "last_name__istartswith")
    search_help_text = _("Courriel entier, ou début du nom.")
    ordering = ("email",)

    def prepared(self, rows: Iterable[Any]) -> Iterable[Any]:
        found = list(rows)
        with_factor = users_with_factor([row.pk for row in found])
        for row in found:
            row.has_factor = row.pk in with_factor
        return found

    def details(self, request: SignedInRequest, row: Any) -> list[Detail]:
        (prepared,) = self.prepared([row])
        told = Detail(str(_("Deuxième étape")), self.second_factor(prepared))
        return [*super().details(request, row), told]

    def around(self, request: SignedInRequest, row: Any) -> list[Table]:
        """An agent's latest sign-ins; a family's are for the family alone."""
        if not row.given_roles():
            return []
        shown = [
            (
                Cell(moment(one.at)),
                Cell(str(status(f"sign_in.{one.outcome}").label)),
                Cell(one.device or NOTHING),
                Cell(str(_("Nouvel appareil")) if one.is_new_device else NOTHING),
            )
            for one in sign_ins_of(row)[:SHOWN_SIGN_INS]
        ]
        heads = (_("Quand"), _("Résultat"), _("Appareil"), _("À noter"))
        return [Table(str(_("Connexions")), tuple(map(str, heads)), tuple(shown))] if shown else []

    @column(_("Deuxième étape"))
    def second_factor(self, row: User) -> str:
        """Whether one is set up."""
        return str(_("Oui") if row.has_factor else _("Non"))  # type: ignore[attr-defined]


@admin.register(StaffRole, site=console_site)
class StaffRoleAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_TENANT,)
    list_display = ("user", "role", "college_uai")
    list_select_related = ("user",)
    list_filter = ("role",)
    ordering = ("user__email", "role")

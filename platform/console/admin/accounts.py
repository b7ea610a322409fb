"""Accounts and roles, to read."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from console.readonly import ReadOnlyAdmin
from console.sites import console_site
from tenants.accounts.capabilities import Capability
from tenants.accounts.models import StaffRole, User


@admin.register(User, site=console_site)
class UserAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_TENANT,)
    list_display = ("email", "last_name", "first_name", "is_active", "joined_at", "last_login")
    list_filter = ("is_active",)
    search_exact = ("email", "last_name__istartswith")
    search_help_text = _("Courriel entier, ou début du nom.")
    ordering = ("email",)


@admin.register(StaffRole, site=console_site)
class StaffRoleAdmin(ReadOnlyAdmin):
    reads = (Capability.MANAGE_TENANT,)
    list_display = ("user", "role", "college_uai")
    list_select_related = ("user",)
    list_filter = ("role",)
    ordering = ("user__email", "role")

"""Reads of the shared catalogue, from any schema: it is the same for every département."""

from __future__ import annotations

from django.db.models import QuerySet

from federation.catalogue.models import SharedService


def offered() -> QuerySet[SharedService]:
    """What a département may enable, in the order of the catalogue."""
    return SharedService.objects.filter(is_offered=True).order_by("position", "code")


def service_named(code: str) -> SharedService | None:
    """A service by its code, offered or withdrawn."""
    return SharedService.objects.filter(code=code).first()


def services_named(codes: list[str]) -> dict[str, SharedService]:
    """Several services by their codes."""
    return {one.code: one for one in SharedService.objects.filter(code__in=codes)}

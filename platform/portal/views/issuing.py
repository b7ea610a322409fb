"""Who signs what services are told: this host, by its address."""

from __future__ import annotations

from django.http import HttpRequest


def issuer_of(request: HttpRequest) -> str:
    """The address of this host, without a path."""
    return request.build_absolute_uri("/").rstrip("/")

"""Error pages: branded, kind, and safe. A 500 page reads neither the database nor the session."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    context = {
        "title": title,
        "text": text,
        "departement": getattr(request, "tenant", None),
        "reference": getattr(request, "reference", ""),
    }
    return render(request, "portal/errors/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400"""
    return _page(
        request,
        400,
        _("Cette demande n'est pas complète"),
        _("Revenez à la page d'avant, puis essayez encore."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403"""
    return _page(
        request,
        403,
        _("Vous n'avez pas accès à cette page"),
        _("Votre compte ne permet pas de la voir. Votre demande n'a rien changé."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403, when a form comes too late or from elsewhere."""
    return _page(
        request,
        403,
        _("Cette page est restée ouverte trop longtemps"),
        _("Revenez à la page d'avant et rechargez-la. Puis envoyez encore une fois."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404"""
    return _page(
        request,
        404,
        _("Cette page n'existe pas"),
        _("L'adresse est peut-être ancienne ou mal écrite. Repartez de l'accueil."),
    )


def too_many(request: HttpRequest) -> HttpResponse:
    """429"""
    return _page(
        request,
        429,
        _("Trop de demandes à la fois"),
        _("Attendez une minute, puis essayez encore."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500"""
    return _page(
        request,
        500,
        _("Quelque chose n'a pas marché chez nous"),
        _("Ce n'est pas votre faute. Rien n'a été payé ni envoyé. Essayez dans un moment."),
    )

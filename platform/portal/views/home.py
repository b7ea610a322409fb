"""Home."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.doors import family_page
from portal.screens.home import home_of


@family_page()
def home(request: HttpRequest) -> HttpResponse:
    """What to do, the children, what is new."""
    page = home_of(request.user, at=timezone.now())
    return render(request, "portal/pages/home.html", {"page": page})

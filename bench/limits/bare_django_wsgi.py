"""A bare Django page, the unit that a request of ours is told in: a route, a view, and nothing else.

No middleware, no session, no database. Served by the same web server as the product (bench/sign_in.py).
"""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="bench", MIDDLEWARE=[])

PAGE = b"<!doctype html><title>Bonjour</title>"


def page(_request: HttpRequest) -> HttpResponse:
    """The page."""
    return HttpResponse(PAGE, headers={"Content-Length": len(PAGE)})


urlpatterns = [path("", page)]
application = get_wsgi_application()

"""The console of a département's agents: one admin site, mounted at /console/ on its host.

Signing in and out is the portal's; the site has no password page, no add, change or delete page.
A page asks for `Capability.USE_CONSOLE`, each list and act for its own capability. The templates
are ours (strict content policy, no inline script, usable by keyboard and without JavaScript);
unfold gives the admin classes, the style sheet and the lists.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from unfold.sites import UnfoldAdminSite

from commons.errors import Forbidden, NotFound
from console import colours, navigation, proofs
from tenants.accounts.capabilities import Capability
from ui.requests import SignedInRequest

View = Callable[..., HttpResponse]


class ConsoleSite(UnfoldAdminSite):
    """The one admin site of Socle."""

    site_title = _("Console")
    site_header = _("Console")
    index_title = _("Aujourd'hui")
    site_url = "/"
    enable_nav_sidebar = True
    empty_value_display = "–"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_authenticated and user.can(Capability.USE_CONSOLE))

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002
        """Require an agent; turn absent and forbidden objects into pages."""

        @functools.wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            if request.user.awaits_factor():
                return proofs.lead_to_factor(cast("SignedInRequest", request))
            if not self.has_permission(request):
                raise PermissionDenied
            if any("\0" in value for values in request.GET.lists() for value in values[1]):
                raise Http404  # PostgreSQL holds no such text: nothing can match
            try:
                return view(request, *args, **kwargs)
            except NotFound as error:
                raise Http404 from error
            except Forbidden as error:
                raise PermissionDenied from error

        guarded = csrf_protect(inner)
        return guarded if cacheable else never_cache(guarded)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from console.urls import task_patterns  # noqa: PLC0415  the pages need the site

        lists = [
            path(
                f"{model._meta.app_label}/{model._meta.model_name}/",  # noqa: SLF001
                include(model_admin.urls),
            )
            for model, model_admin in self._registry.items()
        ]
        return [*task_patterns(self), *lists]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        departement = request.tenant  # type: ignore[attr-defined]
        return {
            "site_title": self.site_title,
            "site_header": self.site_header,
            "site_url": self.site_url,
            "has_permission": self.has_permission(request),
            "is_popup": False,
            "departement": departement,
            "navigation": navigation.sidebar(self, cast("SignedInRequest", request)),
            "colours_version": colours.version(departement) if departement else "",
        }


console_site = ConsoleSite(name="console")

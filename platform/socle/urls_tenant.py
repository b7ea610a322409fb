"""The addresses of a département's host."""

from django.urls import include, path

from api import tokens
from api.door import graphql_view
from console.sites import console_site
from socle.health import health

urlpatterns = [
    path("sante/", health, name="health"),
    path("console/", console_site.urls),
    path("graphql/", graphql_view, name="graphql"),
    path("oauth/jeton/", tokens.token, name="machine-token"),
    path("oauth/revocation/", tokens.revocation, name="machine-revocation"),
    path("oauth/introspection/", tokens.introspection, name="machine-introspection"),
    path(
        ".well-known/oauth-authorization-server/oauth",
        tokens.discovery,
        name="machine-discovery",
    ),
    path("", include("portal.urls")),
]
handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"

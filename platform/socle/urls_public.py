"""The addresses of the public host: the list of départements, and the observatory."""

from django.urls import include, path

from socle.health import health

urlpatterns = [
    path("sante/", health, name="health"),
    path("observatoire/", include("observatory.urls")),
    path("", include("portal.urls_public")),
]
handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.forbidden"
handler404 = "portal.errors.not_found"
handler500 = "portal.errors.server_error"

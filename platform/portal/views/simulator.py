"""How much will I pay? Asked by anybody, answered from the schedule in force, kept nowhere.

Answers come by POST, so that no income is in an address, a history or a log; and the answer is the
page itself, as there is nothing to lead to.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods

from billing.tariffs.public_quotes import priced_services, quote
from commons.errors import DomainError
from portal.doors import refuse, show
from portal.screens import simulator as screen


@require_http_methods(["GET", "HEAD", "POST"])
def simulator(request: HttpRequest, slug: str = "") -> HttpResponse:
    """What a meal would cost, service by service."""
    at = timezone.now()
    services = priced_services(timezone.localdate(at))
    slugs = [screen.slug_of(one) for one in services]
    if slug and slug not in slugs:
        raise Http404
    if not services:
        return show(request, "portal/pages/simulator_closed.html", {})
    asked = services[slugs.index(slug) if slug else 0]
    form = screen.QuoteForm(request.POST if request.method == "POST" else None, asked=asked)
    quoted = None
    if form.is_valid():
        try:
            quoted = screen.told(quote(asked, form.answers(), at=at))
        except DomainError as error:
            refuse(form, error)
    context = {
        "form": form,
        "doors": screen.doors(services, asked),
        "quoted": quoted,
    }
    status = 422 if form.errors else 200
    response = show(request, "portal/pages/simulator.html", context, status=status)
    add_never_cache_headers(response)
    return response

"""Where providers of payments say that something happened. Nobody signs in: the signature speaks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.payments import operations
from billing.payments.models import Merchant


@csrf_exempt
@require_POST
def stripe(request: HttpRequest) -> HttpResponse:
    """Verify, keep, answer; what the notice speaks of is asked for afterwards."""
    try:
        operations.receive_notice(
            provider=Merchant.Provider.STRIPE,
            headers=request.headers,
            body=request.body,
            at=timezone.now(),
        )
    except operations.NoticeRefused:
        return HttpResponse(status=400)
    return HttpResponse(status=200)

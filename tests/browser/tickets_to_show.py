"""In the site's environment: tickets that a young person would show to a club, as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main() -> None:
    from socle.django_ready import django_ready

    django_ready("worker")
    from django.utils import timezone

    from commons.actors import Actor
    from federation.passplus import operations, signing
    from federation.passplus.models import Card, Partner, PartnerMember, Ticket
    from federation.passplus.queries import purses_of
    from tenants.registry import contexts

    actor, at, told = Actor.command("tests"), timezone.now(), {}
    with contexts.tenant("d92"):
        club = Partner.objects.get(members=PartnerMember.objects.order_by("pk")[0])
        other = Partner.objects.exclude(pk=club.pk).filter(domains=club.domains).order_by("pk")[0]
        cards = Card.objects.select_related("campaign").order_by("pk")
        card = next(one for one in cards if purses_of(one)[0].available_cents >= 30_00)
        for name, cents, partner in (
            ("anybody", 5_00, None),
            ("club", 6_00, club),
            ("forged", 7_00, club),
            ("other", 8_00, other),
        ):
            made = operations.make_ticket(
                card=card,
                purse="sport",
                cents=cents,
                key=f"browser-{name}",
                partner=partner,
                actor=actor,
                at=at,
            )
            whole = Ticket.objects.select_related("purse__card__campaign", "made_out_to")
            told[name] = {
                "code": made.code,
                "text": signing.ticket_text(whole.get(pk=made.pk)),
            }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2])]
    main()

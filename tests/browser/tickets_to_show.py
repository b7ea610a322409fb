"""In the site's environment: a club, its people, and tickets that a young person would show it, as JSON."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

from tests.browser.scenes import SPARE_CODE

CLUB = "club@exemple.fr"


def main() -> None:
    from socle.django_ready import django_ready

    django_ready("worker")
    from django.utils import timezone

    from federation.passplus import operations
    from tenants.registry import contexts
    from tests.factories import passplus, tills
    from tests.factories.tariffs import ACTOR

    at, told = timezone.now(), {}
    days = {"issued_before": passplus.STRICT.tickets.issued_before.replace(year=at.year + 1)}
    days["captured_before"] = days["issued_before"].replace(year=at.year + 2)
    running = dataclasses.replace(passplus.STRICT.tickets, **days)
    rules = dataclasses.replace(passplus.STRICT, tickets=running)
    with contexts.tenant(f"d{SPARE_CODE}"):
        member = tills.make_member(email=CLUB, at=at)
        operations.open_till(name="Gymnase", by=member, actor=ACTOR, at=at)
        card = passplus.make_card(passplus.publish(rules))
        for name, cents, partner in (
            ("anybody", 5_00, None),
            ("club", 6_00, member.partner),
            ("forged", 7_00, member.partner),
            ("other", 8_00, passplus.make_partner()),
        ):
            made = tills.make_ticket(card, cents, partner=partner, at=at)
            told[name] = {"code": made.code, "text": tills.text_of(made)}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2])]
    main()

"""What two départements of the demo do together: three months of captures, a month paid, one that waits."""

from __future__ import annotations

import datetime

from commons.school_calendar import school_year_of
from federation.passplus import clearing, operations
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import GuestCapture
from federation.reciprocity import queries
from socle.seeding import reciprocity
from socle.seeding.passplus import this_year
from tenants.registry import contexts
from tests.factories.canteen import make_family
from tests.factories.passplus import FACTS, make_partner, noon
from tests.factories.tariffs import ACTOR

TODAY = datetime.date(2026, 11, 29)


def test_the_demo_has_a_month_paid_and_one_that_waits(committed_tenant_db, monkeypatch):
    monkeypatch.setattr(reciprocity, "PARTIES", ("d92", "d94"))
    monkeypatch.setattr(reciprocity, "CODES", {"d92": "92", "d94": "94"})
    monkeypatch.setattr(reciprocity, "SIGNATORIES", dict.fromkeys(("d92", "d94"), "Essai"))
    for schema in ("d92", "d94"):
        with contexts.tenant(schema):
            rules = this_year("92", school_year_of(TODAY))
            campaign = operations.publish_campaign(rules=rules, actor=ACTOR, at=noon("2026-06-01"))
            make_partner(Domain.SPORT, Domain.CULTURE)
            for _count in range(2):
                operations.grant_card(
                    campaign=campaign, pupil=make_family().pupil, facts=FACTS,
                    actor=ACTOR, at=noon("2026-09-01"),
                )  # fmt: skip
    said: list[str] = []
    reciprocity.agree_on_passplus(codes=["92", "94"], today=TODAY, say=said.append)

    assert said == ["Pass+ entre départements : 18 tickets pris dans l'autre département."]
    paid, waiting = queries.statements().order_by("month")
    assert [str(one.month) for one in (paid, waiting)] == ["2026-09-01", "2026-10-01"]
    assert paid.settlement.cents == abs(paid.owes_cents("d92"))
    assert [signature.signed_by for signature in waiting.signatures.all()] == ["d92"]
    for schema, other in (("d92", "d94"), ("d94", "d92")):
        with contexts.tenant(schema):
            assert clearing.standing_with(other).is_agreed
            assert GuestCapture.objects.exists()

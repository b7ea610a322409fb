"""A partner asks to change its own sheet: nothing changes before another person agrees, and all is told."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from commons import outbox
from commons.actors import Actor
from commons.errors import Forbidden
from commons.models import OutboxEvent
from federation.passplus import operations, sheet_queries
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Partner, PartnerRole, SheetProposal
from federation.passplus.sheets import FIELDS
from tests.factories.passplus import AUTUMN, noon
from tests.factories.reimbursing import ANNE
from tests.factories.tariffs import ACTOR
from tests.factories.tills import make_member, user_of

pytestmark = pytest.mark.usefixtures("tenant_db")
LATER = noon("2100-01-01")


@pytest.fixture
def member():
    return make_member()


def sheet(partner: Partner, **changed):
    return {name: getattr(partner, name) for name in FIELDS} | changed


def proposed(member, **changed) -> SheetProposal:
    partner = Partner.objects.get(pk=member.partner_id)
    actor = Actor.user(user_of(member))
    return operations.propose_sheet(
        by=member, sheet=sheet(partner, **changed), actor=actor, at=AUTUMN
    )


def accepted(proposal, *, actor=ANNE) -> SheetProposal:
    return operations.accept_sheet(proposal=proposal, actor=actor, at=AUTUMN)


def now_of(member) -> Partner:
    return Partner.objects.get(pk=member.partner_id)


def test_nothing_changes_before_an_agent_accepts_then_the_town_says_where(member):
    before = now_of(member)
    proposal = proposed(
        member, name=" Judo  du Lac ", town="Nanterre", postal_code="92000", domains=["CULTURE"]
    )
    assert now_of(member).name == before.name
    assert proposal.after == {
        "name": "Judo du Lac", "domains": ["CULTURE"], "town": "Nanterre", "postal_code": "92000",
    }  # fmt: skip
    assert proposal.before["name"] == before.name

    accepted(proposal)

    partner = now_of(member)
    assert (partner.name, partner.domains, partner.town) == ("Judo du Lac", ["CULTURE"], "Nanterre")
    assert 48.85 < partner.latitude < 48.95
    assert "judo du lac" in partner.search_key


def test_what_agents_changed_meanwhile_stays(member):
    proposal = proposed(member, phone="01 47 00 00 00")
    operations.change_partner(
        partner=now_of(member), name="Autre nom", domains=[Domain.SPORT],
        details=operations.PartnerDetails(), actor=ACTOR, at=AUTUMN,
    )  # fmt: skip

    accepted(proposal)

    partner = now_of(member)
    assert (partner.name, partner.phone) == ("Autre nom", "0147000000")


def test_one_waits_at_a_time_and_what_was_decided_is_decided_once(member):
    first = proposed(member, phone="0147000000")
    second = proposed(member, phone="0147000001")

    with pytest.raises(operations.SheetDecided):
        accepted(first)
    accepted(second)
    with pytest.raises(operations.SheetDecided):
        operations.refuse_sheet(proposal=second, reason="Non", actor=ANNE, at=AUTUMN)
    with pytest.raises(operations.SheetDecided):
        operations.withdraw_sheet(proposal=second, by=member, actor=ACTOR, at=AUTUMN)
    assert now_of(member).phone == "0147000001"


def test_what_is_taken_back_is_no_longer_there_to_accept(member):
    proposal = proposed(member, phone="0147000000")
    actor = Actor.user(user_of(member))

    for _again in range(2):
        operations.withdraw_sheet(proposal=proposal, by=member, actor=actor, at=AUTUMN)

    assert sheet_queries.waiting_sheet(now_of(member)) is None
    with pytest.raises(operations.SheetDecided):
        accepted(proposal)


def test_who_asked_does_not_accept_and_the_database_says_so_too(member):
    proposal = proposed(member, phone="0147000000")
    himself = Actor.user(user_of(member))

    with pytest.raises(operations.SheetOfOneself):
        accepted(proposal, actor=himself)
    with (
        pytest.raises(IntegrityError, match="passplus_sheet_decided_by_another"),
        transaction.atomic(),
    ):
        SheetProposal.objects.update(state="ACCEPTED", decided_by=himself.id, decided_at=AUTUMN)


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"name": " "}, "name"), ({"domains": []}, "domains"), ({"site": "judo"}, "site")],
)
def test_what_cannot_be_is_not_asked_for(member, changed, field):
    with pytest.raises(operations.PartnerInvalid) as refused:
        proposed(member, **changed)

    assert refused.value.details["field"] == field
    assert not SheetProposal.objects.exists()


def test_what_is_there_already_is_not_asked_for_and_a_till_asks_for_nothing(member):
    with pytest.raises(operations.SheetUnchanged):
        proposed(member)
    with pytest.raises(Forbidden):
        proposed(make_member(member.partner, PartnerRole.TILL), phone="0147000000")
    operations.end_affiliation(partner=now_of(member), reason="Fin", actor=ACTOR, at=AUTUMN)
    with pytest.raises(operations.PartnerOver):
        proposed(member, phone="0147000000")


def test_a_refusal_says_why_to_who_manages_the_partner(member, mailoutbox):
    proposal = proposed(member, phone="0147000000")
    with pytest.raises(operations.ReasonMissing):
        operations.refuse_sheet(proposal=proposal, reason=" ", actor=ANNE, at=AUTUMN)
    operations.refuse_sheet(
        proposal=proposal, reason="Ce numéro ne répond pas.", actor=ANNE, at=AUTUMN
    )

    OutboxEvent.objects.exclude(name__startswith="passplus.sheet.").update(delivered_at=LATER)
    assert outbox.deliver_pending(at=LATER).failed == 0

    (message,) = mailoutbox
    assert message.to == [user_of(member).email]
    assert "Ce numéro ne répond pas." in message.body
    assert "/partenaires/fiche/" in message.body
    told = [one.action for one in sheet_queries.changes_of(now_of(member))]
    assert told[:2] == ["passplus.sheet.refused", "passplus.sheet.proposed"]

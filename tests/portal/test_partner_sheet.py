"""The sheet of a partner in its space, its account, and tickets by the number of a card; without a script."""

from __future__ import annotations

import pytest

from federation.passplus import operations
from federation.passplus.engine.campaign import CardKind, Domain
from federation.passplus.models import PartnerIban, PartnerMember, PartnerRole, SheetProposal
from tests.factories.passplus import AUTUMN, make_card, make_partner
from tests.factories.reimbursing import ANNE
from tests.factories.tariffs import ACTOR
from tests.factories.tills import make_member, make_ticket
from tests.portal.conftest import Site
from tests.portal.test_partner_pages import look, signed_in, text

NOW = AUTUMN
pytestmark = pytest.mark.usefixtures("clock")
SHEET, CHANGE, ACCOUNT = (
    "/partenaires/fiche/", "/partenaires/fiche/changer/", "/partenaires/compte-bancaire/",
)  # fmt: skip
IBAN = "FR14 2004 1010 0505 0001 3M02 606"
TYPED = {
    "name": "Judo du Lac", "domains": "SPORT", "activities": "Judo", "description": "",
    "street": "1 rue du Lac", "postal_code": "92000", "town": "Nanterre", "phone": "",
    "email": "", "site": "",
}  # fmt: skip


@pytest.fixture
def member(site) -> PartnerMember:
    return make_member()


@pytest.fixture
def space(site, member) -> Site:
    return signed_in(site, member)


def test_a_manager_asks_for_another_sheet_corrects_it_takes_it_back_and_reads_what_became_of_it(
    space, member
):
    sent = space.post(CHANGE, **TYPED)
    assert sent.headers["Location"] == SHEET
    said = text(space.get(SHEET))
    assert "Demandé : Judo du Lac" in said
    assert "Les familles lisent l'ancienne fiche." in said
    assert 'value="Judo du Lac"' in space.get(CHANGE).content.decode()

    space.post(CHANGE, **TYPED | {"name": "Judo du Grand Lac"})
    (waiting,) = SheetProposal.objects.filter(state="WAITING")
    space.post(f"/partenaires/fiche/{waiting.public_id}/retirer/")
    assert "Demandé :" not in text(space.get(SHEET))

    space.post(CHANGE, **TYPED)
    (waiting,) = SheetProposal.objects.filter(state="WAITING")
    operations.refuse_sheet(proposal=waiting, reason="Nom déjà pris.", actor=ANNE, at=NOW)
    said = text(space.get(SHEET))
    assert "Votre dernière demande est refusée. Nom déjà pris." in said
    assert "Demande refusée" in said
    assert "Le Département" in said
    assert "Ada Tatami" in said


def test_a_wrong_field_is_said_next_to_it_and_what_was_typed_is_kept(space):
    page = space.post(CHANGE, **TYPED | {"site": "judo.fr"})

    assert page.status_code == 422
    assert "Cette réponse ne convient pas." in text(page)
    assert 'value="judo.fr"' in page.content.decode()
    assert not SheetProposal.objects.exists()


def test_an_account_given_here_waits_for_somebody_else_and_its_number_is_never_shown(space, member):
    assert space.post(ACCOUNT, iban="FR14", account_holder="Judo").status_code == 422
    space.post(ACCOUNT, iban=IBAN, account_holder="Judo du Lac")

    (given,) = PartnerIban.objects.all()
    assert (given.confirmed_at, given.ending) == (None, "2606")
    for path in (SHEET, ACCOUNT):
        page = space.get(path)
        assert "2606" in text(page)
        assert "20041010" not in page.content.decode().replace(" ", "")
    operations.confirm_iban(iban=given, actor=ANNE, at=NOW)
    said = text(space.get(SHEET))
    assert "Judo du Lac, compte finissant par 2606." in said
    assert "Compte bancaire vérifié finissant par 2606" in said


def test_a_till_sees_neither_the_sheet_nor_the_account(site, member):
    space = signed_in(site, make_member(member.partner, PartnerRole.TILL))
    for path in (SHEET, CHANGE, ACCOUNT):
        assert space.get(path).status_code == 403


def test_another_partner_takes_nothing_back(site, member):
    other = make_member()
    proposal = operations.propose_sheet(
        by=other, sheet=TYPED | {"domains": ["SPORT"]}, actor=ACTOR, at=NOW
    )
    space = signed_in(site, member)

    assert space.post(f"/partenaires/fiche/{proposal.public_id}/retirer/").status_code == 404


def test_a_number_leads_to_the_tickets_made_out_to_this_partner_and_to_no_other(space, member):
    card = make_card()
    operations.link_number(
        card=card, kind=CardKind.PHYSICAL, number="AB12 3456", actor=ACTOR, at=NOW
    )
    mine = make_ticket(card, 12_00, partner=member.partner)
    others = [make_ticket(card, 5_00), make_ticket(card, 6_00, partner=make_partner(Domain.SPORT))]

    page = space.post("/partenaires/carte/", number="ab12-3456")

    said = page.content.decode()
    assert "12,00 €" in text(page)
    assert mine.code in said
    for secret in (card.pupil.first_name, card.pupil.last_name, *(one.code for one in others)):
        assert secret not in said
    assert "Ticket de 12,00 €" in text(look(space, mine.code))


def test_a_number_of_nobody_has_the_answer_of_one_without_a_ticket_and_guessing_ends(space):
    card = make_card()
    operations.link_number(
        card=card, kind=CardKind.PHYSICAL, number="AB123456", actor=ACTOR, at=NOW
    )
    known, unknown = (
        text(space.post("/partenaires/carte/", number=number))
        for number in ("AB123456", "ZZ999999")
    )
    assert known == unknown
    assert "Aucun ticket à votre nom" in known

    pages = [space.post("/partenaires/carte/", number=f"ZZ9999{rank:02d}") for rank in range(45)]
    assert pages[-1].status_code == 429

"""Pass+ on the portal: a family and a young person see, spend, show and give up."""

from __future__ import annotations

import datetime
import re
import uuid

import pytest

from federation.passplus import operations
from federation.passplus.engine.campaign import Domain
from federation.passplus.holding import Happened, history_of
from federation.passplus.models import Purse, Ticket, available_in
from federation.passplus.numbers import numbers_of
from federation.passplus.reimbursing import operations as reimbursing
from federation.passplus.reimbursing.operations import Wrong
from federation.passplus.signing import published_keys, read_text, ticket_text
from tenants.accounts.models import User
from tests.factories.acting import begin, make_agent
from tests.factories.canteen import make_family
from tests.factories.passplus import AUTUMN, kind, make_card, make_partner, new_key, noon, publish
from tests.factories.portal import account_of
from tests.factories.reimbursing import ANNE, BRUNO, captured
from tests.factories.tariffs import ACTOR
from tests.factories.tills import make_member, till_of
from tests.portal.households import add_child, queries, text

NOW = AUTUMN
LATE = noon("2024-07-02")


def ticket_of(card, cents=12_50, *, at=AUTUMN, **traits):
    options = {"purse": "culture", "key": new_key()} | traits
    return operations.make_ticket(card=card, cents=cents, actor=ACTOR, at=at, **options)


@pytest.fixture
def card(guardian):
    return make_card(pupil=guardian.pupil)


@pytest.fixture
def later(site, guardian, clock):
    """The same person, another day: signed in anew."""

    def move_to(moment: datetime.datetime) -> None:
        clock.move_to(moment)
        site.sign_in(guardian.guardians[0].user)

    return move_to


def ask(site, card, **typed):
    path = f"/pass-plus/{card.pupil.public_id}/nouveau/"
    return site.post(path, **{"purse": "culture", "amount": "12,50", "key": uuid.uuid4()} | typed)


def test_what_is_left_of_each_purse_and_until_when_is_seen_at_a_glance(site, card):
    ticket_of(card)

    for path in ("/pass-plus/", f"/pass-plus/{card.pupil.public_id}/"):
        page = text(site.get(path)).replace("\xa0", " ")
        assert "Culture 27,50 €" in page
        assert "12,50 € sur des tickets, 40,00 € reçus" in page
        assert "Sport 40,00 €" in page
        assert "Encore 273 jours : jusqu'au 30 juin 2024 inclus." in page
        assert "Ticket de 12,50 €" in page


def test_home_and_the_child_lead_to_pass_plus_where_there_is_some(site, card):
    for path in ("/", f"/enfants/{card.pupil.public_id}/"):
        page = site.get(path)
        assert f'href="/pass-plus/{card.pupil.public_id}/"' in page.content.decode()
        assert "80,00" in text(page)


def test_a_departement_without_pass_plus_does_not_speak_of_it(site, guardian):
    assert 'href="/pass-plus/' not in site.get("/").content.decode()
    assert "Il n'y a pas de Pass+ dans ce département." in text(site.get("/pass-plus/"))


def test_a_ticket_is_made_shown_scanned_and_printed(site, card):
    page = site.follow(ask(site, card))

    ticket = Ticket.objects.get()
    assert (ticket.cents, ticket.purse.code) == (12_50, "culture")
    assert f"{ticket.code[:4]} {ticket.code[4:]}" in text(page)
    assert "<svg" in page.content.decode()
    said = read_text(ticket_text(ticket), published_keys()["keys"])
    assert said.code == ticket.code
    shown = site.get(f"/pass-plus/tickets/{ticket.public_id}/montrer/")
    assert f"{ticket.code[:4]} {ticket.code[4:]}" in text(shown)
    paper = site.get(f"/pass-plus/tickets/{ticket.public_id}/ticket.pdf")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")


def test_the_same_tap_twice_is_one_ticket_and_another_amount_of_it_is_none(site, card):
    key = uuid.uuid4()
    first = ask(site, card, key=key)

    assert ask(site, card, key=key).headers["Location"] == first.headers["Location"]
    again = site.follow(ask(site, card, key=key, amount="3"))

    assert "Votre ticket était déjà fait." in text(again)
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"amount": "41"}, "Ce porte-monnaie n'a plus que 40,00 €."),
        ({"amount": "douze"}, "Ce montant n'est pas un nombre."),
        ({"amount": ""}, "Écrivez un montant."),
        ({"purse": "cinema"}, "Choisissez un porte-monnaie de la liste."),
    ],
)
def test_what_cannot_be_is_said_next_to_what_was_typed_and_nothing_is_kept(site, card, typed, said):
    page = ask(site, card, **typed)

    assert page.status_code == 422
    assert said in text(page).replace("\xa0", " ")
    assert not Ticket.objects.exists()


def test_a_ticket_can_be_made_out_to_a_partner_of_before_or_of_the_directory(site, card):
    former, other = make_partner(Domain.CULTURE), make_partner(Domain.CULTURE)
    ticket_of(card, partner=former)
    path = f"/pass-plus/{card.pupil.public_id}/nouveau/"
    assert other.name not in text(site.get(path))

    page = text(site.get(path, partenaire=other.public_id))
    assert former.name in page
    assert other.name in page
    site.post(
        f"{path}?partenaire={other.public_id}",
        purse="culture", amount="5", key=uuid.uuid4(), partner=other.public_id,
    )  # fmt: skip

    assert Ticket.objects.latest("pk").made_out_to == other


def test_a_partner_who_does_not_offer_what_the_purse_pays_for_is_refused(site, card):
    club = make_partner(Domain.SPORT)

    page = site.post(
        f"/pass-plus/{card.pupil.public_id}/nouveau/?partenaire={club.public_id}",
        purse="culture", amount="5", key=uuid.uuid4(), partner=club.public_id,
    )  # fmt: skip

    assert "ne paie pas ce que propose ce partenaire" in text(page)
    assert not Ticket.objects.exists()


def test_giving_up_in_time_gives_back_and_says_so_before(site, card):
    ticket = ticket_of(card)
    path = f"/pass-plus/tickets/{ticket.public_id}/annuler/"

    assert "Les 12,50 € reviennent dans le porte-monnaie Culture." in text(site.get(path)).replace(
        "\xa0", " "
    )
    page = site.follow(site.post(path))

    assert "Le ticket est annulé." in text(page)
    assert available_in(Purse.objects.get(card=card, code="culture").account) == 40_00


def test_what_would_be_lost_is_said_before_and_lost_only_once_understood(site, card, later):
    ticket = ticket_of(card)
    path = f"/pass-plus/tickets/{ticket.public_id}/annuler/"
    assert "Annulé après le 30 juin 2024, son montant est perdu." in text(
        site.get(f"/pass-plus/tickets/{ticket.public_id}/")
    ).replace("\xa0", " ")
    later(LATE)

    assert "Les 12,50 € de ce ticket seront perdus." in text(site.get(path)).replace("\xa0", " ")
    refused = site.post(path)
    ticket.refresh_from_db()
    assert (refused.status_code, ticket.state) == (422, Ticket.State.MADE)

    site.post(path, is_understood="on")
    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.LOST


def test_where_it_comes_back_late_the_page_says_until_when(site, guardian, later):
    card = make_card(publish(kind(days=30)), pupil=guardian.pupil)
    ticket = ticket_of(card)
    later(LATE)

    page = text(site.get(f"/pass-plus/tickets/{ticket.public_id}/annuler/")).replace("\xa0", " ")

    assert "Vous pourrez les dépenser jusqu'au 31 juillet 2024 inclus." in page


def test_a_ticket_that_is_over_is_neither_shown_nor_printed_nor_given_up(site, card):
    ticket = ticket_of(card)
    partner = make_partner(Domain.CULTURE)
    operations.capture_ticket(
        code=ticket.code, partner=partner, cents=10_00, actor=ACTOR, at=AUTUMN
    )
    own = f"/pass-plus/tickets/{ticket.public_id}/"

    page = site.get(own)
    assert "10,00" in text(page)
    assert partner.name in text(page)
    assert ticket.code[:4] not in text(page)
    assert site.get(f"{own}ticket.pdf").status_code == 404
    assert site.get(f"{own}montrer/").headers["Location"] == own
    assert site.post(f"{own}annuler/").headers["Location"] == own
    ticket.refresh_from_db()
    assert ticket.state == Ticket.State.CAPTURED


def test_the_history_adds_up_to_what_is_left(site, card, later):
    partner = make_partner(Domain.SPORT, Domain.CULTURE)
    part = ticket_of(card, 20_00)
    operations.capture_ticket(code=part.code, partner=partner, cents=15_00, actor=ACTOR, at=AUTUMN)
    operations.cancel_ticket(ticket=ticket_of(card, 5_00), actor=ACTOR, at=AUTUMN)
    kept = ticket_of(card, 7_00, purse="sport")
    later(LATE)
    operations.capture_ticket(code=kept.code, partner=partner, cents=4_00, actor=ACTOR, at=LATE)
    operations.keep_deadlines(actor=ACTOR, at=LATE)

    moments = history_of(card)

    assert sorted((one.what, one.cents) for one in moments) == [
        (Happened.CANCELLED, 0),
        (Happened.CAPTURED, -15_00),
        (Happened.CAPTURED, -4_00),
        (Happened.GRANTED, 40_00),
        (Happened.GRANTED, 40_00),
        (Happened.LOST, -3_00),
        (Happened.SWEPT, -33_00),
        (Happened.SWEPT, -25_00),
    ]
    left = sum(available_in(one.account) for one in card.purses.select_related("account"))
    assert sum(one.cents for one in moments) == left == 0
    page = text(site.get(f"/pass-plus/{card.pupil.public_id}/historique/")).replace("\xa0", " ")
    assert "Reste rendu au Département" in page
    assert "− 15,00 €" in page


def test_a_pupil_spends_alone_and_sees_nobody_else(site, clock):
    family, others = make_family(), make_family()
    card, other = make_card(pupil=family.pupil), make_card(publish(), pupil=others.pupil)
    family.pupil.user = User.objects.create(login="enfant.diallo.472", first_name="Awa")
    family.pupil.save()
    site.sign_in(family.pupil.user)

    page = site.follow(site.get("/pass-plus/"))
    assert "Votre Pass+" in text(page)
    assert site.follow(ask(site, card)).status_code == 200
    assert Ticket.objects.get().purse.card == card
    foreign = ticket_of(other)
    assert site.get(f"/pass-plus/{others.pupil.public_id}/").status_code == 404
    assert site.get(f"/pass-plus/tickets/{foreign.public_id}/").status_code == 404
    assert ask(site, other).status_code == 404
    assert site.post(f"/pass-plus/tickets/{foreign.public_id}/annuler/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == Ticket.State.MADE


def test_an_agent_who_acts_for_a_family_sees_what_is_left_and_no_ticket(site, clock):
    family = make_family()
    card = make_card(pupil=family.pupil)
    account_of(family)
    ticket = ticket_of(card)
    agent = make_agent()
    site.sign_in(agent)
    site.get(f"/agir/{begin(agent, family, at=NOW).public_id}/")

    assert "27,50" in text(site.get(f"/pass-plus/{family.pupil.public_id}/"))
    for path in ("", "montrer/", "ticket.pdf", "annuler/"):
        page = site.get(f"/pass-plus/tickets/{ticket.public_id}/{path}")
        assert page.status_code == 403
        assert ticket.code[:4] not in text(page)


def test_several_children_take_as_many_queries_as_one(site, card, guardian):
    one = queries(site, "/pass-plus/")
    for _ in range(2):
        make_card(card.campaign, pupil=add_child(guardian).pupil)

    assert queries(site, "/pass-plus/") == one


def test_the_keys_are_anybodys(site, card):
    site.client.logout()
    page = site.get("/pass-plus/cles/")

    assert page.json() == published_keys()
    assert re.search(r"max-age=\d+", page.headers["Cache-Control"])


def test_the_last_days_are_a_thing_to_do(site, card, later):
    later(noon("2024-05-20"))

    page = text(site.get("/")).replace("\xa0", " ")

    assert "Dépenser le Pass+" in page
    assert "80,00 €" in page
    assert "Jusqu'au dimanche 30 juin inclus" in page
    assert datetime.date(2024, 6, 30).weekday() == 6


def test_a_partner_of_the_directory_leads_to_a_ticket_made_out_to_them(site, card):
    partner = make_partner(Domain.CULTURE)
    sheet = site.get(f"/partenaires/annuaire/{partner.public_id}/").content.decode()
    asked = f"/pass-plus/?partenaire={partner.public_id}"
    assert f'href="{asked}"' in sheet

    page = site.get(asked).content.decode()

    path = f"/pass-plus/{card.pupil.public_id}/nouveau/?partenaire={partner.public_id}"
    assert f'href="{path}"' in page
    assert partner.name in text(site.get(path))


def test_a_badge_is_linked_and_ended_when_it_is_lost(site, card):
    path = f"/pass-plus/{card.pupil.public_id}/cartes/"
    assert site.post(path, kind="BADGE", number="12").status_code == 422

    page = site.follow(site.post(path, kind="BADGE", number="92 0001 2345"))
    assert "9200012345" in text(page)
    (number,) = numbers_of(card.pupil)
    stranger = make_card(card.campaign, pupil=make_family().pupil)
    other = f"/pass-plus/{stranger.pupil.public_id}/cartes/"
    assert site.post(other, lost=number.public_id).status_code == 404
    assert site.post(path, lost=uuid.uuid4()).status_code == 404
    assert numbers_of(card.pupil) == [number]

    site.follow(site.post(path, lost=number.public_id))
    assert numbers_of(card.pupil) == []


def test_a_ticket_that_a_phone_may_have_taken_says_until_when_it_is_not_given_up(site, card, later):
    member = make_member()
    ticket = ticket_of(card, purse="sport", partner=member.partner)
    page = f"/pass-plus/tickets/{ticket.public_id}/"
    assert "Annuler ce ticket" in text(site.get(page))
    operations.begin_offline(member=member, till=till_of(member), hours=2, actor=ACTOR, at=NOW)

    said = text(site.get(page)).replace("\xa0", " ")
    assert f"{member.partner.name} travaille sans internet." in said
    assert "Vous pourrez l'annuler mardi 3 octobre à partir de 2 h" in said
    assert "Annuler ce ticket" not in said
    assert site.get(f"{page}annuler/").headers["Location"] == page

    later(NOW + datetime.timedelta(hours=15))
    assert "Annuler ce ticket" in text(site.get(page))


def test_a_ticket_that_was_taken_back_says_how_much_came_back(site, card):
    ticket = captured(card, make_partner(Domain.SPORT), 30_00)
    asked = reimbursing.ask_correction(
        kind="TICKETS", wrongs=[Wrong(ticket.code, 20_00)], reason="Erreur", actor=ANNE, at=NOW
    )
    reimbursing.approve_correction(correction=asked, actor=BRUNO, at=NOW)

    said = text(site.get(f"/pass-plus/tickets/{ticket.public_id}/")).replace("\xa0", " ")

    assert "Montant pris 30,00 €" in said
    assert "Rendu ensuite 20,00 €" in said

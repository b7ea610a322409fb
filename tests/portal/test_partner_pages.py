"""The space of partners, without a script: sign in, validate, undo, people, tills, and what stays closed."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import uuid
from pathlib import Path

import pytest
from django.http import HttpResponse

from commons import outbox
from federation.passplus import operations
from federation.passplus.members import token_of
from federation.passplus.models import PartnerInvitation, PartnerMember, PartnerRole, Ticket, Till
from federation.passplus.queries import due_cents
from tests.factories.passplus import AUTUMN, make_card, make_partner
from tests.factories.portal import make_account
from tests.factories.tariffs import ACTOR
from tests.factories.tills import PASSWORD, make_member, make_ticket, shown, till_of, user_of
from tests.portal.conftest import Site

NOW = AUTUMN
LONG_AFTER = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
VENDOR = Path("platform/portal/static/portal/vendor/qr")
pytestmark = pytest.mark.usefixtures("clock")


def signed_in(site: Site, member: PartnerMember) -> Site:
    page = site.post("/partenaires/connexion/", name=user_of(member).email, password=PASSWORD)
    assert page.headers["Location"] == "/partenaires/"
    return site


@pytest.fixture
def member(site) -> PartnerMember:
    return make_member()


@pytest.fixture
def till(site, member) -> Site:
    """A phone at the first till of a partner."""
    return signed_in(site, member)


def text(response: HttpResponse) -> str:
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(plain.replace("\u00a0", " ").replace("&#x27;", "'").split())


def hidden(response: HttpResponse) -> dict[str, str]:
    return dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode())
    )


def look(site: Site, written: str) -> HttpResponse:
    return site.post("/partenaires/ticket/", written=written)


def validate(site: Site, page: HttpResponse, amount: str = "") -> HttpResponse:
    fields = hidden(page)
    fields.pop("csrfmiddlewaretoken", None)
    return site.post("/partenaires/valider/", **fields, amount=amount)


def test_a_ticket_is_typed_validated_in_part_and_undone_within_its_minute(till, member, clock):
    ticket = make_ticket(make_card())

    page = look(till, f"{ticket.code[:4].lower()} {ticket.code[4:]}")
    assert "Ticket de 25,00 €" in text(page)
    done = till.follow(validate(till, page, "20"))

    assert "Validé 20,00 €" in text(done)
    assert due_cents(member.partner) == 20_00
    assert "20,00 € en 1 ticket" in text(till.get("/partenaires/"))
    path = re.search(r'action="(/partenaires/validations/[^"]+/annuler/)"', done.content.decode())
    undone = till.follow(till.post(path[1]))
    assert "Annulé" in text(undone)
    assert due_cents(member.partner) == 0

    again = till.follow(validate(till, look(till, ticket.code)))
    clock.shift(61)
    late = till.get(re.search(r"/partenaires/validations/[^/]+/", again.request["PATH_INFO"])[0])
    assert "Annuler cette validation" not in text(late)
    refused = till.post(f"{again.request['PATH_INFO']}annuler/")
    assert refused.status_code == 422
    assert due_cents(member.partner) == 25_00


def test_the_same_page_sent_twice_is_one_validation_and_a_used_ticket_says_where(till, member):
    ticket = make_ticket(make_card())
    page = look(till, ticket.code)

    first, second = validate(till, page), validate(till, page)

    assert first.headers["Location"] == second.headers["Location"]
    refused = look(till, ticket.code)
    assert (
        refused.status_code,
        "Vous avez déjà validé ce ticket : « Accueil »" in text(refused),
    ) == (
        422,
        True,
    )
    assert due_cents(member.partner) == 25_00


@pytest.mark.parametrize(("amount", "said"), [("30", "Ce ticket vaut 25,00 €"), ("x", "12,50")])
def test_an_amount_that_cannot_be_is_said_next_to_it_and_takes_nothing(till, member, amount, said):
    page = validate(till, look(till, make_ticket(make_card()).code), amount)

    assert (page.status_code, said in text(page)) == (422, True)
    assert due_cents(member.partner) == 0
    assert f'value="{amount}"' in page.content.decode()


def test_a_till_sees_nothing_of_the_child(till):
    card = make_card()
    ticket = make_ticket(card)
    pupil = card.pupil

    pages = [look(till, ticket.code)]
    pages.append(till.follow(validate(till, pages[0])))
    pages += [till.get(path) for path in ("/partenaires/", "/partenaires/historique/")]
    pages.append(till.get("/partenaires/historique/validations.csv"))

    for page in pages:
        said = page.content.decode()
        assert ticket.code[:4] in said
        for secret in (
            pupil.first_name,
            pupil.last_name,
            str(pupil.public_id),
            str(card.public_id),
        ):
            assert secret not in said


def test_who_guesses_codes_is_stopped(till):
    for number in range(40):
        assert look(till, f"BBBB{number:04d}").status_code == 422

    assert look(till, make_ticket(make_card()).code).status_code == 429


def test_an_invited_person_opens_an_account_by_the_link_of_the_message(site, mailoutbox):
    partner = make_partner()
    operations.invite_member(
        partner=partner, email="ada@exemple.fr", role=PartnerRole.MANAGER, actor=ACTOR, at=NOW
    )
    assert outbox.deliver_pending(at=LONG_AFTER).failed == 0
    (message,) = mailoutbox
    assert partner.name in message.subject
    path = re.search(r"(/partenaires/invitation/\S+/)", message.body)[1]

    page = site.follow(site.get(path))
    assert partner.name in text(page)
    entered = site.post(
        "/partenaires/rejoindre/",
        first_name="Ada",
        last_name="Tatami",
        password=PASSWORD,
        again=PASSWORD,
    )

    assert entered.headers["Location"] == "/partenaires/"
    assert "Bienvenue" in text(site.get("/partenaires/"))
    assert site.follow(Site().get(path)).status_code == 404


def test_who_has_an_account_signs_in_to_join(site, member):
    """The link alone opens no account that somebody has."""
    user, other = user_of(member), make_partner()
    invitation = operations.invite_member(
        partner=other, email=user.email, role=PartnerRole.TILL, actor=ACTOR, at=NOW
    )

    site.get(f"/partenaires/invitation/{token_of(invitation)}/")
    assert site.get("/partenaires/rejoindre/").headers["Location"] == "/partenaires/connexion/"
    assert PartnerMember.objects.filter(user=user).count() == 1
    site.post("/partenaires/connexion/", name=user.email, password=PASSWORD)

    assert PartnerMember.objects.filter(user=user).count() == 2
    chosen = site.follow(site.get("/partenaires/"))
    assert other.name in text(chosen)
    wanted = PartnerMember.objects.get(user=user, partner=other)
    site.post("/partenaires/choisir/", member=str(wanted.public_id))
    assert other.name in text(site.get("/partenaires/historique/"))


def test_a_partners_session_is_nobody_to_families_to_the_console_and_to_the_api(site):
    """The treasurer of a club is a mother too: her phone at the door shows nothing of her children."""
    family = make_card().pupil
    from tests.factories.canteen import make_family

    mother = make_family()
    user = make_account(mother.guardians[0], email="mere@exemple.fr")
    user.set_password(PASSWORD)
    user.save()
    member = PartnerMember.objects.create(
        partner=make_member().partner, user=user, role=PartnerRole.MANAGER, joined_at=NOW
    )
    signed_in(site, member)

    for path in (
        "/enfants/",
        "/factures/",
        "/compte/donnees/",
        f"/enfants/{mother.pupil.public_id}/",
    ):
        assert site.get(path).headers["Location"].startswith("/connexion/")
    assert site.get("/").headers["Location"] == "/partenaires/"
    assert site.get("/compte/").headers["Location"] == "/partenaires/"
    assert site.get("/console/").status_code in (302, 404)
    query = json.dumps({"query": "{ viewer { email } }"})
    answer = site.client.post("/graphql/", query, content_type="application/json")
    assert "mere@exemple.fr" not in answer.content.decode()
    security = text(site.get("/compte/securite/"))
    assert mother.pupil.first_name not in security
    assert mother.college.name not in security
    assert family.first_name not in security


def test_a_familys_session_opens_nothing_of_a_partner(site, guardian):
    for path in (
        "/partenaires/",
        "/partenaires/historique/",
        "/partenaires/sans-internet/telephone/",
    ):
        assert site.get(path).headers["Location"].startswith("/partenaires/connexion/")
    refused = site.post("/partenaires/connexion/", name="x@exemple.fr", password="x")
    assert refused.status_code == 422


def test_who_works_for_nobody_learns_it_once_their_password_is_right(site, parent):
    refused = site.post("/partenaires/connexion/", name=parent.email, password="Socle-demo-2026")

    assert "ne travaille pour aucun partenaire" in text(refused)
    assert site.get("/partenaires/").status_code == 302


def test_a_partners_own_account_comes_in_by_the_common_door_too(site, member):
    page = site.post(
        "/connexion/", name=user_of(member).email, password=PASSWORD, next="/factures/"
    )

    assert page.headers["Location"] == "/partenaires/"
    assert site.get("/factures/").status_code == 302


def test_a_manager_manages_people_and_tills_and_a_tills_people_do_not(till, member):
    helper = make_member(member.partner, PartnerRole.TILL)
    till.post("/partenaires/equipe/", email="max@exemple.fr", role="TILL")
    till.post("/partenaires/caisses/", name="Bassin")
    pool = Till.objects.get(name="Bassin")
    invitation = PartnerInvitation.objects.get(email="max@exemple.fr")
    assert "max@exemple.fr" in text(till.get("/partenaires/equipe/"))
    till.post(f"/partenaires/caisses/{pool.public_id}/ici/")
    assert "Bassin" in text(till.get("/partenaires/"))
    renaming = f"/partenaires/caisses/{pool.public_id}/renommer/"
    assert "Donnez un nom" in text(till.follow(till.post(renaming, name=" ")))
    assert "Grand bassin" in text(till.follow(till.post(renaming, name="Grand bassin")))
    pool.refresh_from_db()
    assert pool.name == "Grand bassin"

    door = signed_in(Site(), helper)
    assert door.follow(door.get("/partenaires/")).status_code == 200  # which till?
    for path in (
        "/partenaires/equipe/",
        f"/partenaires/equipe/{member.public_id}/retirer/",
        f"/partenaires/equipe/invitations/{invitation.public_id}/retirer/",
        f"/partenaires/caisses/{pool.public_id}/fermer/",
        renaming,
    ):
        assert door.post(path, email="eve@exemple.fr", role="MANAGER").status_code == 403
    assert door.post("/partenaires/caisses/", name="Porte").status_code == 403

    till.post(f"/partenaires/equipe/{helper.public_id}/retirer/")
    assert door.follow(door.get("/partenaires/historique/")).status_code == 403
    till.post(f"/partenaires/equipe/invitations/{invitation.public_id}/retirer/")
    assert not PartnerInvitation.objects.filter(ended_at=None).exists()
    refused = till.follow(till.post(f"/partenaires/equipe/{member.public_id}/role/"))
    assert "Il faut toujours un responsable" in text(refused)


def test_what_another_partner_has_is_not_found(till):
    stranger = make_member()
    capture_of_another = uuid.uuid4()
    invitation = operations.invite_member(
        partner=stranger.partner, email="x@exemple.fr", role=PartnerRole.TILL, actor=ACTOR, at=NOW
    )
    for path in (
        f"/partenaires/equipe/{stranger.public_id}/retirer/",
        f"/partenaires/equipe/invitations/{invitation.public_id}/retirer/",
        f"/partenaires/caisses/{till_of(stranger).public_id}/fermer/",
        f"/partenaires/caisses/{till_of(stranger).public_id}/renommer/",
        f"/partenaires/validations/{capture_of_another}/annuler/",
    ):
        assert till.post(path).status_code == 404
    assert PartnerMember.objects.get(pk=stranger.pk).ended_at is None


def test_a_phone_is_prepared_sends_what_it_took_and_is_told_of_each(till, member, clock):
    ticket = make_ticket(make_card(), 10_00, partner=member.partner)
    assert till.get("/partenaires/sans-internet/telephone/").json()["permit"] is None
    page = till.follow(till.post("/partenaires/sans-internet/", hours="4"))
    assert "Terminer le travail sans internet" in text(page)
    phone = till.get("/partenaires/sans-internet/telephone/").json()
    assert phone["partner"] == str(member.partner.public_id)
    assert "d" not in phone["keys"][0]

    one = shown(ticket, at=NOW + datetime.timedelta(minutes=5))
    two = shown(ticket, at=NOW + datetime.timedelta(minutes=6))
    clock.shift(3600)
    body = json.dumps(
        {
            "till": phone["till"],
            "tickets": [
                {
                    "key": str(each.key),
                    "text": each.text,
                    "cents": each.cents,
                    "taken_at": each.taken_at.isoformat(),
                }
                for each in (one, two)
            ],
        }
    )
    answer = till.client.post(
        "/partenaires/sans-internet/envoyer/", body, content_type="application/json"
    )
    till._come_back()
    first, second = answer.json()["results"]

    assert (first["accepted"], first["cents"]) == (True, 10_00)
    assert not second["accepted"]
    assert "Vous avez déjà validé ce ticket : « Accueil »" in second["why"].replace("\u00a0", " ")
    assert due_cents(member.partner) == 10_00
    assert Ticket.objects.get().state == Ticket.State.CAPTURED
    path = re.search(r'action="([^"]+/terminer/)"', page.content.decode())[1]
    till.post(path)
    assert till.get("/partenaires/sans-internet/telephone/").json()["permit"] is None


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"till": "x", "tickets": []}', "{" * 10])
def test_what_is_no_list_of_tickets_is_refused(till, body):
    answer = till.client.post(
        "/partenaires/sans-internet/envoyer/", body, content_type="application/json"
    )
    till._come_back()

    assert answer.status_code == 400


def test_the_reader_of_pictures_is_the_one_its_page_names():
    digests = {
        "index.js": "a0de370051f94bd74f218f74401fdf197585e3f9ef0143164f87ea941a3fdd6f",
        "decode.js": "00e209820dcb11d624e9a03d6383e580766792b57d1651318f0a29e4e1ff0fe8",
        "LICENSE-MIT": "07a9f887e9215644439b808628b09f8eece932d79130ff563f958f3a1783e684",
    }
    found = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in digests}

    assert found == digests
    assert "qr 0.7.0" in (VENDOR / "PROVENANCE.md").read_text()

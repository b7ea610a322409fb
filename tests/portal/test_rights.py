"""« Donner mes droits », without a script: three steps, taken up again, and what each answer reads."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from billing.rights import operations
from billing.rights.models import Consent, ProofDocument, RightsRequest
from billing.tariffs.models import HouseholdResources
from commons import outbox
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.rights import (
    AGENT,
    NOW,
    TAX,
    answered,
    begin,
    make_asking_family,
    make_source,
    stored,
    to_inspect,
)
from tests.families_files import picture
from tests.portal.conftest import Site
from tests.sources import TAX_NUMBER, sources_running

IDENTITY = {
    "birth_name": "Diallo", "usage_name": "", "first_names": "Aminata", "sex": "F",
    "birth_date": "15/04/1980", "birth_country": "99100", "birth_commune": "Nanterre",
    "birth_departement": "92",
}  # fmt: skip


@pytest.fixture(scope="module")
def sources() -> Iterator[str]:
    with sources_running() as address:
        yield address


def text(response: Any) -> str:
    markup = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(markup))


def page(name: str, request: RightsRequest) -> str:
    return reverse(f"portal:rights-{name}", args=[request.public_id])


def test_a_parent_asks_the_caf_in_three_steps(site: Site, sources: str) -> None:
    make_source(sources)
    family = make_asking_family()
    site.sign_in(account_of(family))

    first = site.follow(site.post("/droits/"))
    assert "Étape 1 sur 3" in text(first)
    request = RightsRequest.objects.get()
    who = site.follow(site.post(page("way", request), way="CAF_MSA"))
    assert "Nom de naissance" in text(who)
    agreement = site.follow(site.post(page("identity", request), **IDENTITY))
    assert "J'accepte que le département (Hauts-de-Seine) demande mon quotient" in text(agreement)
    asked = site.follow(site.post(page("agreement", request), version="caf-2026-11", agrees="on"))
    assert "Nous interrogeons le service." in text(asked)
    outbox.deliver_pending(at=NOW())

    done = text(site.get(page("request", request)))
    assert "C'est fait. Le prix compte à partir du" in done
    assert "Ibrahima : 1,15 € par repas" in done
    assert Consent.objects.get().guardian == family.guardians[0]


def test_a_parent_asks_the_tax_office(site: Site, sources: str) -> None:
    make_source(sources, TAX)
    family = make_asking_family(departement="92")
    site.sign_in(account_of(family))
    site.post("/droits/")
    request = RightsRequest.objects.get()

    number = site.follow(site.post(page("way", request), way="TAX"))
    assert "Votre numéro fiscal" in text(number)
    assert site.post(page("tax-number", request), tax_number="12").status_code == 422
    site.follow(site.post(page("tax-number", request), tax_number=TAX_NUMBER))
    site.post(page("agreement", request), version="impots-2026-11", agrees="on")
    outbox.deliver_pending(at=NOW())

    assert "C'est fait." in text(site.get(page("request", request)))
    assert TAX_NUMBER not in site.get(page("request", request)).content.decode()


def test_a_bursary_is_asked_for_whom_it_is_wanted(site: Site, sources: str) -> None:
    make_source(sources)
    family = make_asking_family()
    site.sign_in(account_of(family))
    site.post("/droits/")
    request = RightsRequest.objects.get()
    assert "si Ibrahima est boursier ?" in text(site.get(page("identity", request)))

    child = {f"child_{family.pupil.pk}": "M"}
    agreement = site.follow(site.post(page("identity", request), **IDENTITY, **child))
    assert "si mes enfants sont boursiers" in text(agreement)
    site.post(page("agreement", request), version="caf-bourse-2026-11", agrees="on")
    outbox.deliver_pending(at=NOW())

    assert "Ibrahima : oui, échelon 2" in text(site.get(page("request", request)))


def test_it_is_taken_up_where_it_was_left(site: Site, sources: str) -> None:
    make_source(sources)
    family = make_asking_family()
    site.sign_in(account_of(family))
    site.post("/droits/")
    request = RightsRequest.objects.get()
    site.post(page("identity", request), **IDENTITY)

    again = site.post("/droits/")

    assert again.headers["Location"] == page("agreement", request)
    assert "Reprendre ma demande" in text(site.get("/droits/"))
    assert "Finir de donner vos droits" in text(site.get("/"))
    assert RightsRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "sent", "said"),
    [
        ("way", {}, "Choisissez une réponse."),
        ("way", {"way": "TAX"}, "Choisissez une réponse de la liste."),
        ("identity", IDENTITY | {"birth_name": ""}, "Écrivez votre nom de naissance."),
        ("identity", IDENTITY | {"birth_date": "31/02/1980"}, "Cette date n'est pas comprise."),
        ("identity", IDENTITY | {"birth_departement": "neuf"}, "Écrivez son numéro"),
        ("identity", IDENTITY | {"birth_name": "Martin"}, "d'un adulte de votre foyer"),
        ("agreement", {"version": "caf-2026-11"}, "Cochez la case pour donner votre accord."),
        ("agreement", {"version": "vieux", "agrees": "on"}, "Le texte de l'accord a changé."),
    ],
)
def test_a_wrong_answer_is_said_next_to_its_question(
    site: Site, sources: str, name: str, sent: dict[str, str], said: str
) -> None:
    make_source(sources)
    family = make_asking_family()
    site.sign_in(account_of(family))
    site.post("/droits/")
    request = RightsRequest.objects.get()
    if name == "agreement":
        site.post(page("identity", request), **IDENTITY)

    response = site.post(page(name, request), **sent)

    assert response.status_code == 422
    assert said in text(response)
    assert not Consent.objects.exists()


def test_the_highest_price_is_chosen_in_two_pages(site: Site) -> None:
    family = make_asking_family()
    site.sign_in(account_of(family))
    site.post("/droits/")
    request = RightsRequest.objects.get()

    confirm = site.follow(site.post(page("way", request), way="MAXIMUM"))
    assert "Vous choisissez le prix le plus haut" in text(confirm)
    assert not HouseholdResources.objects.exists()
    done = site.follow(site.post(page("agreement", request)))

    assert "C'est fait." in text(done)
    assert HouseholdResources.objects.get().choose_maximum


def test_a_source_that_does_not_find_asks_for_a_document(site: Site, sources: str) -> None:
    make_source(sources)
    family = make_asking_family()
    site.sign_in(account_of(family))
    site.post("/droits/")
    request = RightsRequest.objects.get()
    site.post(page("identity", request), **(IDENTITY | {"birth_commune": "00404"}))
    site.post(page("agreement", request), version="caf-2026-11", agrees="on")
    outbox.deliver_pending(at=NOW())

    said = text(site.get(page("request", request)))

    assert "Le service ne trouve pas votre dossier. Cela arrive." in said
    assert "Faire un autre choix" in said
    assert "Demander à nouveau" not in said


def test_a_source_that_is_down_is_asked_again_by_one_button(site: Site, sources: str) -> None:
    make_source(sources)
    family = make_asking_family()
    site.sign_in(account_of(family))
    site.post("/droits/")
    request = RightsRequest.objects.get()
    site.post(page("identity", request), **(IDENTITY | {"birth_commune": "00502"}))
    site.post(page("agreement", request), version="caf-2026-11", agrees="on")
    outbox.deliver_pending(at=NOW())
    assert "Demander à nouveau" in text(site.get(page("request", request)))

    again = site.follow(site.post(page("ask-again", request)))

    assert "Nous interrogeons le service." in text(again)


def test_an_agreement_is_taken_back_and_a_request_given_up(site: Site, sources: str) -> None:
    make_source(sources)
    family = make_asking_family()
    site.sign_in(account_of(family))
    site.post("/droits/")
    request = RightsRequest.objects.get()
    site.post(page("identity", request), **IDENTITY)
    site.post(page("agreement", request), version="caf-2026-11", agrees="on")

    site.post(page("take-back", request))
    assert Consent.objects.get().withdrawn_at is not None
    back = site.post(page("give-up", request))

    assert "La demande est abandonnée." in text(site.follow(back))
    assert "Vous avez abandonné cette demande." in text(site.get(page("request", request)))


def test_a_photograph_of_a_notice_is_sent_and_read_again(site: Site) -> None:
    family = make_asking_family()
    site.sign_in(account_of(family))
    site.post("/droits/")
    request = RightsRequest.objects.get()
    missing = site.follow(site.post(page("way", request), way="DOCUMENT"))
    assert "Il reste votre pièce à envoyer." in text(missing)
    assert "Envoyer une pièce pour le prix des repas" in text(site.get("/"))
    where = page("add-document", request)

    bad = site.post(where, kind="TAX_NOTICE", file=SimpleUploadedFile("avis.png", b"MZ"))
    assert bad.status_code == 422
    assert "Ce fichier n'est ni une photo, ni un PDF." in text(bad)
    assert not ProofDocument.objects.exists()
    done = site.post(where, kind="TAX_NOTICE", file=SimpleUploadedFile("avis.png", picture()))

    assert "Votre pièce est envoyée." in text(site.follow(done))
    assert "Envoyer une pièce pour le prix des repas" not in text(site.get("/"))
    document = ProofDocument.objects.get()
    kept = site.get(reverse("portal:rights-document", args=[document.public_id]))
    assert (kept.status_code, kept.headers["Content-Type"]) == (200, "image/jpeg")
    assert "sandbox" in kept.headers["Content-Security-Policy"]
    site.sign_in(account_of(make_family()))
    assert site.get(reverse("portal:rights-document", args=[document.public_id])).status_code == 404


def test_what_an_agent_says_is_read(site: Site) -> None:
    family = make_asking_family()
    request = to_inspect(family)
    site.sign_in(account_of(family))
    waiting = text(site.get(page("request", request)))
    assert "Nous avons reçu votre pièce." in waiting
    assert "Notre réponse viendra au plus tard le" in waiting

    operations.ask_document(request=request, words="La page 2 manque.", actor=AGENT, at=NOW())
    said = text(site.get(page("request", request)))

    assert "Il nous faut une autre pièce." in said
    assert "La page 2 manque." in said


def test_another_family_finds_nothing_and_who_has_no_household_is_told(
    site: Site, parent: Any
) -> None:
    request = begin(make_asking_family())
    site.sign_in(account_of(make_family()))
    for name in ("request", "way", "identity", "tax-number", "agreement"):
        assert site.get(page(name, request)).status_code == 404
    for name in ("ask-again", "take-back", "give-up"):
        assert site.post(page(name, request)).status_code == 404

    site.sign_in(parent)
    assert "Nous ne connaissons pas votre foyer." in text(site.get("/droits/"))
    assert site.post("/droits/").status_code == 404
    assert RightsRequest.objects.count() == 1


def test_messages_are_written_to_who_asked(site: Site, sources: str, mailoutbox: Any) -> None:
    make_source(sources)
    family = make_asking_family()
    answered(family)
    outbox.deliver_pending(at=NOW())

    (message,) = [one for one in mailoutbox if "décidé" in one.subject]
    assert message.to == ["aminata@exemple.fr"]
    assert "Ibrahima : 1,15 €" in re.sub(r"\s", " ", message.body)
    assert "/droits/" in message.body

    mailoutbox.clear()
    other = to_inspect(make_asking_family())
    operations.ask_document(request=other, words="La page 2 manque.", actor=AGENT, at=NOW())
    outbox.deliver_pending(at=NOW())
    (asked,) = mailoutbox
    assert "Une pièce à ajouter" in asked.subject
    assert "La page 2 manque." in asked.body

    mailoutbox.clear()
    operations.attach_document(
        request=other, kind="OTHER", stored=stored("page2.pdf"), actor=AGENT, at=NOW()
    )
    operations.refuse_request(request=other, words="Cet avis a dix ans.", actor=AGENT, at=NOW())
    outbox.deliver_pending(at=NOW())
    (refused,) = mailoutbox
    assert "Cet avis a dix ans." in refused.body

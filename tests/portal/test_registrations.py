"""« Inscrire au Pass+ », without a script: four steps at most, taken up again, and to the end."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from commons import outbox
from federation.passplus.registration_models import Registration, RegistrationDocument
from tenants.people.models import Guardian, Guardianship
from tests.factories.canteen import Family
from tests.factories.passplus import AUTUMN, noon, publish
from tests.factories.portal import account_of
from tests.factories.registrations import (
    Kind,
    begin,
    elsewhere,
    give,
    grant,
    make_pupil,
    picture,
    send,
)
from tests.portal.conftest import Site
from ui.wording import of_name

LIST = "/pass-plus/inscription/"


@pytest.fixture(autouse=True)
def in_autumn() -> Iterator[None]:
    with time_machine.travel(AUTUMN):
        yield


def text(response: Any) -> str:
    markup = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", html.unescape(markup))


def page(name: str, found: Registration) -> str:
    return reverse(f"portal:registration-{name}", args=[found.public_id])


def photograph(width: int = 600, height: int = 800) -> SimpleUploadedFile:
    return SimpleUploadedFile("moi.jpg", picture(width, height).read(), "image/jpeg")


def sent_by(site: Site, family: Family, campaign: Any) -> Any:
    return site.post(LIST, campaign=campaign.public_id, child=family.pupil.public_id)


def test_a_family_follows_it_from_home_to_the_card(site: Site) -> None:
    """An address to prove: four steps, an agent, and an e-mail at each."""
    family, campaign = elsewhere(), publish()
    user = account_of(family)
    site.sign_in(user)
    name = family.pupil.first_name
    assert f"Inscrire {name} au Pass+" in text(site.get("/"))

    begun = sent_by(site, family, campaign)
    found = Registration.objects.get()
    first = site.follow(site.follow(begun) and begun)
    assert first.headers["Location"] == page("situation", found)
    shown = text(site.get(page("situation", found)))
    assert "Étape 1 sur 4" in shown
    assert (
        "92000" in site.get(page("situation", found)).content.decode()
    )  # their own, not asked anew

    said = site.post(page("situation", found), home_postal_code="92000", bursary="on")
    assert said.headers["Location"] == page("photo", found)
    lying = site.post(page("photo", found), file=photograph(800, 600))
    assert (lying.status_code, "plus large que haute" in text(lying)) == (422, True)
    given = site.post(page("photo", found), file=photograph())
    assert given.headers["Location"] == page("pieces", found)
    assert "justificatif de domicile" in text(site.get(page("pieces", found)))
    piece = SimpleUploadedFile("edf.jpg", picture(500, 700).read(), "image/jpeg")
    site.post(page("pieces", found), kind="PROOF_OF_ADDRESS", file=piece)
    assert "Finir l'inscription" in text(site.get("/"))
    last = text(site.get(page("send", found)))
    assert "Étape 4 sur 4" in last
    assert "80,00 €" in last
    assert "100,00 €" in last
    site.post(page("send", found))
    found.refresh_from_db()
    assert found.state == "SUBMITTED"
    grant(found)
    outbox.deliver_pending(at=noon("2030-01-01"))

    end = text(site.get(reverse("portal:registration", args=[found.public_id])))
    assert "Pass+ accordé" in end
    assert "de 80,00 € à 100,00 €" in end
    subjects = [message.subject for message in mail.outbox]
    assert subjects == [f"Le Pass+ {of_name(name)} est accordé"]


def test_what_data_prove_takes_two_steps_and_is_granted_at_once(site: Site) -> None:
    family, campaign = make_pupil(is_boursier=True), publish()
    site.sign_in(account_of(family))
    sent_by(site, family, campaign)
    found = Registration.objects.get()

    assert "Étape 1 sur 2" in text(site.get(page("photo", found)))
    site.post(page("photo", found), file=photograph())
    shown = text(site.follow(site.post(page("send", found))))

    assert "Pass+ accordé" in shown
    assert "100,00 €" in shown


def test_it_is_taken_up_where_it_was_left(site: Site) -> None:
    family, campaign = elsewhere(), publish()
    site.sign_in(account_of(family))
    sent_by(site, family, campaign)
    found = Registration.objects.get()
    site.post(page("situation", found), home_postal_code="92000")

    again = site.get(reverse("portal:registration", args=[found.public_id]))

    assert again.headers["Location"] == page("photo", found)
    assert "Reprendre" in text(site.get(LIST))
    sent_by(site, family, campaign)
    assert Registration.objects.count() == 1


def test_what_is_missing_may_come_after(site: Site) -> None:
    family, campaign = elsewhere(), publish()
    site.sign_in(account_of(family))
    found = send(begin(campaign, family))

    shown = text(site.get(reverse("portal:registration", args=[found.public_id])))
    assert "Il manque la photo." in shown
    assert "justificatif de domicile" in shown
    assert "Ajouter une pièce pour le Pass+" in text(site.get("/"))
    site.post(page("photo", found), file=photograph())
    give(found, Kind.PROOF_OF_ADDRESS)

    assert "Nous avons reçu votre inscription." in text(
        site.get(reverse("portal:registration", args=[found.public_id]))
    )


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"home_postal_code": ""}, "Écrivez le code postal de son adresse."),
        ({"home_postal_code": "neuf"}, "Il manque une réponse, ou elle ne convient pas."),
        ({"home_postal_code": "75011"}, "Ce Pass+ dépend de ceci : l'adresse et l'établissement."),
    ],
)
def test_a_wrong_answer_keeps_what_was_typed_and_says_why(site: Site, sent: Any, said: str) -> None:
    family, campaign = elsewhere(), publish()
    site.sign_in(account_of(family))
    found = begin(campaign, family)

    refused = site.post(page("situation", found), **sent)

    assert refused.status_code == 422
    assert said in text(refused)
    assert (
        f'value="{sent["home_postal_code"]}"' in refused.content.decode()
        or not sent["home_postal_code"]
    )
    found.refresh_from_db()
    assert found.declared == {}


def test_each_parent_sees_their_own_file_alone(site: Site) -> None:
    family, campaign = elsewhere(), publish()
    found = send(begin(campaign, family), Kind.PHOTO, Kind.PROOF_OF_ADDRESS)
    document = RegistrationDocument.objects.first()
    assert document is not None
    site.sign_in(account_of(family, 1))

    assert "L'autre responsable a fait cette inscription" in text(site.get(LIST))
    assert site.get(reverse("portal:registration", args=[found.public_id])).status_code == 404
    assert (
        site.get(reverse("portal:registration-document", args=[document.public_id])).status_code
        == 404
    )
    assert "L'autre responsable a déjà fait" in text(site.follow(sent_by(site, family, campaign)))


def test_who_has_no_parental_authority_registers_nobody(site: Site) -> None:
    family, campaign = elsewhere(), publish()
    Guardianship.objects.filter(guardian=family.guardians[1]).update(legal_role=0)
    site.sign_in(account_of(family, 1))

    assert "Aucun enfant à inscrire." in text(site.get(LIST))
    assert sent_by(site, family, campaign).status_code == 404
    assert not Registration.objects.exists()


def test_a_child_who_is_not_eligible_is_not_offered_it_and_is_told_why(site: Site) -> None:
    family = make_pupil(departement="075", home="75011")
    Guardian.objects.filter(pk=family.guardians[0].pk).update(postal_code="75011")
    campaign = publish()
    family.pupil.birth_date = AUTUMN.date().replace(year=1999)
    family.pupil.save(update_fields=["birth_date"])
    site.sign_in(account_of(family))

    shown = text(site.get(LIST))
    refused = text(site.follow(sent_by(site, family, campaign)))

    assert "ne peut pas être inscrit." in shown
    assert "la date de naissance" in refused
    assert not Registration.objects.exists()


def test_it_is_given_up_and_what_was_given_is_erased(site: Site) -> None:
    family, campaign = elsewhere(), publish()
    site.sign_in(account_of(family))
    found = send(begin(campaign, family), Kind.PHOTO, Kind.PROOF_OF_ADDRESS)

    site.post(page("withdraw", found))
    outbox.deliver_pending(at=noon("2030-01-01"))

    found.refresh_from_db()
    assert (found.state, found.declared) == ("CLOSED", {})
    assert not found.documents.filter(deleted_at__isnull=True).exists()
    assert mail.outbox == []


def test_pass_plus_leads_a_child_without_a_card_to_the_registration(site: Site) -> None:
    family, _campaign = make_pupil(), publish()
    site.sign_in(account_of(family))
    name = family.pupil.first_name
    child = f"/pass-plus/{family.pupil.public_id}/"

    for path in ("/pass-plus/", child):
        said = text(site.get(path))
        assert "Les inscriptions sont ouvertes jusqu'au" in said
        assert f"Inscrire {name}" in said
        assert f'href="{LIST}"' in site.get(path).content.decode()

    begun = begin(_campaign, family)
    for path in ("/pass-plus/", child):
        assert "Reprendre l'inscription" in text(site.get(path))
        assert reverse("portal:registration", args=[begun.public_id]) in (
            site.get(path).content.decode()
        )


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2023-05-20", "Les prochaines ouvrent le 1er juin 2023."),
        (
            "2024-07-02",
            "Les inscriptions sont finies depuis le 1er juillet 2024. La prochaine campagne",
        ),
    ],
)
def test_pass_plus_says_why_nobody_registers_and_when_one_may(
    site: Site, day: str, said: str
) -> None:
    family, _campaign = make_pupil(), publish()
    with time_machine.travel(noon(day)):
        site.sign_in(account_of(family))
        for path in ("/pass-plus/", f"/pass-plus/{family.pupil.public_id}/"):
            page = site.get(path)
            assert said in text(page).replace("\xa0", " ")
            assert f'href="{LIST}"' not in page.content.decode()


def test_who_may_not_register_a_child_reads_who_does(site: Site) -> None:
    family, _campaign = make_pupil(), publish()
    user = account_of(family)
    Guardianship.objects.filter(guardian=family.guardians[0]).update(legal_role=0)
    site.sign_in(user)

    page = site.get("/pass-plus/")
    assert "Un parent ou un tuteur fait l'inscription, sur son compte." in text(page)
    assert f'href="{LIST}"' not in page.content.decode()

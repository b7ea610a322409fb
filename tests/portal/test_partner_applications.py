"""Becoming a partner, from the first page to the signed document, as the treasurer of a club does it."""

from __future__ import annotations

import datetime
import hashlib
import re

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import override_settings
from django.utils import timezone

from commons.models import OutboxEvent
from commons.outbox import deliver_pending
from federation.passplus import agreeing, operations
from federation.passplus.models import (
    Partner,
    PartnerAgreement,
    PartnerApplication,
    PartnerCode,
)
from federation.passplus.terms import DECLARATIONS
from tests.factories.tariffs import ACTOR
from tests.pdfs import comes_in_order, plain, reader, text_of
from tests.portal.conftest import Site

pytestmark = pytest.mark.usefixtures("tenant_db")
AT = "/partenaires/demande/"
SIRET = "55210055400013"
IBAN = "FR7630006000011234567890189"
BODY = {
    "name": "Judo Club de Nanterre", "kind": "ASSOCIATION", "founded_on": "24/05/2013",
    "street": "1 rue du Stade", "postal_code": "92000", "town": "Nanterre",
}  # fmt: skip
OFFER = {"domains": ["SPORT"], "activities": "Judo, jiu-jitsu", "public_phone": "01 47 00 00 00"}
PAYEE = {
    "signer_name": "Aïcha Diallo", "signer_role": "Trésorière", "signer_phone": "06 12 34 56 78",
    "account_holder": "Judo Club", "iban": "FR76 3000 6000 0112 3456 7890 189",
}  # fmt: skip


def posted() -> list[mail.EmailMultiAlternatives]:
    """What the relay sends now."""
    before = len(mail.outbox)
    deliver_pending(at=timezone.now() + datetime.timedelta(seconds=1))
    return mail.outbox[before:]


def figures() -> str:
    (message,) = [one for one in posted() if "code" in one.subject]
    (found,) = re.findall(r"\b\d{6}\b", message.subject)
    assert found in message.body
    return found


def begin(site) -> PartnerApplication:
    site.post(AT, siret="552 100 554 00013", email="Bureau@Judo.example.org")
    assert site.post(f"{AT}code/", code=figures()).status_code == 302
    return PartnerApplication.objects.get()


def fill(site) -> None:
    declared = {"declared": [code for code in DECLARATIONS if code != "SCHOOLING"]}
    for page, said in (
        ("structure", BODY),
        ("offre", OFFER),
        ("engagements", declared),
        ("compte", PAYEE),
    ):
        answer = site.post(f"{AT}{page}/", **said)
        assert answer.status_code == 302, answer.content.decode()


def accepted(site) -> PartnerApplication:
    begin(site)
    fill(site)
    site.post(f"{AT}envoyer/")
    return operations.accept_application(
        application=PartnerApplication.objects.get(), actor=ACTOR, at=timezone.now()
    )


def test_from_the_first_page_to_the_signed_document(site) -> None:
    begin(site)
    assert site.get(f"{AT}suivi/").context["page"].may_submit is False
    fill(site)
    site.post(f"{AT}envoyer/")
    found = PartnerApplication.objects.get()
    assert (found.state, found.iban_ending) == ("SUBMITTED", "0189")
    operations.ask_applicant(
        application=found, words="Quel âge au plus jeune ?", actor=ACTOR, at=timezone.now()
    )
    assert "Quel âge au plus jeune ?" in posted()[-1].body
    site.post(f"{AT}offre/", **OFFER | {"description": "Dès 11 ans."})
    site.post(f"{AT}envoyer/")
    found.refresh_from_db()
    operations.accept_application(application=found, actor=ACTOR, at=timezone.now())
    assert "signez la convention" in posted()[-1].subject

    page = site.get(f"{AT}convention/").content.decode()
    assert "Aïcha Diallo, Trésorière" in page
    draft = site.get(f"{AT}convention/convention.pdf").content
    assert "À signer par Aïcha Diallo" in text_of(draft)
    site.post(f"{AT}convention/code/")
    signed = site.post(f"{AT}convention/", code=figures())
    assert signed.status_code == 302

    partner, agreement = Partner.objects.get(), PartnerAgreement.objects.get()
    assert (partner.siret, partner.town, partner.domains) == (SIRET, "Nanterre", ["SPORT"])
    assert partner.latitude is not None
    assert operations.open_iban(partner) == IBAN
    document = site.get(f"{AT}convention/convention.pdf").content
    assert hashlib.sha256(document).hexdigest() == agreement.sha256
    assert agreeing.is_intact(agreement)
    read = text_of(document)
    assert comes_in_order(
        read, "Convention de partenariat Pass+", SIRET, "IBAN …0189", "Signée par",
        "Aïcha Diallo, Trésorière", "Par un code envoyé à", "bureau@judo.example.org",
        str(agreement.code_id_sent), "Laïcité et égalité", plain(DECLARATIONS["EQUAL_ACCESS"][:40]),
    ), read  # fmt: skip
    assert IBAN not in read
    assert "Aïcha" not in str(reader(document).metadata)
    assert "Judo Club de Nanterre" in site.get("/partenaires/annuaire/").content.decode()
    assert "Vous êtes partenaire" in posted()[-1].subject


def test_what_was_signed_cannot_be_another_document(site) -> None:
    accepted(site)
    posted()
    site.post(f"{AT}convention/code/")
    site.post(f"{AT}convention/", code=figures())
    kept = PartnerAgreement.objects.get()

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        PartnerAgreement.objects.filter(pk=kept.pk).update(document=b"%PDF-1.7 other")
    with (
        pytest.raises(IntegrityError, match="passplus_agreement_is_what_was_signed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO passplus_partneragreement (public_id, application_id, partner_id, terms_id,"
            " signer_name, signer_role, signer_email, code_id_sent, signed_at, document, sha256)"
            " SELECT gen_random_uuid(), application_id, partner_id, terms_id, signer_name, signer_role,"
            " signer_email, code_id_sent, signed_at, 'other'::bytea, sha256"
            " FROM passplus_partneragreement"
        )


def test_nobody_opens_an_application_without_the_code(site) -> None:
    begin(site)
    stranger = Site()
    stranger.post(AT, siret=SIRET, email="bureau@judo.example.org")
    right = figures()
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for page in ("suivi/", "structure/", "convention/", "convention/convention.pdf"):
        assert stranger.get(f"{AT}{page}").headers["Location"] == AT
    for _try in range(5):
        assert stranger.post(f"{AT}code/", code=wrong).status_code == 422
    assert stranger.post(f"{AT}code/", code=right).status_code == 422
    assert PartnerCode.objects.latest("pk").tries == 5
    assert stranger.get(f"{AT}suivi/").status_code == 302


def test_a_code_serves_once_and_not_for_the_other_purpose(site) -> None:
    application = accepted(site)
    posted()
    second = Site()
    second.post(AT, siret=SIRET, email="bureau@judo.example.org")
    opening = figures()
    assert site.post(f"{AT}convention/", code=opening).status_code == 422
    assert second.post(f"{AT}code/", code=opening).status_code == 302
    with pytest.raises(operations.CodeRefused):
        operations.open_application(
            public_id=application.public_id, code=opening, at=timezone.now()
        )
    assert not PartnerAgreement.objects.exists()


def test_the_code_is_not_in_the_database(site) -> None:
    site.post(AT, siret=SIRET, email="bureau@judo.example.org")
    code = figures()
    with connection.cursor() as cursor:
        for table in ("passplus_partnercode", "passplus_partnerapplication", "commons_outboxevent"):
            cursor.execute(
                f"SELECT count(*) FROM {table} AS one WHERE one::text LIKE %s", [f"%{code}%"]
            )
            assert cursor.fetchone() == (0,), table
    with override_settings(SEALING_SECRETS=["another secret, long enough to be one"]):
        assert site.post(f"{AT}code/", code=code).status_code == 422


def test_a_young_body_is_told_from_when_it_may_sign(site) -> None:
    begin(site)
    young = timezone.localdate() - datetime.timedelta(days=300)
    fill(site)
    site.post(f"{AT}structure/", **BODY | {"founded_on": young.strftime("%d/%m/%Y")})
    site.post(f"{AT}envoyer/")
    found = PartnerApplication.objects.get()
    operations.accept_application(application=found, actor=ACTOR, at=timezone.now())

    page = site.get(f"{AT}suivi/")
    assert "Vous pourrez signer à partir du" in page.content.decode()
    assert not page.context["page"].may_sign
    with pytest.raises(operations.TooYoung):
        operations.send_signing_code(application=found, at=timezone.now())


def test_a_company_declares_more_and_a_changed_kind_asks_again(site) -> None:
    begin(site)
    fill(site)
    site.post(f"{AT}structure/", **BODY | {"kind": "COMPANY"})

    site.post(f"{AT}envoyer/")
    assert PartnerApplication.objects.get().state == "DRAFT"
    short = {"declared": [code for code in DECLARATIONS if code != "SCHOOLING"]}
    assert site.post(f"{AT}engagements/", **short).status_code == 422
    assert site.post(f"{AT}engagements/", declared=list(DECLARATIONS)).status_code == 302


def test_what_was_refused_forgets_its_account_and_says_why(site) -> None:
    begin(site)
    fill(site)
    site.post(f"{AT}envoyer/")
    posted()
    found = PartnerApplication.objects.get()
    with pytest.raises(operations.ReasonMissing):
        operations.refuse_application(application=found, words=" ", actor=ACTOR, at=timezone.now())
    operations.refuse_application(
        application=found, words="Hors du champ.", actor=ACTOR, at=timezone.now()
    )

    found.refresh_from_db()
    assert (found.state, found.sealed_iban, found.iban_ending) == ("REFUSED", None, "")
    assert "Hors du champ." in posted()[-1].body
    with pytest.raises(operations.ApplicationLocked):
        operations.accept_application(application=found, actor=ACTOR, at=timezone.now())
    assert not Partner.objects.exists()
    assert not OutboxEvent.objects.filter(name="passplus.application.signed").exists()


def test_what_is_left_is_forgotten_and_what_was_signed_stays(site) -> None:
    signed = accepted(site)
    posted()
    site.post(f"{AT}convention/code/")
    site.post(f"{AT}convention/", code=figures())
    Site().post(AT, siret="73282932000074", email="autre@exemple.fr")
    now = timezone.now()

    assert operations.forget_applications(at=now + datetime.timedelta(days=89)) == 0
    assert operations.forget_applications(at=now + datetime.timedelta(days=91)) == 1
    assert operations.forget_applications(at=now + datetime.timedelta(days=9999)) == 0
    assert PartnerApplication.objects.get() == signed
    assert PartnerCode.objects.filter(application=signed).exists()


@pytest.mark.parametrize(
    ("page", "said", "field"),
    [
        ("structure", BODY | {"founded_on": "01/01/2999"}, "founded_on"),
        ("structure", BODY | {"postal_code": "920"}, "postal_code"),
        ("offre", OFFER | {"site": "javascript:alert(1)"}, "site"),
        ("compte", PAYEE | {"iban": "FR7630006000011234567890188"}, "iban"),
        ("compte", PAYEE | {"signer_phone": "12"}, "signer_phone"),
    ],
)
def test_a_wrong_answer_is_said_beside_its_question(site, page, said, field) -> None:
    begin(site)
    answer = site.post(f"{AT}{page}/", **said)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors

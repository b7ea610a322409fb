"""What agents do on partners: the effect first, then the operation; and what only a second person may."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from django.urls import reverse

from commons.models import OutboxEvent
from console.acts import url_for
from console.admin.partners import in_groups
from federation.passplus import operations
from federation.passplus.models import Partner, PartnerIban, PartnerTerms, TicketKey
from federation.passplus.signing import published_keys
from tenants.accounts.capabilities import Role
from tests.access.partners import partners

pytestmark = pytest.mark.usefixtures("tenant_db")


def done(agent: Any, act: str, /, *rows: object, **answers: Any) -> str:
    """Show the effect, then confirm it; what the last page said."""
    url = url_for(act, *rows)
    shown = agent.post(url, **answers)
    stamp = re.search(r'name="fingerprint" value="([^"]+)"', shown.content.decode())
    if stamp is None:
        return str(shown.content.decode())
    return str(agent.post(url, **answers | {"fingerprint": stamp[1]}).status_code)


def test_who_gave_an_account_does_not_check_it(agent) -> None:
    here = partners()
    site = agent(Role.ADMINISTRATOR)
    given = {"iban": "DE89 3704 0044 0532 0130 00", "holder": "Judo Club"}
    assert done(site, "give-partner-iban", here["partner"], **given) == "302"
    iban = PartnerIban.objects.latest("pk")
    assert iban.confirmed_at is None
    done(site, "confirm-partner-iban", iban)
    iban.refresh_from_db()
    assert iban.confirmed_at is None

    colleague = agent(Role.INSTRUCTOR)
    assert done(colleague, "confirm-partner-iban", iban) == "302"
    assert operations.open_iban(here["partner"]) == "DE89370400440532013000"
    page = colleague.get(reverse("console:passplus_partneriban_change", args=[iban.pk]))
    assert "DE89" not in page.content.decode()


def test_the_sheet_moves_with_its_town_and_a_text_is_published_with_its_articles(agent) -> None:
    here = partners()
    site = agent(Role.INSTRUCTOR)
    sheet = {"name": "Judo", "domains": "SPORT", "town": "Versailles", "postal_code": "78000"}
    assert done(site, "change-partner", here["partner"], **sheet) == "302"
    here["partner"].refresh_from_db()
    assert 48.79 < here["partner"].latitude < 48.82
    assert "Île-de-France" in done(
        site, "change-partner", here["partner"], **sheet | {"town": "Lyon", "postal_code": "69001"}
    )
    text = {
        "version": "2027", "title": "Convention", "least_years": "1",
        "articles": "Objet\nLe sport.\nPour tous.\n\nDurée\nUn an.",
    }  # fmt: skip
    assert done(site, "publish-partner-terms", here["terms"], **text) == "302"
    assert [one["title"] for one in PartnerTerms.objects.latest("pk").articles] == [
        "Objet",
        "Durée",
    ]


def test_a_change_that_a_partner_asks_for_is_read_then_accepted_or_refused(agent) -> None:
    here = partners()
    site = agent(Role.INSTRUCTOR)
    page = site.get(reverse("console:passplus_sheetproposal_change", args=[here["sheet"].pk]))
    assert "Téléphone\u00a0: 0147000000" in page.content.decode()

    assert done(site, "refuse-partner-sheet", here["sheet"], reason=" ") != "302"
    assert done(site, "accept-partner-sheet", here["sheet"]) == "302"

    here["sheet"].partner.refresh_from_db()
    assert here["sheet"].partner.phone == "0147000000"
    again = site.get(reverse("console:passplus_sheetproposal_changelist"), a_lire="oui")
    assert here["sheet"].partner.name not in again.content.decode()


def test_an_agent_reads_what_was_signed_byte_for_byte(agent) -> None:
    agreement = partners()["partner_agreement"]
    address = reverse("console:partner-agreement-document", args=[agreement.public_id])
    assert agent(Role.REGISSEUR).get(address).status_code == 403
    site = agent(Role.INSTRUCTOR)

    assert hashlib.sha256(site.get(address).content).hexdigest() == agreement.sha256
    page = site.get(reverse("console:passplus_partneragreement_change", args=[agreement.pk]))
    assert in_groups(agreement.sha256) in page.content.decode()


def test_a_partner_signed_on_paper_is_affiliated_and_its_manager_invited(agent) -> None:
    site = agent(Role.INSTRUCTOR)
    sheet = {
        "siret": "418 166 096 00069", "name": "Vélo Club", "kind": "ASSOCIATION",
        "domains": "SPORT", "town": "Nanterre", "postal_code": "92000",
    }  # fmt: skip
    assert done(site, "affiliate-partner", **sheet) == "302"
    partner = Partner.objects.get(siret="41816609600069")
    assert partner.latitude is not None
    assert "SIRET" in done(site, "affiliate-partner", **sheet)  # once

    asked = {"email": "Vera@Club.example", "role": "MANAGER"}
    assert done(site, "invite-partner-member", partner, **asked) == "302"
    (invitation,) = partner.invitations.all()
    assert (invitation.email, invitation.role) == ("vera@club.example", "MANAGER")
    told = OutboxEvent.objects.filter(name="passplus.member.invited")
    assert told.get().payload == {"invitation_id": invitation.pk}
    page = reverse("console:passplus_partner_change", args=[partner.pk])
    assert "vera@club.example, invitation partie" in site.get(page).content.decode()


def test_the_departement_lets_the_last_manager_go(agent) -> None:
    member = partners()["staff_member"]
    site = agent(Role.INSTRUCTOR)
    page = reverse("console:passplus_partner_change", args=[member.partner_id])
    assert "Ada Tatami" in site.get(page).content.decode()

    assert done(site, "end-partner-member", member) == "302"

    member.refresh_from_db()
    assert member.ended_at is not None
    assert "Ada Tatami" not in site.get(page).content.decode()
    assert "Ada Tatami" not in agent(Role.REGISSEUR).get(page).content.decode()


@pytest.mark.parametrize(("answers", "state"), [({}, "FORMER"), ({"withdraw": "on"}, "WITHDRAWN")])
def test_another_key_signs_tickets(agent, answers, state) -> None:
    key = partners()["ticket_key"]
    assert agent(Role.INSTRUCTOR).get(url_for("replace-ticket-key", key)).status_code == 403
    site = agent(Role.ADMINISTRATOR)

    assert done(site, "replace-ticket-key", key, **answers) == "302"

    key.refresh_from_db()
    assert key.state == state
    assert (key.kid in str(published_keys())) == (state == "FORMER")
    listed = site.get("/console/passplus/ticketkey/").content.decode()
    assert TicketKey.objects.get(state="CURRENT").kid[:8] in listed

"""Pass+ between départements, at the console: agree, state a month, accept it, and keep its files."""

from __future__ import annotations

import csv
import io
import re

import pytest
import time_machine

from federation.passplus import clearing
from federation.passplus.models import GuestCapture
from federation.reciprocity import queries
from federation.reciprocity.models import Ending
from tenants.accounts.capabilities import Role
from tests.access.reciprocity import between, neighbours
from tests.access.world import NOW
from tests.factories.passplus import make_partner
from tests.pdfs import text_of
from tests.portal.households import text

__all__ = ("between",)
pytestmark = pytest.mark.usefixtures("between")  # before the transaction of the test
PAGE = "/console/entre-departements/"


@pytest.fixture
def shared(between, site):
    with time_machine.travel(NOW, tick=False):
        yield neighbours(between, make_partner())


def act(site, name, key, **answers):
    url = f"/console/actes/{name}/?sur={key}"
    shown = site.post(url, **answers)
    stamp = re.search(r'name="fingerprint" value="([^"]+)"', shown.content.decode())
    assert stamp, text(shown)
    return text(shown), text(site.follow(site.post(url, fingerprint=stamp[1], **answers)))


def test_an_administrator_signs_and_ends(agent, shared):
    site = agent(Role.ADMINISTRATOR)
    assert "Signer la convention" in text(site.get(PAGE))

    shown, done = act(
        site, "sign-agreement", shared["proposal"].public_id, signatory="Mme Roy, présidente"
    )
    assert "mot pour mot" in shown
    assert "Mme Roy, présidente" in done
    shown, done = act(
        site, "end-agreement", shared["agreement"].public_id, ends_on="2025-01-01", reason="Budget"
    )
    assert "Ce qui est déjà validé reste dû" in shown
    assert "En vigueur, finit le 1er janvier 2025" in done.replace("\xa0", " ")
    assert Ending.objects.get().reason == "Budget"


def test_a_month_is_stated_checked_line_by_line_and_accepted(agent, shared):
    site = agent(Role.REGISSEUR)
    page = text(site.get(PAGE))
    assert "Val-de-Marne nous doit 4,00" in page.replace("\xa0", " ").replace("\u202f", " ")

    shown, done = act(site, "prepare-clearing", "94", month="2024-10-01")
    assert "Nous devons 7,00" in shown.replace("\xa0", " ").replace("\u202f", " ")
    assert "Club de Créteil (94)" in done
    shown, done = act(
        site, "sign-clearing", shared["statement"].public_id, signatory="M. Roux, payeur"
    )
    assert "toutes dans votre grand livre" in shown
    assert "Accepté, à payer" in done
    shown, _done = act(
        site, "settle-clearing", shared["agreed"].public_id,
        reference="VIR 12", received_on="2024-11-08",
    )  # fmt: skip
    assert "Reçu" in shown
    assert clearing.standing_with("d94").booked_cents == -5_00


def test_a_line_that_is_not_in_our_books_is_shown_and_refused(agent, shared):
    site = agent(Role.REGISSEUR)
    _shown, _done = act(site, "prepare-clearing", "94", month="2024-10-01")
    late = queries.statements().get(month="2024-10-01")
    url = f"/console/actes/sign-clearing/?sur={late.public_id}"
    shown = text(site.post(url, signatory="M. Roux"))

    assert "pas dans votre grand livre" in shown
    assert "fingerprint" not in shown


def test_the_files_of_a_statement_say_the_same_to_the_cent(agent, shared):
    site = agent(Role.READER)
    statement = shared["agreed"]
    document = site.get(f"{PAGE}{statement.public_id}/releve.pdf")
    said = text_of(document.content)
    assert "Relevé Pass+ d’août 2024" in said.replace("'", "’")
    assert "Club de Vanves" in said
    assert "À payer par Val-de-Marne à Hauts-de-Seine" in said

    answer = site.get(f"{PAGE}{statement.public_id}/lignes.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    (line,) = rows[1:]
    (kept,) = queries.lines_of(statement)
    assert line[0] == str(kept.capture.public_id)
    assert line[-1] == "9,00"
    assert statement.second_owes_cents == 9_00


def test_a_ticket_of_elsewhere_is_named_by_its_reference(agent, shared):
    """The neighbour is in another transaction: what is done there is in the tests of the room."""
    guest = GuestCapture.objects.get()
    site = agent(Role.REGISSEUR)
    answers = {"kind": "TICKETS", "wrongs": str(guest.public_id), "reason": "Séance annulée"}
    url = "/console/actes/ask-correction/"

    shown = text(site.post(url, **answers)).replace("\xa0", " ").replace("\u202f", " ")

    assert "Rendu à un autre département 9,00 €" in shown
    assert str(guest.public_id) in shown
    refused = text(site.post(url, **answers | {"wrongs": f"{guest.public_id} 4,00"}))
    assert "se reprend en entier, et seul" in refused


def test_the_agreement_is_kept_as_a_pdf_under_the_digest_that_was_signed(agent, shared):
    agreement = shared["agreement"]

    site = agent(Role.READER)
    said = text_of(site.get(f"{PAGE}{agreement.public_id}/convention.pdf").content)
    proposed = text_of(site.get(f"{PAGE}{shared['proposal'].public_id}/convention.pdf").content)

    assert "Proposition de convention" in proposed
    assert "Convention Pass+" in said
    assert "Délibération 7" in said
    assert queries.digest_of(agreement) in said.replace("\n", "").replace(" ", "")

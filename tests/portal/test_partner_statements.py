"""What a partner reads of its payments: statements, line by line; what it disputes; what it is written."""

from __future__ import annotations

import datetime
import io

import pytest
from pypdf import PdfReader

from commons import outbox
from federation.passplus.models import PartnerMember, PartnerRole, StatementDispute
from federation.passplus.reimbursing import operations
from federation.passplus.reimbursing.operations import Wrong
from tests.factories.passplus import make_card
from tests.factories.reimbursing import (
    ANNE,
    BRUNO,
    NOVEMBER,
    approved,
    captured,
    paying,
    with_account,
)
from tests.factories.tills import make_member
from tests.portal.test_partner_pages import signed_in, text

NOW = NOVEMBER
LATER = datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def member(site) -> PartnerMember:
    found = make_member()
    with_account(found.partner)
    paying()
    captured(make_card(), found.partner, 12_34)
    return found


def test_a_manager_reads_the_statement_as_a_page_a_document_and_a_table(site, member):
    statement = approved().statements.get()
    space = signed_in(site, member)

    page = text(space.get("/partenaires/releves/"))
    assert f"{statement.number} " in page
    assert "Virement demandé" in page
    address = f"/partenaires/releves/{statement.public_id}/"
    page = text(space.get(address))
    assert "Nous vous versons 12,34 €" in page
    assert "sur le compte qui finit par 2606" in page
    document = PdfReader(io.BytesIO(space.get(f"{address}releve.pdf").content))
    words = " ".join(document.pages[0].extract_text().split()).replace("\u00a0", " ")
    assert statement.number in words
    assert "12,34 €" in words
    table = space.get(f"{address}releve.csv").content.decode("utf-8-sig").splitlines()
    ticket = member.partner.captures.get()
    assert table[1] == f"{statement.number};{ticket.code};2023-10-02;12,34;12,34"


def test_a_line_is_disputed_once_and_the_answer_is_read(site, member):
    statement = approved().statements.get()
    line = statement.lines.get()
    space = signed_in(site, member)
    address = f"/partenaires/releves/{statement.public_id}/"
    form = f"{address}contester/{line.pk}/"
    assert space.post(form, text=" ").status_code == 422

    done = space.post(form, text="Il manque 5 €")

    assert done.headers["Location"] == address
    assert "En attente de réponse" in text(space.get(address))
    assert "Vous avez déjà contesté cette ligne" in text(space.post(form, text="Encore"))
    operations.answer_statement_dispute(
        dispute=StatementDispute.objects.get(), is_accepted=False, answer="C'est le bon montant.",
        actor=BRUNO, at=NOVEMBER,
    )  # fmt: skip
    assert "C'est le bon montant." in text(space.get(address))


def test_others_read_nothing_of_it(site, member):
    statement = approved().statements.get()
    address = f"/partenaires/releves/{statement.public_id}/"
    assert "/partenaires/connexion/" in site.get(address).headers["Location"]
    other = make_member()
    assert signed_in(site, other).get(address).status_code == 404
    site.post("/partenaires/deconnexion/")
    till = make_member(partner=member.partner, role=PartnerRole.TILL)
    assert signed_in(site, till).get(address).status_code == 403


def test_those_who_manage_are_written_to_at_each_step(site, member, mailoutbox):
    payout = approved().order.payouts.get()
    operations.record_return(
        payout=payout, reason="AC04", on=NOVEMBER.date(), actor=ANNE, at=NOVEMBER
    )
    asked = operations.ask_correction(
        kind="LESS", wrongs=[Wrong(member.partner.siret, 2_00)], reason="Trop payé", actor=ANNE,
        at=NOVEMBER,
    )  # fmt: skip
    operations.approve_correction(correction=asked, actor=BRUNO, at=NOVEMBER)
    dispute = operations.dispute_statement_line(
        line=payout.statement.lines.get(), text="?", actor=ANNE, at=NOVEMBER
    )
    operations.answer_statement_dispute(
        dispute=dispute, is_accepted=True, answer="Oui.", actor=BRUNO, at=NOVEMBER
    )

    outbox.deliver_pending(at=LATER)

    ours = [one for one in mailoutbox if one.to == [member.user.email]]
    subjects = [one.subject.replace("\u00a0", " ") for one in ours]
    assert subjects[-4:] == [
        "Votre relevé Pass+ : 12,34 €",
        "Notre virement est revenu : donnez un autre compte",
        "Une correction sur vos paiements Pass+",
        f"Notre réponse sur votre relevé {payout.statement.number}",
    ]
    assert "Nous retiendrons 2,00 €" in ours[-2].body.replace("\u00a0", " ")

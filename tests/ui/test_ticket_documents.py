"""A ticket on paper is scanned by a reader that shares nothing with what drew it."""

from __future__ import annotations

import io

import pytest
import typst
import zxingcpp
from PIL import Image

from federation.passplus import operations
from federation.passplus.signing import ticket_text
from tests.factories.passplus import AUTUMN, make_card, make_partner, new_key
from tests.factories.tariffs import ACTOR
from ui import mail
from ui.documents.tickets import ticket_file, ticket_sheet
from ui.documents.typesetting import FOLDER, TEMPLATE, fonts, inputs

pytestmark = pytest.mark.usefixtures("tenant_db")


@pytest.mark.parametrize("is_named", [True, False])
def test_the_paper_is_scanned_and_says_what_was_signed(is_named):
    ticket = operations.make_ticket(
        card=make_card(), purse="sport", cents=25_00, key=new_key(), actor=ACTOR, at=AUTUMN,
        partner=make_partner() if is_named else None,
    )  # fmt: skip
    sheet = ticket_sheet(ticket, departement=mail.current_departement())

    page = typst.compile(
        str(TEMPLATE), root=str(FOLDER), font_paths=fonts(), sys_inputs=inputs(sheet),
        format="png", ppi=150,
    )  # fmt: skip

    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page)))
    assert found.text == ticket_text(ticket)
    assert ticket_file(ticket, at=AUTUMN).content.startswith(b"%PDF")
    assert ticket.purse.card.pupil.last_name not in str(sheet.facts)

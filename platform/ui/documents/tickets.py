"""A Pass+ ticket on paper: its code to scan and to type, how much, until when. Nobody's full name."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from commons.money import format_euros
from federation.passplus.engine import spending
from federation.passplus.holding import last_day_of
from federation.passplus.models import Ticket
from federation.passplus.signing import ticket_text
from ui import mail, qr, wording
from ui.documents.files import File, plain_name
from ui.documents.sheets import Picture, Sheet, sender_of
from ui.documents.typesetting import typeset
from ui.pass_plus_words import spaced

if TYPE_CHECKING:
    from tenants.registry.models import Departement


def ticket_file(ticket: Ticket, *, at: datetime.datetime) -> File:
    """A ticket as a PDF, to print or to keep."""
    sheet = ticket_sheet(ticket, departement=mail.current_departement())
    return File(plain_name("ticket pass plus", ticket.code), typeset(sheet, at=at))


def ticket_sheet(ticket: Ticket, *, departement: Departement) -> Sheet:
    """What a ticket says on paper."""
    card = ticket.purse.card
    purse = spending.purse_of(card.campaign.rules, ticket.purse.code)
    code = spaced(ticket.code)
    anybody = _("Un partenaire Pass+ %(purse)s") % {"purse": purse.label}
    return Sheet(
        title=_("Ticket Pass+ %(code)s") % {"code": code},
        heading=_("Ticket Pass+ de %(amount)s") % {"amount": format_euros(ticket.cents)},
        sender=sender_of(departement, regie_name=card.campaign.label, regie_siret=""),
        addressee=(),
        facts=(
            (_("Pour"), card.pupil.first_name),
            (_("Porte-monnaie"), purse.label),
            (_("Chez"), ticket.made_out_to.name if ticket.made_out_to else anybody),
            (
                _("À utiliser"),
                _("jusqu'au %(day)s inclus") % {"day": wording.full_date(last_day_of(ticket))},
            ),
        ),
        tables=(),
        picture=Picture(
            svg=qr.svg(ticket_text(ticket)),
            said=_("Code à scanner. Le code à taper est écrit dessous."),
            under=code,
        ),
        sums=((_("Montant du ticket"), format_euros(ticket.cents)),),
        notes=(
            _("Montrez ce ticket au partenaire. Il le scanne, ou il tape le code."),
            _("Ce papier vaut de l'argent : gardez-le, ne le prêtez pas."),
        ),
    )

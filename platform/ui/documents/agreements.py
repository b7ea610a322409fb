"""The agreement of a partner as a PDF: what it says, who signed, when, and with which code."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _

from federation.passplus.agreeing import ToSign, Typeset
from ui import mail, wording
from ui.documents.sheets import Sheet, Table, sender_of
from ui.documents.typesetting import typeset
from ui.passplus_texts import DOMAINS


def typesetter(*, at: datetime.datetime) -> Typeset:
    """What sets an agreement, for the operation that keeps it."""
    return lambda said: typeset(sheet_of(said), at=at)


def sheet_of(said: ToSign) -> Sheet:
    """What an agreement says."""
    notes = [wording.typographic(_("Un texte d'essai : le Département doit publier le sien."))]
    return Sheet(
        title=said.title,
        heading=said.title,
        sender=sender_of(mail.current_departement(), regie_name="", regie_siret=""),
        addressee=(said.name, *said.address),
        facts=(
            (_("Partenaire"), said.name),
            ("SIRET", said.siret),
            (_("Domaines"), wording.and_list([str(DOMAINS[one]) for one in said.domains])),
            (_("Payé à"), f"{said.account_holder}, IBAN …{said.iban_ending}"),
            (_("Version du texte"), said.version),
            *_signature(said),
        ),
        tables=(
            _lines(_("Ce qui est convenu"), [(one.title, one.text) for one in said.articles]),
            _lines(
                _("Ce que le partenaire déclare"),
                [(str(rank), words) for rank, words in enumerate(said.declarations, start=1)],
            ),
        ),
        sums=(),
        notes=tuple(notes if said.is_illustrative else ()),
    )


def _lines(title: str, rows: list[tuple[str, str]]) -> Table:
    return Table(
        title=title,
        columns=(_("Article"),),
        numbers=(),
        rows=tuple(((wording.typographic(f"{head}. {text}"), ""),) for head, text in rows),
    )


def _signature(said: ToSign) -> tuple[tuple[str, str], ...]:
    who = f"{said.signer_name}, {said.signer_role}"
    if said.signed_at is None:
        return ((_("Signature"), _("À signer par %(who)s") % {"who": who}),)
    at = f"{wording.full_date(said.signed_at)}, {wording.clock(said.signed_at)}"
    return (
        (_("Signée par"), who),
        (_("Signée le"), at),
        (_("Par un code envoyé à"), said.signer_email),
        (_("Référence du code"), said.code_reference),
    )

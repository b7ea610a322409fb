"""The agreement of two départements, as each keeps it: the same text, under the digest that was signed."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _

from federation.reciprocity import queries
from federation.reciprocity.models import Agreement
from ui import mail, wording
from ui.documents.files import File, plain_name
from ui.documents.sheets import Fact, Sheet, Table, sender_of
from ui.documents.typesetting import typeset
from ui.reciprocity_texts import domains_said


def agreement_file(agreement: Agreement, *, at: datetime.datetime) -> File:
    """An agreement, or what is proposed, as a PDF."""
    other = queries.code_of(queries.other_party(agreement))
    name = f"convention-pass-plus-{other}-{agreement.valid_from:%Y-%m}"
    return File(plain_name(name), typeset(agreement_sheet(agreement), at=at))


def agreement_sheet(agreement: Agreement) -> Sheet:
    """What is agreed, who signed it, and the digest of the text that both signed."""
    parties = [queries.name_of(agreement.proposed_by), queries.name_of(agreement.proposed_to)]
    heading = (
        _("Convention Pass+")
        if queries.is_signed_by_both(agreement)
        else _("Proposition de convention Pass+")
    )
    until = agreement.valid_until
    return Sheet(
        title=f"{heading}, {wording.and_list(parties)}",
        heading=heading,
        sender=sender_of(mail.current_departement(), regie_name="", regie_siret=""),
        addressee=(queries.name_of(queries.other_party(agreement)),),
        facts=(
            (_("À partir du"), wording.full_date(agreement.valid_from)),
            (
                _("Premier jour sans convention"),
                wording.full_date(until) if until is not None else _("Quand l'un des deux le dit"),
            ),
            (_("Délibérations"), agreement.legal_basis),
            *_said(agreement),
        ),
        tables=(_terms(agreement),),
        sums=(),
        notes=(
            _("Empreinte SHA-256 du texte signé : %(digest)s")
            % {"digest": queries.digest_of(agreement)},
            _("Le département du jeune paie. Le partenaire est payé par le sien."),
            _("Aucun des deux ne dit à l'autre quel jeune a utilisé son Pass+."),
        ),
    )


def _said(agreement: Agreement) -> list[Fact]:
    signed = [
        (
            _("Signée par %(name)s") % {"name": queries.name_of(one.signed_by)},
            f"{one.signatory}, {wording.full_date(one.signed_at)}",
        )
        for one in agreement.signatures.all()
    ]
    ended = [
        (
            _("Fin dite par %(name)s") % {"name": queries.name_of(one.ended_by)},
            wording.full_date(one.ends_on),
        )
        for one in agreement.endings.all()
    ]
    return signed + ended


def _terms(agreement: Agreement) -> Table:
    return Table(
        title=_("Ce qu'elle ouvre"),
        columns=(_("Pass+ de"), _("Chez les partenaires de"), _("Pour")),
        numbers=(),
        rows=tuple(
            (
                (queries.name_of(term.holder), ""),
                (queries.name_of(term.partner), ""),
                (domains_said(term.domains), ""),
            )
            for term in agreement.terms.all()
        ),
    )

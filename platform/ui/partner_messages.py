"""Handlers that write to partners: the codes, and each answer to what they asked. As `ui.messages`.

They say nothing of an account but its last four figures. A code is in its message and nowhere else.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.models import OutboxEvent
from commons.outbox import handles
from federation.passplus import partner_codes, queries, sheet_queries
from federation.passplus.models import PartnerCode
from federation.passplus.reimbursing import queries as reimbursing
from ui import mail

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """What a message says; `route` is the page its button opens."""

    subject: str | Promise
    lines: tuple[str | Promise, ...]
    action: str | Promise
    route: str = "portal:partner-application"


_RESUME = gettext_lazy("Ouvrir la demande")
TOLD = {
    "passplus.application.submitted": Told(
        gettext_lazy("Votre demande de partenariat est arrivée"),
        (gettext_lazy("Nous l'étudions."), gettext_lazy("Nous vous écrirons.")),
        _RESUME,
    ),
    "passplus.application.asked": Told(
        gettext_lazy("Votre demande de partenariat attend une réponse"),
        (gettext_lazy("Changez ce qu'il faut, puis envoyez de nouveau."),),
        _RESUME,
    ),
    "passplus.application.accepted": Told(
        gettext_lazy("Votre demande est acceptée : signez la convention"),
        (gettext_lazy("Il reste à lire la convention et à la signer en ligne."),),
        gettext_lazy("Lire et signer"),
    ),
    "passplus.application.refused": Told(
        gettext_lazy("Votre demande de partenariat est refusée"),
        (gettext_lazy("Vous pouvez faire une autre demande."),),
        gettext_lazy("Voir les conditions"),
        "portal:partner-apply",
    ),
    "passplus.application.signed": Told(
        gettext_lazy("Vous êtes partenaire du Pass+"),
        (
            gettext_lazy("La convention est signée, et gardée avec son empreinte."),
            gettext_lazy("Votre structure est dans l'annuaire."),
        ),
        gettext_lazy("Lire la convention"),
    ),
    "passplus.partner.ended": Told(
        gettext_lazy("Votre partenariat Pass+ est terminé"),
        (
            gettext_lazy("Vous ne pouvez plus valider de ticket."),
            gettext_lazy("Les tickets déjà validés vous seront payés."),
        ),
        gettext_lazy("Voir les conditions"),
        "portal:partner-apply",
    ),
    "passplus.iban.given": Told(
        gettext_lazy("Un autre compte bancaire a été donné pour vous"),
        (
            gettext_lazy("Il ne servira qu'après une vérification."),
            gettext_lazy("Ce n'est pas vous ? Appelez-nous tout de suite."),
        ),
        gettext_lazy("Ouvrir l'annuaire"),
        "portal:partner-directory",
    ),
}


SHEETS = {
    "passplus.sheet.accepted": Told(
        gettext_lazy("Votre fiche est changée"),
        (gettext_lazy("Les familles lisent maintenant ce que vous avez demandé."),),
        gettext_lazy("Voir votre fiche"),
        "portal:partner-sheet",
    ),
    "passplus.sheet.refused": Told(
        gettext_lazy("Votre fiche n'a pas changé"),
        (gettext_lazy("Nous n'avons pas accepté votre demande."),),
        gettext_lazy("Voir votre fiche"),
        "portal:partner-sheet",
    ),
}


@handles("passplus.partner_code.asked")
def send_code(event: OutboxEvent) -> None:
    """Write a code to the address of an application, while it may still serve."""
    code = queries.partner_code_by_id(event.payload["code_id"])
    if code.ended_at is not None:
        return
    figures = partner_codes.figures_of(code)
    signs = code.purpose == PartnerCode.Purpose.SIGN
    told = Told(
        _("Votre code pour signer : %(code)s") % {"code": figures}
        if signs
        else _("Votre code : %(code)s") % {"code": figures},
        (
            _("Votre code : %(code)s") % {"code": figures},
            _("Il signe la convention Pass+.") if signs else _("Il ouvre votre demande."),
            _("Il est valable vingt minutes, et sert une fois."),
            _("Vous n'avez rien demandé ? Ne faites rien."),
        ),
        _("Taper le code"),
        "portal:partner-agreement" if signs else "portal:partner-apply-code",
    )
    application = code.application
    _write(event, told, email=application.email, name=str(application), part=str(code.public_id))


@handles(
    "passplus.application.submitted",
    "passplus.application.asked",
    "passplus.application.accepted",
    "passplus.application.refused",
    "passplus.application.signed",
)
def tell_application(event: OutboxEvent) -> None:
    """Write to the applicant where the application stands, in the agent's words."""
    found = queries.application_by_id(event.payload["application_id"])
    is_answer = event.name.endswith((".asked", ".accepted", ".refused"))
    _write(
        event,
        TOLD[event.name],
        email=found.email,
        name=found.signer_name or str(found),
        part=str(found.public_id),
        words=found.answer if is_answer else "",
    )


@handles("passplus.partner.ended")
def tell_ended(event: OutboxEvent) -> None:
    """Write to a partner that its affiliation ended, and why."""
    partner = queries.partner_by_id(event.payload["partner_id"])
    _write(
        event,
        TOLD[event.name],
        email=queries.contact_of(partner),
        name=partner.name,
        part=str(partner.public_id),
        words=partner.ended_because,
    )


@handles("passplus.iban.given")
def tell_iban_given(event: OutboxEvent) -> None:
    """Write to a partner that somebody gave another account for it."""
    iban = queries.iban_by_id(event.payload["iban_id"])
    _write(
        event,
        TOLD[event.name],
        email=queries.contact_of(iban.partner),
        name=iban.partner.name,
        part=str(iban.public_id),
        words="",
    )


@handles("passplus.sheet.accepted", "passplus.sheet.refused")
def tell_sheet(event: OutboxEvent) -> None:
    """Write to those who manage a partner what became of what it asked for, in the agent's words."""
    proposal = sheet_queries.proposal_by_id(event.payload["proposal_id"])
    for reader in reimbursing.readers_of(proposal.partner):
        _write(
            event,
            SHEETS[event.name],
            email=reader.email,
            name=reader.first_name or proposal.partner.name,
            part=f"{proposal.public_id}:{reader.key}",
            words=proposal.answer,
        )


def _write(
    event: OutboxEvent, told: Told, *, email: str, name: str, part: str, words: str = ""
) -> None:
    if not email:
        return
    mail.compose(
        "partner_told",
        event=event,
        recipient=mail.Recipient(email=email, first_name=name),
        part=part,
        context={
            "told": told,
            "words": words,
            "action_url": mail.portal_address(reverse(told.route)),
        },
    ).send()

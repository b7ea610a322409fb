"""Partners and their files, for whoever comes to a door."""

from __future__ import annotations

from typing import Any

from commons.actors import Actor
from federation.passplus import applying, operations
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import PartnerCode, PartnerMember, SheetProposal, TicketKey
from federation.passplus.operations import PartnerDetails
from federation.passplus.partner_codes import figures_of
from federation.passplus.sheets import FIELDS
from federation.passplus.signing import ensure_key
from federation.passplus.towns import find_town
from tests.factories.applications import applied
from tests.factories.passplus import AUTUMN, make_partner
from tests.factories.tariffs import ACTOR
from tests.factories.tills import make_member

# What of partners is open to all.
OPEN = {
    # Where the people of a partner sign in, and the script that keeps their page on a phone.
    "portal:partner-sign-in",
    "portal:partner-offline-worker",
    "portal:partner",
    "portal:partner-apply",
    "portal:partner-directory",
    "query.partner",
    "query.partners",
    "mutation.beginPartnerApplication",
}
# Read in a session of theirs: `test_partner_matrix`.
IN_THEIR_SESSION = ("partnerSpace", "tillTicket", "ownPartnerApplication")
ARGUMENTS = {
    "partnerApplication": "application",
    "partnerSpace": "partner",
    "tillTicket": "partner",
}
# An application that was sent, complete, and waits for an answer.
NOTHING_YET = tuple(
    f"partnerApplication.{name}"
    for name in (
        "agreement.articles.text",
        "agreement.articles.title",
        "agreement.isIllustrative",
        "agreement.title",
        "agreement.version",
        "agreementDigest",
        "answeredAt",
        "closedAt",
        "missingSteps",
        "partnerId",
    )
)
GIVEN = {"tillTicket": 'membershipId: $id, ticket: "BCDF2345"'}
_AT_TILL = "membershipId: $id, tillId: $id"
# The mutations of the API: the object they are about, and what is sent.
MUTATIONS = {
    "capturePassTicket": ("partner", f'{_AT_TILL}, ticket: "BCDF2345", key: $id'),
    "undoPassCapture": ("partner", "membershipId: $id, captureId: $id"),
    "beginOfflineWork": ("partner", f"{_AT_TILL}, hours: 1"),
    "endOfflineWork": ("partner", "membershipId: $id, permitId: $id"),
    "sendOfflineTickets": ("partner", f"{_AT_TILL}, tickets: []"),
    "disputeStatementLine": (
        "partner",
        'membershipId: $id, statementId: $id, lineId: "1", text: "Non"',
    ),
    "openTill": ("partner", 'membershipId: $id, name: "Buvette"'),
    "renameTill": ("partner", f'{_AT_TILL}, name: "Buvette"'),
    "closeTill": ("partner", _AT_TILL),
    "invitePartnerColleague": (
        "partner",
        'membershipId: $id, email: "vera@club.example", role: TILL',
    ),
    "withdrawPartnerInvitation": ("partner", "membershipId: $id, invitationId: $id"),
    "changePartnerRole": ("partner", "membershipId: $id, colleagueId: $id, role: TILL"),
    "endPartnerColleague": ("partner", "membershipId: $id, colleagueId: $id"),
    "proposePartnerSheet": ("partner", 'membershipId: $id, name: "Judo", domains: [SPORT]'),
    "withdrawPartnerSheet": ("partner", "membershipId: $id, changeId: $id"),
    "givePartnerIban": (
        "partner",
        'membershipId: $id, iban: "FR7630006000011234567890189", accountHolder: "Judo"',
    ),
    "beginPartnerApplication": (
        "partner",
        'email: "club@exemple.fr", siret: "35600000000048"',
    ),
    "openPartnerApplication": ("partner", 'code: "000000"'),
    **dict.fromkeys(
        (
            "leavePartnerApplication",
            "submitPartnerApplication",
            "abandonPartnerApplication",
            "sendPartnerSigningCode",
        ),
        ("partner", "clientMutationId: $id"),
    ),
    "describePartnerBody": (
        "partner",
        (
            'name: "Club", kind: ASSOCIATION, foundedOn: "2010-01-01", street: "1 rue", '
            'postalCode: "92000", town: "Nanterre"'
        ),
    ),
    "describePartnerOffer": ("partner", 'domains: [SPORT], activities: "Judo"'),
    "declareForPartner": ("partner", "declared: [LAICITY]"),
    "givePartnerPayee": (
        "partner",
        (
            'signerName: "A", signerRole: "B", signerPhone: "0612345678", accountHolder: "C", '
            'iban: "FR7630006000011234567890189"'
        ),
    ),
    "signPartnerAgreement": ("partner", 'code: "000000"'),
    "acceptPartnerApplication": ("application", "applicationId: $id"),
    "askPartnerApplicant": ("application", 'applicationId: $id, words: "Merci de préciser."'),
    "refusePartnerApplication": ("application", 'applicationId: $id, words: "Hors du cadre."'),
}
_IBAN = "FR7630006000011234567890189"
_WORDS = {"words": "Merci de préciser."}
ACTS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "accept-partner-application": (("application",), _WORDS),
    "ask-partner-applicant": (("application",), _WORDS),
    "refuse-partner-application": (("application",), _WORDS),
    "change-partner": (("partner",), {"name": "Judo", "domains": "SPORT"}),
    "end-partner": (("partner",), {"reason": "Le club ferme."}),
    "give-partner-iban": (("partner",), {"iban": _IBAN, "holder": "Judo Club"}),
    "confirm-partner-iban": (("iban",), {}),
    "affiliate-partner": (
        (),
        {"siret": "41816609600069", "name": "Vélo Club", "kind": "ASSOCIATION", "domains": "SPORT"},
    ),
    "invite-partner-member": (("partner",), {"email": "vera@club.example", "role": "MANAGER"}),
    "end-partner-member": (("staff_member",), {}),
    "replace-ticket-key": (("ticket_key",), {}),
    "accept-partner-sheet": (("sheet",), {}),
    "refuse-partner-sheet": (("sheet",), {"reason": "Le numéro ne répond pas."}),
    "publish-partner-terms": (
        ("terms",),
        {"version": "2", "title": "Convention", "least_years": "1", "articles": "Objet\nLe texte."},
    ),
}


def partners() -> dict[str, Any]:
    """A partner with a page and an account to check, an application to read, and one that was signed."""
    town = find_town("Nanterre")
    assert town is not None
    partner = operations.change_partner(
        partner=make_partner(),
        name="Judo Club",
        domains=[Domain.SPORT],
        details=PartnerDetails(
            activities="Judo",
            postal_code="92000",
            town=town.name,
            latitude=town.latitude,
            longitude=town.longitude,
        ),
        actor=ACTOR,
        at=AUTUMN,
    )
    iban = operations.give_iban(
        partner=partner, iban=_IBAN, holder="Judo Club", actor=ACTOR, at=AUTUMN
    )
    signed = applied("55210055400013", "etoile@exemple.fr")
    operations.accept_application(application=signed, actor=ACTOR, at=AUTUMN)
    operations.send_signing_code(application=signed, at=AUTUMN)
    agreement = operations.sign_agreement(
        application=signed,
        code=figures_of(PartnerCode.objects.latest("pk")),
        typeset=lambda said: f"%PDF-1.7 {said.name}".encode(),
        actor=applying.applicant(signed),
        at=AUTUMN,
    )
    ensure_key(at=AUTUMN)
    return {
        "partner": partner,
        "sheet": proposed(make_member(make_partner())),
        "iban": iban,
        "application": applied("73282932000074", "librairie@exemple.fr"),
        "partner_agreement": agreement,
        "terms": agreement.terms,
        "staff_member": make_member(partner, email="vestiaire@exemple.fr"),
        "ticket_key": TicketKey.objects.get(state=TicketKey.State.CURRENT),
    }


def proposed(member: PartnerMember) -> SheetProposal:
    """What a manager of a partner asks to change of its sheet."""
    sheet = {name: getattr(member.partner, name) for name in FIELDS} | {"phone": "0147000000"}
    actor = Actor.user(member.user)
    return operations.propose_sheet(by=member, sheet=sheet, actor=actor, at=AUTUMN)

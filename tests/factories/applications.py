"""A body that asks to be a partner: each step given, and sent."""

from __future__ import annotations

import datetime
from typing import Any

from federation.passplus import applying, operations
from federation.passplus.applying import Body, Offer, Payee
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import PartnerApplication, PartnerCode
from federation.passplus.partner_codes import figures_of
from federation.passplus.terms import DECLARATIONS
from tests.factories.passplus import AUTUMN

IBAN = "FR7630006000011234567890189"


def applied(siret: str = "55210055400013", email: str = "etoile@exemple.fr") -> PartnerApplication:
    """An application that was sent."""
    found = operations.begin_application(email=email, siret=siret, at=AUTUMN)
    code = figures_of(PartnerCode.objects.latest("pk"))
    found = operations.open_application(public_id=found.public_id, code=code, at=AUTUMN)
    given: dict[str, Any] = {"application": found, "actor": applying.applicant(found), "at": AUTUMN}
    body = Body(
        name="Ciné Étoile", kind="ASSOCIATION", founded_on=datetime.date(2010, 1, 1),
        street="1 rue du Cinéma", postal_code="92000", town="Nanterre",
    )  # fmt: skip
    operations.describe_body(body=body, **given)
    operations.describe_offer(offer=Offer(domains=[Domain.CULTURE], activities="Cinéma"), **given)
    operations.declare(declared=list(DECLARATIONS), **given)
    payee = Payee(
        signer_name="Aïcha Diallo", signer_role="Trésorière", signer_phone="0612345678",
        account_holder="Ciné Étoile", iban=IBAN,
    )  # fmt: skip
    operations.give_payee(payee=payee, **given)
    return operations.submit_application(**given)

"""Registrations of Pass+, for the matrix: begun, waiting for an agent, granted and incomplete."""

from __future__ import annotations

import datetime
from typing import Any

from federation.passplus import operations as passplus
from federation.passplus.registration_models import Registration
from federation.passplus.registrations import operations as registrations
from federation.passplus.registrations.declaring import ASKABLE
from tenants.people.models import Pupil
from tests.factories.canteen import Family
from tests.factories.passplus import AUTUMN, PROVED, of_2024, publish
from tests.factories.rights import stored
from tests.factories.tariffs import ACTOR

# The objects of each act, and its answers.
ACTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "take-registrations": (("registration_waiting",), {}),
    "release-registrations": (("registration_waiting",), {}),  # see `_before`
    "grant-registrations": (("registration_waiting",), {"attested": ["home", "school"]}),
    "ask-registration-documents": (
        ("registration_waiting",),
        {"kinds": ["PHOTO"], "words": "Elle est floue."},
    ),
    "refuse-registrations": (("registration_waiting",), {"words": "L'adresse est à Paris."}),
    "accept-registration-documents": (("registration_granted",), {}),
    "renew-cards": (("campaign",), {}),
}
# The forms of the portal: the child they are about, what is sent.
FORMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "registration's situation": (
        "portal:registration-situation",
        "registration",
        {"class_level": "6E", "home_postal_code": "92000"},
    ),
    "registration sent": ("portal:registration-send", "registration", {}),
    "registration given up": ("portal:registration-withdraw", "registration", {}),
}


def sent(
    family: Family, other: Family, newcomer: Pupil, *, at: datetime.datetime
) -> dict[str, Any]:
    """The family's, begun; the other's, sent with a document, in the queue; one with a card."""
    campaign = publish(of_2024())
    begun, waiting = (
        registrations.begin_registration(
            campaign=campaign, pupil=one.pupil, guardian=one.guardians[0], actor=ACTOR, at=at
        )
        for one in (family, other)
    )
    document = registrations.attach_document(
        registration=begun, kind="PROOF_OF_ADDRESS", stored=stored("domicile"), actor=ACTOR, at=at
    )
    registrations.attach_document(
        registration=waiting, kind="PROOF_OF_ADDRESS", stored=stored("autre"), actor=ACTOR, at=at
    )
    Registration.objects.filter(pk=waiting.pk).update(
        state="SUBMITTED", submitted_at=at, waiting_since=at, due_at=at,
        declared={"home_postal_code": "92000", "bursary": True}, answer="Un mot",
    )  # fmt: skip
    waiting.refresh_from_db()
    granted = registrations.begin_registration(
        campaign=campaign, pupil=newcomer, guardian=family.guardians[0], actor=ACTOR, at=at
    )
    acting = {"actor": ACTOR, "at": at}
    registrations.tell_situation(
        registration=granted,
        declared=registrations.Declared(
            home_postal_code="92000", school_postal_code="92000", class_level="6E"
        ),
        **acting,
    )
    registrations.attach_document(
        registration=granted, kind="PHOTO", stored=stored("photo"), **acting
    )
    registrations.submit_registration(registration=granted, **acting)
    granted = registrations.grant_registration(
        registration=granted, attested=list(ASKABLE), **acting
    )
    registrations.attach_document(
        registration=granted, kind="BURSARY_NOTICE", stored=stored("bourse"), **acting
    )
    granted = registrations.ask_documents(
        registration=granted, kinds=["PHOTO"], words="Elle est floue.", actor=ACTOR, at=at
    )
    Registration.objects.filter(pk=granted.pk).update(due_at=at)
    # The other family's child had a card before: theirs is renewed.
    passplus.grant_card(campaign=publish(), pupil=other.pupil, facts=PROVED, actor=ACTOR, at=AUTUMN)
    return {
        "registration": begun,
        "registration_granted": granted,
        "registration_waiting": waiting,
        "registration_document": document,
        "campaign": campaign,
    }


def before(name: str, keys: dict[str, Any], *, at: datetime.datetime) -> None:
    """What an act needs that would change what others show."""
    if name == "release-registrations":  # somebody has it
        registrations.take_registration(
            registration=keys["registration_waiting"], actor=ACTOR, at=at
        )

"""Somebody to recognise, and somebody recognised, for the matrix."""

from __future__ import annotations

import datetime
from typing import Any

from django.test import Client, override_settings

from federation.ent import operations as ent
from tenants.accounts import sessions
from tenants.accounts.models import User
from tenants.identities import operations, queries
from tenants.identities.models import ExternalIdentity, LinkRequest
from tenants.people.models import Guardian
from tenants.registry import directory
from tests.factories.canteen import Family
from tests.factories.identities import make_claims, make_franceconnect_at
from tests.factories.tariffs import ACTOR

# The acts between départements: what each is about.
ACTS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = dict.fromkeys(
    ("trust-departement", "distrust-departement", "agree-departement", "stop-departement"),
    (("neighbour",), {}),
)

# The forms between portals.
FORMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a link with another portal begun": ("portal:portal-link", "neighbour", {}),
    "the other portal opens this one no more": ("portal:portal-unlink", "neighbour", {}),
    "this portal opens the other one no more": ("portal:portal-take-back", "neighbour", {}),
}


def recognised(family: Family, other: Family, *, at: datetime.datetime) -> dict[str, Any]:
    """One of two parents, left to the secretary of their child's collège; another mother, known."""
    make_franceconnect_at("http://127.0.0.1:1", at=at)
    for rank, guardian in enumerate((*family.guardians, *other.guardians)):
        Guardian.objects.filter(pk=guardian.pk).update(jointure_id=f"{9000 + rank}")
    known = other.guardians[0]
    operations.arrive(
        claims=_claims("known", known, keys=(f"{9000 + len(family.guardians)}",)), at=at
    )
    left = operations.arrive(
        claims=_claims("several", family.guardians[0], keys=("9000", "9001")), at=at
    ).request
    assert isinstance(left, LinkRequest)
    candidate = left.candidates.order_by("pk").first()
    return {"link_request": left, "candidate": candidate}


def _claims(subject: str, guardian: Guardian, *, keys: tuple[str, ...]) -> Any:
    return make_claims(
        kind="EDUCONNECT",
        subject=subject,
        last_names=(guardian.last_name,),
        first_names=(guardian.first_name,),
        join_keys=keys,
    )


def between_departements(user: User, *, at: datetime.datetime) -> dict[str, Any]:
    """Val-de-Marne and we agree; a parent's two accounts are linked, in both directions."""
    with override_settings(PORTAL_ORIGIN="http://127.0.0.1:9"):  # no door waits for an answer
        operations.trust(departement_code="94", actor=ACTOR, at=at)
    ent.agree(departement_code="94", actor=ACTOR, at=at)
    ent.give_link(user=user, departement_code="94", actor=ACTOR, at=at)
    ExternalIdentity.objects.create(
        kind="DEPARTEMENT", departement_code="94", subject="pseudonyme", user=user, proof="BOTH",
        linked_at=at,
    )  # fmt: skip
    return {"neighbour": directory.neighbour("94")}


def come_by_the_other_portal(visitor: Client) -> None:
    """Take a session for one that another département vouched for: it has proved nothing here."""
    kept = visitor.session
    facts = sessions.facts_of(kept)
    facts.way, facts.proved_at, facts.factor_at = "other-departement:94", 0, 0
    sessions.keep_facts(kept, facts)
    kept.save()


def before(name: str, *, at: datetime.datetime) -> None:
    """What is agreed with Val-de-Marne ends, for the acts that agree to it."""
    if name == "trust-departement":
        (provider,) = queries.trusted_departements()
        operations.close_provider(provider=provider, actor=ACTOR, at=at)
    if name == "agree-departement":
        ent.stop_agreeing(departement_code="94", actor=ACTOR, at=at)

"""Requests of rights of the demo: two wait for an agent, one of them late, and one waits for its family.

They are of households without an account here: a visitor finds their own as they leave it. No price changes.
"""

from __future__ import annotations

import datetime
import io

from billing.rights import operations as rights
from billing.rights.models import RightsRequest
from commons.actors import Actor
from socle.seeding.pictures import drawn
from tenants.people.models import HouseholdMember

ACTOR = Actor.command("socle seed")
_LATE = datetime.timedelta(days=5)
_WORDS = "La deuxième page de l'avis manque. Envoyez-la, et nous déciderons."


def begin_some_requests(*, at: datetime.datetime) -> None:
    """Send a document for three households, where there are as many."""
    members = (
        HouseholdMember.objects.filter(
            guardian__user__isnull=True,
            household__pupils__isnull=False,
            valid_from__lte=(at - _LATE).date(),
        )
        .exclude(household__members__guardian__user__isnull=False)
        .select_related("household", "guardian")
        .order_by("household_id", "pk")
        .distinct("household_id")[:3]
    )
    if len(members) < 3:
        return
    late, recent, incomplete = members
    _send(late, at=at - _LATE)
    _send(recent, at=at)
    rights.ask_document(request=_send(incomplete, at=at), words=_WORDS, actor=ACTOR, at=at)


def _send(member: HouseholdMember, *, at: datetime.datetime) -> RightsRequest:
    request = rights.begin_request(
        household=member.household, guardian=member.guardian, actor=ACTOR, at=at
    )
    rights.choose_way(request=request, way="DOCUMENT", guardian=member.guardian, actor=ACTOR, at=at)
    rights.give_document(
        request=request,
        kind="TAX_NOTICE",
        stream=io.BytesIO(_notice(str(member.guardian))),
        declared_name="avis.png",
        actor=ACTOR,
        at=at,
    )
    return request


def _notice(name: str) -> bytes:
    return drawn(f"Avis d'impôt\n{name}\n\nRevenu fiscal de référence : 18 000\nParts : 2,5")

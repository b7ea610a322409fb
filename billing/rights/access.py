"""Who may see a request, and act on it. Absent and forbidden are the same answer.

The resources of a household are its own: its adults of today and the staff who read files see what it
asks, nobody else. A collège's secretary does not.
"""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from billing.rights import queries
from billing.rights.models import ProofDocument, RightsRequest
from commons.errors import NotFound
from tenants.accounts.capabilities import Capability
from tenants.people import queries as people
from tenants.people.models import HouseholdMember

if TYPE_CHECKING:
    from tenants.accounts.models import User
    from tenants.people.models import Guardian, Household


def _memberships(user: User, on: datetime.date) -> QuerySet[HouseholdMember]:
    return HouseholdMember.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on),
        guardian__user_id=user.pk,
        valid_from__lte=on,
    )


def access_own_household(user: User) -> tuple[Household, Guardian]:
    """
    The household of a person today, and who they are in it.

    :raises NotFound: if they are in none
    """
    guardian = people.guardian_of(user)
    household = people.household_of(guardian, on=timezone.localdate()) if guardian else None
    if guardian is None or household is None:
        raise NotFound(household="")
    return household, guardian


def own_requests(user: User) -> QuerySet[RightsRequest]:
    """The requests of the household a person is of today."""
    households = _memberships(user, timezone.localdate()).values("household_id")
    return queries.requests().filter(household__in=households)


def visible_requests(user: User) -> QuerySet[RightsRequest]:
    """The requests a user may see: their household's, or all for the staff who read files."""
    return queries.requests() if user.can(Capability.READ_FILES) else own_requests(user)


def access_own_request(user: User, public_id: uuid.UUID) -> RightsRequest:
    """
    A request of the user's own household.

    :raises NotFound: if absent, or another household's
    """
    request = own_requests(user).filter(public_id=public_id).first()
    if request is None:
        raise NotFound(rights_request=str(public_id))
    return request


def access_request(user: User, public_id: uuid.UUID) -> RightsRequest:
    """
    A request of the user's own household, or any for the staff who read files.

    :raises NotFound: if absent, or not theirs to see
    """
    request = visible_requests(user).filter(public_id=public_id).first()
    if request is None:
        raise NotFound(rights_request=str(public_id))
    return request


def access_request_to_decide(user: User, public_id: uuid.UUID) -> RightsRequest:
    """
    A request, for the staff who decide prices.

    :raises NotFound: if absent, or not theirs to decide
    """
    if not user.can(Capability.DECIDE_PRICES):
        raise NotFound(rights_request=str(public_id))
    return access_request(user, public_id)


def access_document(user: User, public_id: uuid.UUID) -> ProofDocument:
    """
    A document that is still there: of the user's own household, or any for the staff who decide.

    :raises NotFound: if absent, deleted, or not theirs to see
    """
    document = (
        ProofDocument.objects.filter(public_id=public_id, deleted_at__isnull=True)
        .select_related("request")
        .first()
    )
    if document is None:
        raise NotFound(document=str(public_id))
    if not user.can(Capability.DECIDE_PRICES):
        access_own_request(user, document.request.public_id)
    return document

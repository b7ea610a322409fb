"""Who may see a request to recognise somebody, and decide it. Absent and forbidden are the same answer.

A collège's secretary has those of the collège; who reads every file and recognises people has them all.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import Prefetch, QuerySet

from commons.errors import NotFound
from tenants.accounts.capabilities import Capability, Role
from tenants.identities import queries
from tenants.identities.models import LinkCandidate, LinkRequest
from tenants.registry import directory

if TYPE_CHECKING:
    from tenants.accounts.models import User
    from tenants.registry.models import Departement


def visible_requests(user: User) -> QuerySet[LinkRequest]:
    """The requests that a user may see, decided or not; one that is yet to be proved is nobody's."""
    asked = queries.requests().exclude(state=LinkRequest.State.TO_PROVE)
    if not user.can(Capability.RECOGNISE_PEOPLE):
        return asked.none()
    if user.can(Capability.READ_FILES):
        return asked
    uais = user.staff_roles.filter(role=Role.COLLEGE_SECRETARY).values("college_uai")
    return asked.filter(college_uai__in=uais).exclude(college_uai="")


def waiting_requests(user: User) -> QuerySet[LinkRequest]:
    """Those of them that nobody has decided, with whom they may be about."""
    waiting = visible_requests(user).filter(state=LinkRequest.State.TO_DECIDE)
    found = LinkCandidate.objects.select_related("guardian", "pupil").order_by("pk")
    return waiting.prefetch_related(Prefetch("candidates", queryset=found))


def access_link_request(user: User, public_id: uuid.UUID) -> LinkRequest:
    """
    A request that the user may decide.

    :raises NotFound: if absent, or not theirs to decide
    """
    found = visible_requests(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(link_request=str(public_id))
    return found


def access_candidate(request: LinkRequest, public_id: uuid.UUID) -> LinkCandidate:
    """
    One of those whom a request may be about.

    :raises NotFound: if it is another request's
    """
    found = queries.candidates_of(request).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(candidate=str(public_id))
    return found


def access_neighbour(user: User, code: str) -> Departement:
    """
    Another département, for the staff who agree with it.

    :raises NotFound: if there is none, or it is not theirs to agree with
    """
    found = directory.neighbour(code) if user.can(Capability.MANAGE_TENANT) else None
    if found is None:
        raise NotFound(departement=code)
    return found

"""A partner asks to change its own sheet, and an agent decides; what families read waits until then.

Only what differs is kept, with what it was, so that who decides sees the change, and so that two agents
who change other fields meanwhile undo nothing. The account is changed apart (`ibans`).

Locks: the partner.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Partner, PartnerMember, SheetProposal
from federation.passplus.partners import (
    PartnerDetails,
    PartnerOver,
    ReasonMissing,
    change_here,
    read_sheet,
)
from federation.passplus.permits import lock_partner
from federation.passplus.tills import check_manager
from federation.passplus.towns import find_town

# What a partner may ask for; in the order of its sheet.
FIELDS = (
    "name", "domains", "activities", "description", "street", "postal_code", "town", "phone",
    "email", "site",
)  # fmt: skip
State = SheetProposal.State


class SheetUnchanged(DomainError):
    """What is asked for is what the sheet says already."""

    code = "PASSPLUS_SHEET_UNCHANGED"


class SheetDecided(DomainError):
    """Somebody decided, or the partner asked for something else meanwhile."""

    code = "PASSPLUS_SHEET_DECIDED"


class SheetOfOneself(DomainError):
    """Who asked for a change does not accept it."""

    code = "PASSPLUS_SHEET_OF_ONESELF"


@transaction.atomic(durable=True)
def propose_sheet(
    *, by: PartnerMember, sheet: Mapping[str, Any], actor: Actor, at: datetime.datetime
) -> SheetProposal:
    """
    Ask for another sheet; in place of what was asked for before, if nobody decided.

    :param sheet: each of `FIELDS`, whole
    :raises Forbidden: if `by` is no manager
    :raises PartnerInvalid: if a field cannot be; `field` names it
    :raises PartnerOver: if the partner is affiliated no more
    :raises SheetUnchanged: if it is what the sheet says
    """
    check_manager(by)
    partner = lock_partner(by.partner_id)
    if partner.ended_at is not None:
        raise PartnerOver(partner=str(partner.public_id))
    wanted = read_sheet(**_read(partner, sheet))
    before = {field: getattr(partner, field) for field in FIELDS}
    after = {field: wanted[field] for field in FIELDS if wanted[field] != before[field]}
    if not after:
        raise SheetUnchanged
    _withdraw(partner, by=actor.id, at=at)
    proposal = SheetProposal.objects.create(
        partner=partner,
        before={field: before[field] for field in after},
        after=after,
        proposed_by=actor.id,
        proposed_at=at,
    )
    _journal("proposed", proposal, actor=actor, at=at)
    return proposal


@transaction.atomic(durable=True)
def withdraw_sheet(
    *, proposal: SheetProposal, by: PartnerMember, actor: Actor, at: datetime.datetime
) -> SheetProposal:
    """
    Take a demand back. Again changes nothing.

    :raises Forbidden: if `by` is no manager
    :raises SheetDecided: if an agent decided
    """
    check_manager(by)
    held = _lock(proposal)
    if held.state == State.WITHDRAWN:
        return held
    _refuse_decided(held)
    _decide(held, State.WITHDRAWN, "", actor=actor, at=at)
    _journal("withdrawn", held, actor=actor, at=at)
    return held


@transaction.atomic(durable=True)
def accept_sheet(*, proposal: SheetProposal, actor: Actor, at: datetime.datetime) -> SheetProposal:
    """
    Change the sheet as the partner asked; its town says where it is.

    :raises SheetDecided: if somebody decided meanwhile, or another was asked for since
    :raises SheetOfOneself: if who asked is who accepts
    :raises PartnerOver: if the partner is affiliated no more
    """
    held = _lock(proposal)
    _refuse_decided(held)
    if held.proposed_by == actor.id:
        raise SheetOfOneself
    partner = held.partner
    sheet = {field: getattr(partner, field) for field in FIELDS} | held.after
    change_here(partner=partner, **_read(partner, sheet), actor=actor, at=at)
    _decide(held, State.ACCEPTED, "", actor=actor, at=at)
    _journal("accepted", held, actor=actor, at=at)
    _tell(held, "passplus.sheet.accepted", at=at)
    return held


@transaction.atomic(durable=True)
def refuse_sheet(
    *, proposal: SheetProposal, reason: str, actor: Actor, at: datetime.datetime
) -> SheetProposal:
    """
    Leave the sheet as it is, and say why.

    :raises ReasonMissing: if nothing says why
    :raises SheetDecided: if somebody decided meanwhile
    """
    words = " ".join(reason.split())[:500]
    if not words:
        raise ReasonMissing(field="reason")
    held = _lock(proposal)
    _refuse_decided(held)
    if held.proposed_by == actor.id:
        raise SheetOfOneself
    _decide(held, State.REFUSED, words, actor=actor, at=at)
    _journal("refused", held, actor=actor, at=at)
    _tell(held, "passplus.sheet.refused", at=at)
    return held


def _read(partner: Partner, sheet: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a change: what was asked for, and where it is."""
    said = {field: sheet[field] for field in FIELDS}
    name, domains = said.pop("name"), [Domain(one) for one in said.pop("domains")]
    latitude, longitude = partner.latitude, partner.longitude
    if (said["town"], said["postal_code"]) != (partner.town, partner.postal_code):
        town = find_town(f"{said['postal_code']} {said['town']}") if said["town"] else None
        latitude, longitude = (town.latitude, town.longitude) if town else (None, None)
    details = PartnerDetails(kind=partner.kind, latitude=latitude, longitude=longitude, **said)
    return {"name": name, "domains": domains, "details": details}


def _lock(proposal: SheetProposal) -> SheetProposal:
    partner = lock_partner(proposal.partner_id)
    held = SheetProposal.objects.get(pk=proposal.pk)
    held.partner = partner
    return held


def _refuse_decided(held: SheetProposal) -> None:
    if held.state != State.WAITING:
        raise SheetDecided(state=held.state)


def _withdraw(partner: Partner, *, by: str, at: datetime.datetime) -> None:
    SheetProposal.objects.filter(partner=partner, state=State.WAITING).update(
        state=State.WITHDRAWN, decided_by=by, decided_at=at
    )


def _decide(
    held: SheetProposal, state: str, words: str, *, actor: Actor, at: datetime.datetime
) -> None:
    held.state, held.answer = state, words
    held.decided_by, held.decided_at = actor.id, at
    held.save(update_fields=["state", "answer", "decided_by", "decided_at"])


def _journal(what: str, proposal: SheetProposal, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"passplus.sheet.{what}",
        subject_type="Partner",
        subject_id=proposal.partner.public_id,
        at=at,
        fields=sorted(proposal.after),
        proposal=str(proposal.public_id),
    )


def _tell(proposal: SheetProposal, name: str, *, at: datetime.datetime) -> None:
    record_event(
        name,
        aggregate=f"partner:{proposal.partner.public_id}",
        occurred_at=at,
        proposal_id=proposal.pk,
    )

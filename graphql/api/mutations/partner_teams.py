"""What who manages a partner does: its tills, who works there, its sheet, and where it is paid.

`membershipId` says for which partner they work. The operations refuse who does not manage it.
"""

from __future__ import annotations

from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.family_rights import value_of
from api.mutations.making import identifier, mutation, words
from api.mutations.tills import MEMBERSHIP, TILL
from api.scalars import public_id
from api.types.enumerations import PartnerDomain, PartnerRoleName
from api.types.partner_teams import (
    PartnerBankAccount,
    PartnerColleague,
    PartnerGuest,
    PartnerSheetChange,
)
from api.types.tills import Till
from federation.passplus import operations, till_access
from federation.passplus.models import PartnerRole

_NAME = words("Le nom de la caisse, que les collègues reconnaissent.")
_TILL = {"till": graphene.Field(Till, description="La caisse.")}
_ABOUT_TILL = {"NOT_FOUND": "till_id", "PASSPLUS_TILL_NAME_INVALID": "name"}
_ROLE = graphene.InputField(PartnerRoleName, required=True, description="Ce qu'elle y fera.")
_COLLEAGUE = {"colleague": graphene.Field(PartnerColleague, description="La personne.")}


def _open(context: Context, *, membership_id: str, name: str) -> dict[str, Any]:
    """Under a name that no open till bears."""
    member = context.member(membership_id, manager=True)
    return {
        "till": operations.open_till(
            name=name, by=member, actor=context.partner_actor, at=context.at
        )
    }


OpenTill = mutation(
    _open,
    name="OpenTill",
    rule=rules.by_partner,
    asked="Une caisse à ouvrir.",
    takes={"membership_id": MEMBERSHIP, "name": _NAME},
    gives=_TILL,
    about=_ABOUT_TILL,
)


def _rename(context: Context, *, membership_id: str, till_id: str, name: str) -> dict[str, Any]:
    """Again changes nothing."""
    member = context.member(membership_id, manager=True)
    till = operations.rename_till(
        till=till_access.access_till(member, public_id(till_id)),
        name=name,
        by=member,
        actor=context.partner_actor,
        at=context.at,
    )
    return {"till": till}


RenameTill = mutation(
    _rename,
    name="RenameTill",
    rule=rules.by_partner,
    asked="Une caisse à renommer.",
    takes={"membership_id": MEMBERSHIP, "till_id": TILL, "name": _NAME},
    gives=_TILL,
    about=_ABOUT_TILL,
)


def _close(context: Context, *, membership_id: str, till_id: str) -> dict[str, Any]:
    """What was validated there stays. Again changes nothing."""
    member = context.member(membership_id, manager=True)
    till = operations.close_till(
        till=till_access.access_till(member, public_id(till_id)),
        by=member,
        actor=context.partner_actor,
        at=context.at,
    )
    return {"till": till}


CloseTill = mutation(
    _close,
    name="CloseTill",
    rule=rules.by_partner,
    asked="Une caisse à fermer.",
    takes={"membership_id": MEMBERSHIP, "till_id": TILL},
    gives=_TILL,
    about={"NOT_FOUND": "till_id", "PASSPLUS_LAST_TILL": "till_id"},
)


def _invite(context: Context, *, membership_id: str, email: str, role: Any) -> dict[str, Any]:
    """Asking again sends another link; the former dies."""
    member = context.member(membership_id, manager=True)
    invitation = operations.invite_member(
        partner=member.partner,
        email=email,
        role=PartnerRole(value_of(role)),
        by=member,
        actor=context.partner_actor,
        at=context.at,
    )
    return {"invitation": invitation}


InvitePartnerColleague = mutation(
    _invite,
    name="InvitePartnerColleague",
    rule=rules.by_partner,
    asked="Une personne à inviter chez le partenaire.",
    takes={"membership_id": MEMBERSHIP, "email": words("Son e-mail."), "role": _ROLE},
    gives={"invitation": graphene.Field(PartnerGuest, description="L'invitation, partie.")},
    about={
        "PASSPLUS_INVITATION_INVALID": "email",
        "PASSPLUS_INVITATION_REFUSED": "email",
        "PASSPLUS_ALREADY_MEMBER": "email",
    },
)


def _withdraw_invitation(
    context: Context, *, membership_id: str, invitation_id: str
) -> dict[str, Any]:
    """Its link works no more."""
    member = context.member(membership_id, manager=True)
    operations.withdraw_invitation(
        invitation=till_access.access_invitation(member, public_id(invitation_id)),
        by=member,
        actor=context.partner_actor,
        at=context.at,
    )
    return {}


WithdrawPartnerInvitation = mutation(
    _withdraw_invitation,
    name="WithdrawPartnerInvitation",
    rule=rules.by_partner,
    asked="Une invitation à retirer.",
    takes={"membership_id": MEMBERSHIP, "invitation_id": identifier("L'invitation")},
    gives={},
    about={"NOT_FOUND": "invitation_id"},
)


def _change_role(
    context: Context, *, membership_id: str, colleague_id: str, role: Any
) -> dict[str, Any]:
    """Somebody always manages the partner."""
    member = context.member(membership_id, manager=True)
    changed = operations.change_role(
        member=till_access.access_colleague(member, public_id(colleague_id)),
        role=PartnerRole(value_of(role)),
        by=member,
        actor=context.partner_actor,
        at=context.at,
    )
    return {"colleague": changed}


ChangePartnerRole = mutation(
    _change_role,
    name="ChangePartnerRole",
    rule=rules.by_partner,
    asked="Une personne dont le rôle change.",
    takes={
        "membership_id": MEMBERSHIP,
        "colleague_id": identifier("Sa place chez le partenaire"),
        "role": _ROLE,
    },
    gives=_COLLEAGUE,
    about={"NOT_FOUND": "colleague_id", "PASSPLUS_LAST_MANAGER": "colleague_id"},
)


def _end(context: Context, *, membership_id: str, colleague_id: str) -> dict[str, Any]:
    """From then on they see nothing of the partner."""
    member = context.member(membership_id, manager=True)
    operations.end_member(
        member=till_access.access_colleague(member, public_id(colleague_id)),
        by=member,
        actor=context.partner_actor,
        at=context.at,
    )
    return {}


EndPartnerColleague = mutation(
    _end,
    name="EndPartnerColleague",
    rule=rules.by_partner,
    asked="Une personne qui ne travaille plus chez le partenaire.",
    takes={
        "membership_id": MEMBERSHIP,
        "colleague_id": identifier("Sa place chez le partenaire"),
    },
    gives={},
    about={"NOT_FOUND": "colleague_id", "PASSPLUS_LAST_MANAGER": "colleague_id"},
)


_SHEET = {
    "name": words("Son nom."),
    "domains": graphene.List(
        graphene.NonNull(PartnerDomain), required=True, description="Ce qu'un ticket y paie."
    ),
    "activities": graphene.String(default_value="", description="Ce qu'il propose, en bref."),
    "description": graphene.String(default_value="", description="Quelques phrases."),
    "street": graphene.String(default_value="", description="Son adresse."),
    "postal_code": graphene.String(default_value="", description="Le code postal."),
    "town": graphene.String(default_value="", description="La commune."),
    "phone": graphene.String(default_value="", description="Le téléphone."),
    "email": graphene.String(default_value="", description="L'e-mail."),
    "site": graphene.String(default_value="", description="Le site."),
}


def _propose(
    context: Context, *, membership_id: str, domains: list[Any], **sheet: str
) -> dict[str, Any]:
    """In place of what was asked for before; families read it once an agent accepts."""
    member = context.member(membership_id, manager=True)
    wanted = sheet | {"domains": [value_of(one) for one in domains]}
    proposal = operations.propose_sheet(
        by=member, sheet=wanted, actor=context.partner_actor, at=context.at
    )
    return {"change": proposal}


_CHANGE = {"change": graphene.Field(PartnerSheetChange, description="La demande.")}
ProposePartnerSheet = mutation(
    _propose,
    name="ProposePartnerSheet",
    rule=rules.by_partner,
    asked="Une fiche entière : ce que les familles liraient.",
    takes={"membership_id": MEMBERSHIP, **_SHEET},
    gives=_CHANGE,
)


def _withdraw_sheet(context: Context, *, membership_id: str, change_id: str) -> dict[str, Any]:
    """The sheet stays as it is. Again changes nothing."""
    member = context.member(membership_id, manager=True)
    proposal = operations.withdraw_sheet(
        proposal=till_access.access_proposal(member, public_id(change_id)),
        by=member,
        actor=context.partner_actor,
        at=context.at,
    )
    return {"change": proposal}


WithdrawPartnerSheet = mutation(
    _withdraw_sheet,
    name="WithdrawPartnerSheet",
    rule=rules.by_partner,
    asked="Une demande à retirer.",
    takes={"membership_id": MEMBERSHIP, "change_id": identifier("La demande")},
    gives=_CHANGE,
    about={"NOT_FOUND": "change_id", "PASSPLUS_SHEET_DECIDED": "change_id"},
)


def _give_iban(
    context: Context, *, membership_id: str, iban: str, account_holder: str
) -> dict[str, Any]:
    """The one before is paid until somebody of the département checked this one."""
    member = context.member(membership_id, manager=True)
    given = operations.give_iban(
        partner=member.partner,
        iban=iban,
        holder=account_holder,
        actor=context.partner_actor,
        at=context.at,
    )
    return {"account": given}


GivePartnerIban = mutation(
    _give_iban,
    name="GivePartnerIban",
    rule=rules.by_partner,
    asked="Un autre compte où payer le partenaire.",
    takes={
        "membership_id": MEMBERSHIP,
        "iban": words("L'IBAN. Il est scellé ; il ne se relit pas."),
        "account_holder": words("Le titulaire du compte."),
    },
    gives={"account": graphene.Field(PartnerBankAccount, description="Le compte, à vérifier.")},
)

"""The working group of the demo: an editor and a member, with what they say of a figure."""

from __future__ import annotations

import datetime

from federation.workgroup import operations
from federation.workgroup.models import Role
from socle.seeding import cast
from socle.seeding.demo import ACTOR, give_demo_code
from tenants.registry import contexts

FIGURE = "canteen-take-up"


def open_group(*, at: datetime.datetime) -> None:
    """Accounts of the public host, with the demo's code, a comment and what was agreed."""
    with contexts.public():
        members = []
        for one in cast.WORKGROUP:
            token = operations.invite(
                guest=operations.Guest(
                    one.email, one.first_name, one.last_name, Role(one.role), one.code
                ),
                actor=ACTOR,
                at=at,
            )
            member = operations.join(token=token, password=cast.PASSWORD, at=at)
            give_demo_code(member.user, at=at)
            members.append(member)
        editor, member = members
        operations.agree(
            indicator=FIGURE,
            text="Les internes comptent avec les demi-pensionnaires.",
            agreed_on=at.date() - datetime.timedelta(days=30),
            author=editor,
            at=at,
        )
        operations.comment(
            indicator=FIGURE,
            text="Deux collèges de chez nous ont une cuisine en travaux depuis septembre.",
            author=member,
            at=at,
        )

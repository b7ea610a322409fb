"""Who comes in on paper, in the demo: a pupil with an account, and a letter that waits."""

from __future__ import annotations

import datetime

from commons.actors import Actor
from socle.seeding import cast
from tenants.activation import codes, operations
from tenants.activation.letters import Recipient
from tenants.people.models import Guardian, Pupil
from ui.documents.letters import typesetter

ACTOR = Actor.command("socle seed")


def give_papers(*, schema_name: str, at: datetime.datetime) -> None:
    """What the table of the demo says, in the département it names."""
    for one in cast.ON_PAPER:
        kind: type[Guardian | Pupil] = Pupil if one is cast.PUPIL else Guardian
        person = kind.objects.filter(first_name=one.first_name, last_name=one.last_name).first()
        if one.schema_name != schema_name or person is None:
            continue
        letters = operations.give_code(
            recipient=Recipient(person),
            college=None,
            typeset=typesetter(at=at),
            actor=ACTOR,
            at=at,
            draw=(lambda: cast.CODE) if one is cast.LETTER else codes.draw,
        )
        if one is cast.PUPIL:
            code = letters.codes.get()
            operations.use_code(code=code, password=cast.PASSWORD, login=cast.LOGIN, at=at)

"""How much one person writes: enough for a family's year, too little for a flood.

What a hand wrote is counted under the lock of its account, so that two pages open at once count each
other's. A command of the house has no limit.
"""

from __future__ import annotations

import datetime

from commons.actors import Actor
from tenants.accounts.models import User
from tenants.schoollife.messages.models import Message
from tenants.schoollife.messages.refusals import TooManyMessages

HOURS = 1, 24
OF_FAMILIES = {1: 20, 24: 60}
OF_COLLEGES = {1: 200, 24: 800}
MOST_DOCUMENTS = 3


def lock_hand(actor: Actor) -> None:
    """Be the only one to write by this hand."""
    if actor.kind == "user":
        rows = User.objects.select_for_update(of=("self",), no_key=True)
        list(rows.filter(public_id=actor.id).order_by("pk").values_list("pk"))


def check(actor: Actor, *, is_college: bool, at: datetime.datetime) -> None:
    """
    See that a hand has not written too much.

    :raises TooManyMessages: if it has
    """
    if actor.kind != "user":
        return
    most_by_hours = OF_COLLEGES if is_college else OF_FAMILIES
    for hours in HOURS:
        since = at - datetime.timedelta(hours=hours)
        written = Message.objects.filter(written_by=actor.id, sent_at__gt=since).count()
        if written >= most_by_hours[hours]:
            raise TooManyMessages(most=most_by_hours[hours], hours=hours)

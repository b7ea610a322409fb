"""What the pages of messages show: whom one may write to, and how threads and members are called."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tenants.people.models import Pupil
from tenants.schoollife.messages import queries
from tenants.schoollife.messages.models import Participant
from tenants.schoollife.messages.queries import Addressee
from ui import wording

if TYPE_CHECKING:
    from tenants.accounts.models import User


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """Whom one may write to, as a form offers it."""

    key: str
    label: str
    to: Addressee


def choices_for(user: User, *, on: datetime.date) -> list[Choice]:
    """Whom a person may write to; a pupil is not told who they are."""
    is_pupil = isinstance(queries.writer_of(user), Pupil)
    return [_choice(one, is_pupil=is_pupil) for one in queries.addressees_of(user, on=on)]


def _choice(to: Addressee, *, is_pupil: bool) -> Choice:
    name = to.college.name
    if to.pupil is None:
        label = _("Question générale · %(college)s") % {"college": name}
        return Choice(f":{to.college.uai}", label, to)
    label = name if is_pupil else f"{to.pupil.first_name} · {name}"
    return Choice(f"{to.pupil.public_id}:{to.college.uai}", label, to)


def name_of(part: Participant) -> str:
    """Who somebody in a thread is: the collège by its secretariat."""
    name = queries.name_of(part)
    if not part.is_college:
        return name
    return wording.typographic(_("%(college)s, secrétariat") % {"college": name})

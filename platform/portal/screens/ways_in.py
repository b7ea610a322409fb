"""How a child who has no Pass+ gets one: begin or follow a registration, or read why not and when."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from federation.passplus.engine.registering import registered_before
from federation.passplus.registrations import access, queries
from federation.passplus.registrations.queries import Closed, Offer
from ui import wording
from ui.registration_texts import said_of, why_not

if TYPE_CHECKING:
    from federation.passplus.registration_models import Registration
    from tenants.accounts.models import User
    from tenants.people.models import Pupil

_ONE_DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True)
class WayIn:
    """What is told of a registration, and the door that goes on with it; without one, one waits."""

    told: str
    label: str = ""
    url: str = ""


def ways_in(
    user: User, pupils: Sequence[Pupil], *, with_card: Collection[uuid.UUID], at: datetime.datetime
) -> Mapping[uuid.UUID, tuple[WayIn, ...]]:
    """Of each pupil, what can be done; for who has a card, only what asks for something."""
    offers: dict[uuid.UUID, list[Offer]] = collections.defaultdict(list)
    for offer in access.offers_of(user, at=at):
        offers[offer.pupil.public_id].append(offer)
    waiting: dict[uuid.UUID, list[Registration]] = collections.defaultdict(list)
    for one in access.waiting_of(user):
        waiting[one.pupil.public_id].append(one)
    closed = queries.closed_windows(on=timezone.localdate(at))
    theirs = set(access.registrable_pupils(user))
    found = {}
    for pupil in pupils:
        own = offers[pupil.public_id]
        ways = [_of_offer(offer) for offer in own if offer.card is None]
        shown = {offer.own.pk for offer in own if offer.own}
        ways += [_of_own(one) for one in waiting[pupil.public_id] if one.pk not in shown]
        if pupil.public_id in with_card:
            ways = [way for way in ways if way.url]
        elif not ways:
            ways = [_of_none(closed) if pupil in theirs else _of_others(closed)]
        found[pupil.public_id] = tuple(ways)
    return found


def _of_offer(offer: Offer) -> WayIn:
    name = offer.pupil.first_name
    if offer.own is not None:
        return _of_own(offer.own)
    if offer.is_under_way:
        return WayIn(_("L'autre responsable a fait cette inscription. Elle est à l'étude."))
    if offer.may_begin:
        last = registered_before(offer.campaign.rules, offer.pupil.birth_date) - _ONE_DAY
        said = _("Les inscriptions sont ouvertes jusqu'au %(day)s inclus.")
        return WayIn(
            said % {"day": wording.full_date(last)},
            _("Inscrire %(name)s") % {"name": name},
            reverse("portal:registrations"),
        )
    why = why_not(offer.in_the_way, is_too_late=offer.is_too_late)
    return WayIn(f"{why} {_('Une erreur ? Prévenez le secrétariat du collège.')}")


def _of_own(own: Registration) -> WayIn:
    said = said_of(own)
    page = reverse("portal:registration", args=[own.public_id])
    return WayIn(" ".join(said.sentences), said.action, page)


def _of_none(closed: Closed) -> WayIn:
    """Nobody registers today: since when, and when one may."""
    said = []
    if closed.since is not None:
        said.append(
            _("Les inscriptions sont finies depuis le %(day)s.")
            % {"day": wording.full_date(closed.since)}
        )
    if closed.opens_on is not None:
        said.append(
            _("Les prochaines ouvrent le %(day)s.") % {"day": wording.full_date(closed.opens_on)}
        )
    else:
        said.append(_("La prochaine campagne sera annoncée sur ce site."))
    return WayIn(" ".join(said))


def _of_others(closed: Closed) -> WayIn:
    """Somebody else registers this pupil: a parent, or a guardian."""
    who = _("Un parent ou un tuteur fait l'inscription, sur son compte.")
    return WayIn(f"{who} {_of_none(closed).told}" if closed.opens_on else who)

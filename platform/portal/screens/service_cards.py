"""Services open to a person, as cards: whom each is for, whether it works, what it is told."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from federation.catalogue.attributes import Profile
from federation.catalogue.models import SharedService
from federation.ent import queries
from federation.ent.queries import OpenService
from ui import wording
from ui.service_texts import TOLD

if TYPE_CHECKING:
    from tenants.accounts.models import User

FIRST = 4  # of those that open, on the home page


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceCard:
    """One service. `state` is a badge of `statuses`, empty when all is well; `url` empty when closed."""

    code: str
    name: str
    description: str
    editor: str
    whom: str
    state: str
    down: str
    url: str
    is_native: bool
    is_favourite: bool

    @property
    def shows_what_it_is_told(self) -> bool:
        """A service of ours is told nothing: it is here."""
        return not self.is_native


@dataclasses.dataclass(frozen=True, slots=True)
class Shelf:
    """The services of a rubric, or those a person put first."""

    name: str
    cards: tuple[ServiceCard, ...]


def shelves_of(user: User, *, on: datetime.date) -> tuple[Shelf, ...]:
    """Every service of a person: those put first, each rubric, and what is announced."""
    names = {category.value: str(category.label) for category in SharedService.Category}
    found: dict[str, list[ServiceCard]] = {_("Vos préférés"): [], **{n: [] for n in names.values()}}
    soon: list[ServiceCard] = []
    for one in queries.services_of(user, on=on):
        card = card_of(one)
        if not card.url:
            soon.append(card)
        else:
            found[_("Vos préférés") if card.is_favourite else names[one.category]].append(card)
    found[_("Bientôt")] = soon
    return tuple(Shelf(name, tuple(cards)) for name, cards in found.items() if cards)


def first_of(user: User, *, on: datetime.date) -> tuple[ServiceCard, ...]:
    """The few that the home page shows: those that open, put first or first of the catalogue."""
    cards = map(card_of, queries.services_of(user, on=on))
    return tuple([card for card in cards if card.url][:FIRST])


def card_of(service: OpenService) -> ServiceCard:
    """One service as a card."""
    is_down = service.down_since is not None
    return ServiceCard(
        code=service.code,
        name=service.name,
        description=service.description,
        editor=service.editor,
        whom=_whom(service),
        state="SOON" if not service.can_be_launched else "DOWN" if is_down else "",
        down=_down(service.down_since) if service.down_since else "",
        url=_address(service),
        is_native=service.is_native,
        is_favourite=service.is_favourite,
    )


def _address(service: OpenService) -> str:
    if not service.can_be_launched:
        return ""
    return reverse("portal:service-launch", args=[service.code])


def _whom(service: OpenService) -> str:
    """Which children of a guardian a service is for; nothing for the others."""
    if service.profile is not Profile.GUARDIAN:
        return ""
    names = wording.and_list(child.first_name for child in service.children)
    return _("Pour %(names)s") % {"names": names}


def _down(since: datetime.datetime) -> str:
    return wording.typographic(
        _("En panne depuis le %(moment)s. Réessayez plus tard.")
        % {"moment": wording.day_and_hour(since)}
    )


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceSheet:
    """What a service is told, and why."""

    card: ServiceCard
    told: tuple[str, ...]
    kept: tuple[str, ...]
    legal_basis: str


def sheet_of(service: OpenService) -> ServiceSheet:
    """What leaves for a service, and what does not."""
    told = tuple(str(words) for code, words in TOLD.items() if code in service.granted)
    kept = tuple(str(words) for code, words in TOLD.items() if code not in service.granted)
    return ServiceSheet(card_of(service), told, kept, service.legal_basis)

"""A registration for Pass+: its steps, where it is taken up again, and what its page says."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from federation.passplus.engine import spending
from federation.passplus.engine.campaign import Status
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations import queries
from federation.passplus.registrations.declaring import bursary_rule, read_declared
from federation.passplus.registrations.queries import OPEN, Standing
from tenants.people import queries as people
from ui.registration_texts import LEVELS, SECTORS, Said, kinds_in_words, said_of, way_in_words

if TYPE_CHECKING:
    from tenants.people.models import Schooling

State = Registration.State
Kind = RegistrationDocument.Kind
SITUATION, PHOTO, PIECES, SEND = (
    "registration-situation",
    "registration-photo",
    "registration-pieces",
    "registration-send",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """One thing that is known, or said, as the last step shows it."""

    label: str
    value: str
    step: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class RegistrationPage:
    """What the pages of a registration show."""

    standing: Standing
    steps: tuple[str, ...]
    said: Said
    documents: tuple[RegistrationDocument, ...]
    photo: RegistrationDocument | None
    known: tuple[Answer, ...]
    told: tuple[Answer, ...]
    wanted: tuple[str, ...]
    ways: tuple[str, ...]
    asked: str
    base_cents: int
    bursary_cents: int
    is_open: bool
    may_withdraw: bool
    may_add_piece: bool
    may_add_photo: bool
    awaits_bursary: bool

    def names(self) -> list[str]:
        """The names of the steps."""
        names = {
            SITUATION: _("La situation"),
            PHOTO: _("La photo"),
            PIECES: _("Les pièces"),
            SEND: _("Vérifier"),
        }
        return [names[step] for step in self.steps]

    def number(self, step: str) -> int:
        """The place of a step; that of the last for one that this child does not need."""
        return self.steps.index(step) + 1 if step in self.steps else len(self.steps)

    def after(self, step: str) -> str:
        """The step that follows, passing over the documents when none is wanted."""
        following = self.steps[self.number(step) :]
        return next((s for s in following if s != PIECES or self.wanted), SEND)

    def before(self, step: str) -> str:
        """The step before, or nothing for the first."""
        passed = self.steps[: self.number(step) - 1]
        return next((s for s in reversed(passed) if s != PIECES or self.wanted), "")


def resumes_at(registration: Registration, page: RegistrationPage) -> str:
    """The page where a registration is taken up again."""
    if registration.state != State.DRAFT:
        return "registration"
    if SITUATION in page.steps and not registration.declared:
        return SITUATION
    if page.standing.needs_photo and not page.standing.has_photo:
        return PHOTO
    return PIECES if page.standing.needs_documents else SEND


def page_of(registration: Registration, *, at: datetime.datetime) -> RegistrationPage:
    """Read what the pages of a registration show."""
    standing = queries.standing_of(registration, at=at)
    rules, day = registration.campaign.rules, spending.day_of(at)
    steps = [SITUATION] if not standing.questions.is_empty or registration.declared else []
    steps += [PHOTO] if standing.needs_photo else []
    may_need = standing.questions.facts or standing.questions.asks_bursary or standing.ways
    steps += [PIECES] if may_need else []
    documents = tuple(queries.documents_of(registration).exclude(state="REFUSED"))
    is_granted = registration.state == State.GRANTED
    may_still = day < rules.tickets.issued_before
    wanted = _wanted(registration, standing, is_granted=is_granted)
    school = people.schooling_on(registration.pupil, day)
    return RegistrationPage(
        standing=standing,
        steps=(*steps, SEND),
        said=said_of(registration),
        documents=tuple(one for one in documents if one.kind != Kind.PHOTO),
        photo=queries.photo_of(registration),
        known=_known(registration, standing, school),
        told=_told(registration),
        wanted=wanted,
        ways=tuple(way_in_words(way) for way in standing.ways),
        asked=kinds_in_words(standing.asked),
        base_cents=sum(rules.amount_of(Status.BASE).values()),
        bursary_cents=sum(rules.amount_of(Status.BURSARY).values()),
        is_open=registration.state in OPEN,
        may_withdraw=registration.state in OPEN,
        may_add_piece=(registration.state in OPEN and bool(wanted))
        or (is_granted and may_still and Kind.BURSARY_NOTICE in wanted),
        may_add_photo=standing.needs_photo
        and (registration.state in OPEN or (is_granted and Kind.PHOTO in standing.asked)),
        awaits_bursary=_awaits_bursary(registration, standing, may_still=may_still),
    )


def _awaits_bursary(registration: Registration, standing: Standing, *, may_still: bool) -> bool:
    """Whether the proof of a bursary would give more."""
    card = registration.card
    if card is not None:
        has_more = bursary_rule(registration.campaign.rules) is not None
        return may_still and has_more and card.status == Status.BASE
    return standing.awaits_bursary


def _wanted(registration: Registration, standing: Standing, *, is_granted: bool) -> tuple[str, ...]:
    """The kinds of documents that are still of use."""
    rules = registration.campaign.rules
    bursary = bursary_rule(rules)
    wanted: list[str] = []
    if is_granted:
        is_base = registration.card is not None and registration.card.status == Status.BASE
        given = queries.kinds_given(registration)
        if bursary is not None and is_base and Kind.BURSARY_NOTICE not in given:
            wanted.append(Kind.BURSARY_NOTICE.value)
        return tuple(wanted)
    wanted += [str(kind) for way in standing.ways for rule in way for kind in rule.any_of]
    wanted += [kind for kind in standing.asked if kind != Kind.PHOTO]
    if bursary is not None and standing.awaits_bursary:
        wanted += map(str, bursary.any_of)
    return tuple(dict.fromkeys(wanted))


def _known(
    registration: Registration, standing: Standing, school: Schooling | None
) -> tuple[Answer, ...]:
    """What nobody is asked again: the feed of the academy says it."""
    pupil = registration.pupil
    found = [Answer(_("Né ou née le"), f"{pupil.birth_date:%d/%m/%Y}")]
    if school is not None:
        found.append(Answer(_("Établissement"), school.college.name))
        if school.school_class is not None:
            found.append(Answer(_("Classe"), school.school_class.name))
    if standing.facts.bursary and school is not None and school.is_boursier:
        found.append(Answer(_("Bourse"), _("Oui, selon le collège")))
    return tuple(found)


def _told(registration: Registration) -> tuple[Answer, ...]:
    """What the family says."""
    said = read_declared(registration.declared)
    levels = {str(level): str(words) for level, words in LEVELS.items()}
    sectors = {str(sector): str(words) for sector, words in SECTORS.items()}
    found = [
        Answer(_("Code postal de son adresse"), said.home_postal_code),
        Answer(_("Code postal de son établissement"), said.school_postal_code),
        Answer(_("Classe"), levels.get(said.class_level, "")),
        Answer(_("Type d'établissement"), sectors.get(said.sector, "")),
    ]
    if said.child_welfare is not None:
        answer = _("Oui") if said.child_welfare else _("Non")
        found.append(Answer(_("Aide sociale à l'enfance"), answer))
    if "bursary" in registration.declared:
        found.append(Answer(_("Bourse"), _("Oui") if said.bursary else _("Non")))
    return tuple(one for one in found if one.value)

"""What an agent compares: what a provider says of somebody, and the people of the feed it may be."""

from __future__ import annotations

import dataclasses
import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.identities import queries
from tenants.identities.models import LinkCandidate, LinkRequest
from tenants.people import queries as people
from tenants.people.models import Guardian, Pupil
from ui import wording


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """What a provider said, while it is kept."""

    name: str
    birth_date: str
    college: str


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody of the feed."""

    public_id: uuid.UUID
    name: str
    known_as: str
    birth_date: str
    college: str
    children: str
    has_identity: bool

    @property
    def told_by(self) -> str:
        """What tells this one from another of the same name: a birth date, or the children."""
        return self.birth_date if self.children == "–" else self.children


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides."""

    said: Said
    candidates: tuple[Candidate, ...]

    def lines(self, chosen: Candidate) -> tuple[tuple[str, str, str], ...]:
        """One candidate next to what was said."""
        return (
            (_("Nom"), self.said.name, chosen.name),
            (_("Naissance"), self.said.birth_date, chosen.birth_date),
            (_("Collège"), self.said.college, chosen.college),
            (_("Enfants"), "–", chosen.children),
        )


def comparison(request: LinkRequest) -> Comparison:
    """What is known of a request; what the provider said is forgotten once it is over."""
    claims = queries.claims_in(request)
    born = claims.birth_date if claims else None
    said = Said(
        name=claims.full_name if claims else "",
        birth_date=wording.full_date(born) if born else "–",
        college=_college_named(claims.uai) if claims and claims.uai else "–",
    )
    found = queries.candidates_of(request)
    return Comparison(said, tuple(_candidate(one, request.kind) for one in found))


def said_name(request: LinkRequest) -> str:
    """The name that the provider gave; nothing once the request is over."""
    claims = queries.claims_in(request)
    return claims.full_name if claims else ""


def _college_named(uai: str) -> str:
    named = people.colleges().filter(uai=uai).first()
    return str(named) if named else uai


def _candidate(row: LinkCandidate, kind: str) -> Candidate:
    person = row.guardian or row.pupil
    assert person is not None
    has_identity = person.user is not None and (
        queries.identities_of(person.user).filter(kind=kind).exists()
    )
    today = timezone.localdate()
    pupils = [person] if isinstance(person, Pupil) else _children(person)
    schools = {people.schooling_on(pupil, today) for pupil in pupils}
    return Candidate(
        public_id=row.public_id,
        name=person.full_name,
        known_as=_("élève") if isinstance(person, Pupil) else _("responsable"),
        birth_date=wording.full_date(person.birth_date) if isinstance(person, Pupil) else "–",
        college=", ".join(sorted({str(one.college) for one in schools if one})) or "–",
        children=(
            "–"
            if isinstance(person, Pupil)
            else ", ".join(
                f"{child.first_name} ({wording.full_date(child.birth_date)})" for child in pupils
            )
        ),
        has_identity=has_identity,
    )


def _children(guardian: Guardian) -> list[Pupil]:
    return list(people.children_of_guardian(guardian, on=timezone.localdate()))

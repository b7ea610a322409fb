"""Whom claims speak of. Reads alone: what follows is done by `linking`.

An official identifier points at a person, a birth date confirms it, and a name may only take it back.
FranceConnect gives no identifier that the feed knows: it never tells who somebody is by itself. A code on
paper points at a person too, and what claims say otherwise is worth more (`speak_of_another`).
"""

from __future__ import annotations

import dataclasses
import datetime

from tenants.identities.claims import Claims
from tenants.identities.models import LinkRequest, Profile, ProviderKind
from tenants.identities.refusals import CollegeMissing, ProofRefused, WrongProfile
from tenants.people import queries as people
from tenants.people.models import Guardian, Pupil
from tenants.people.name_keys import name_key

Reason = LinkRequest.Reason
Person = Guardian | Pupil
MOST_CANDIDATES = 6


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One person, told for sure; or the reason why not, who it may be, and the child they proved."""

    person: Person | None = None
    reason: str = ""
    candidates: tuple[Person, ...] = ()
    child: Pupil | None = None

    @property
    def needs_proof(self) -> bool:
        """Whether nobody is pointed at: only the person themselves can tell, with what paper says."""
        return self.reason in (Reason.NO_KEY, Reason.UNKNOWN)


def find(claims: Claims, *, on: datetime.date) -> Finding:
    """
    The person of the feed that claims are about.

    :raises WrongProfile: if the feed knows them as somebody of another kind
    :raises CollegeMissing: if a pupil's identity names no collège
    """
    if claims.kind == ProviderKind.FRANCECONNECT:
        return Finding(reason=Reason.NO_KEY)
    pupils = list(Pupil.objects.filter(jointure_id__in=claims.join_keys).order_by("pk"))
    guardians = list(Guardian.objects.filter(jointure_id__in=claims.join_keys).order_by("pk"))
    if claims.profile == Profile.PUPIL:
        return _pupil(claims, pupils, guardians)
    return _guardian(claims, pupils, guardians, on=on)


def _pupil(claims: Claims, pupils: list[Pupil], guardians: list[Guardian]) -> Finding:
    if guardians and not pupils:
        raise WrongProfile
    if not claims.uai:
        raise CollegeMissing
    if not pupils:
        return Finding(reason=Reason.UNKNOWN)
    if len(pupils) > 1:
        return Finding(reason=Reason.SEVERAL_PEOPLE, candidates=tuple(pupils))
    (pupil,) = pupils
    if claims.birth_date != pupil.birth_date:
        others = [one for one in _alike(claims) if one.pk != pupil.pk]
        found = (pupil, *others[: MOST_CANDIDATES - 1])
        return Finding(reason=Reason.BIRTH_DATE_DIFFERS, candidates=found)
    if not is_named(pupil, claims):
        return Finding(reason=Reason.NAME_DIFFERS, candidates=(pupil,))
    return Finding(person=pupil)


def _alike(claims: Claims) -> list[Pupil]:
    """Pupils of the birth date and one of the last names that were given: shown, never chosen."""
    if claims.birth_date is None:
        return []
    born = Pupil.objects.filter(birth_date=claims.birth_date, missing_since__isnull=True)
    return [one for one in born.order_by("sort_key", "pk") if _has_last_name(one, claims)]


def _guardian(
    claims: Claims, pupils: list[Pupil], guardians: list[Guardian], *, on: datetime.date
) -> Finding:
    if pupils and not guardians:
        raise WrongProfile
    if not guardians:
        return Finding(reason=Reason.UNKNOWN)
    if len(guardians) > 1:
        return Finding(reason=Reason.SEVERAL_PEOPLE, candidates=tuple(guardians))
    (guardian,) = guardians
    if claims.birth_date is not None and claims.birth_date not in _births(guardian, on=on):
        return Finding(reason=Reason.BIRTH_DATE_DIFFERS, candidates=(guardian,))
    if not is_named(guardian, claims):
        return Finding(reason=Reason.NAME_DIFFERS, candidates=(guardian,))
    return Finding(person=guardian)


def _births(person: Person, *, on: datetime.date) -> set[datetime.date]:
    """The birth dates that claims may give of a person: a pupil's own, or a guardian's children's."""
    if isinstance(person, Pupil):
        return {person.birth_date}
    return {child.birth_date for child in people.children_of_guardian(person, on=on)}


def find_by_paper(
    claims: Claims, *, ine: str, birth_date: datetime.date, on: datetime.date
) -> Finding:
    """
    The guardian that claims are about, among those of the pupil whose paper the person holds.

    :raises ProofRefused: if there is no pupil of this INE and this birth date
    """
    pupil = Pupil.objects.filter(
        ine=ine.strip().upper(), birth_date=birth_date, missing_since__isnull=True
    ).first()
    if pupil is None:
        raise ProofRefused
    guardians = [link.guardian for link in people.guardianships_of(pupil, on=on)]
    named = [one for one in guardians if is_named(one, claims)]
    if len(named) == 1:
        return Finding(person=named[0])
    reason = Reason.SEVERAL_PEOPLE if named else Reason.NAME_DIFFERS
    candidates = tuple(named or guardians)[:MOST_CANDIDATES]
    return Finding(reason=reason, candidates=candidates, child=pupil)


def speak_of_another(claims: Claims, person: Person, *, on: datetime.date) -> bool:
    """
    Whether claims are about somebody else than the person of a code: a pupil for a guardian, an
    identifier or a birth date that is another's. A name that differs is left to a person (`is_named`).
    """
    if (claims.profile == Profile.PUPIL) != isinstance(person, Pupil):
        return True
    if claims.birth_date is not None and claims.birth_date not in _births(person, on=on):
        return True
    known = {
        (kind, key)
        for kind in (Pupil, Guardian)
        for key in kind.objects.filter(jointure_id__in=claims.join_keys)
        .order_by("pk")
        .values_list("pk", flat=True)
    }
    return bool(known) and (type(person), person.pk) not in known


def is_named(person: Person, claims: Claims) -> bool:
    """Whether a person bears one of the last names of claims, and their first names begin like theirs.

    First names come as a list or in one text, and a composed one with a hyphen or without.
    """
    known, given = name_key(person.first_name), name_key(" ".join(claims.first_names))
    has_first_name = bool(known) and f"{given} ".startswith(f"{known} ")
    return has_first_name and _has_last_name(person, claims)


def _has_last_name(person: Person, claims: Claims) -> bool:
    return name_key(person.last_name) in {name_key(name) for name in claims.last_names}


def college_of(finding: Finding, claims: Claims, *, on: datetime.date) -> str:
    """The UAI of the collège whose secretary knows these people; empty if none does."""
    for person in (*filter(None, (finding.child,)), *finding.candidates):
        pupils = (
            [person]
            if isinstance(person, Pupil)
            else people.children_of_guardian(person, on=on)[:1]
        )
        for pupil in pupils:
            schooling = people.schooling_on(pupil, on)
            if schooling is not None:
                return schooling.college.uai
    return claims.uai

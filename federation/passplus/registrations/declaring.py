"""What a family is asked, and what its answers and documents add to what is known already.

Only what stands between the pupil and a card is asked: what the directory of families proves is never
asked again, nor written over by a family (the school corrects a class). What the other parent's address
says is shown to nobody: a family is asked where the child lives, with its own postal code to begin with.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Collection
from typing import Any

from commons.errors import DomainError
from federation.passplus.engine import registering
from federation.passplus.engine.campaign import Campaign as Rules
from federation.passplus.engine.campaign import DocumentKind, DocumentRule, Status
from federation.passplus.engine.eligibility import Eligibility, judge
from federation.passplus.engine.facts import ClassLevel, Fact, Facts, Sector
from federation.passplus.knowing import departement_of_postal_code

# What a person can be asked; the rest is known, or is not theirs to say.
ASKABLE = (Fact.HOME, Fact.SCHOOL, Fact.CLASS_LEVEL, Fact.SECTOR, Fact.CHILD_WELFARE)


class AnswerInvalid(DomainError):
    """An answer that cannot be, or one that is missing; `field` says which."""

    code = "PASSPLUS_ANSWER_INVALID"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a family says. A postal code says a département; `None` is "did not say"."""

    home_postal_code: str = ""
    school_postal_code: str = ""
    class_level: str = ""
    sector: str = ""
    child_welfare: bool | None = None
    bursary: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As a registration keeps it: what was said, and nothing else."""
        said = dataclasses.asdict(self)
        return {name: value for name, value in said.items() if value not in ("", None)}


def read_declared(data: dict[str, Any]) -> Declared:
    """What `as_dict` wrote."""
    return Declared(**data)


@dataclasses.dataclass(frozen=True, slots=True)
class Questions:
    """What is asked of a family for one pupil."""

    facts: tuple[Fact, ...]
    asks_bursary: bool

    @property
    def is_empty(self) -> bool:
        """Whether all is known already."""
        return not self.facts and not self.asks_bursary


def questions_for(rules: Rules, known: Facts) -> Questions:
    """What to ask: the facts that are in the way and that nothing proves, and a bursary where it counts."""
    verdict = judge(rules.eligibility, known)
    in_the_way = {leaf.fact for leaf in verdict.in_the_way}
    counts = rules.amounts.get(Status.BURSARY) not in (None, rules.amounts[Status.BASE])
    return Questions(
        facts=tuple(f for f in ASKABLE if f in in_the_way and f not in known.proved),
        asks_bursary=counts and Fact.BURSARY not in known.proved,
    )


def refused_by_data(rules: Rules, known: Facts) -> tuple[Fact, ...]:
    """The facts by which data refuse a pupil, whatever the family may say; none if it may be granted."""
    unsaid: dict[str, Any] = {f.value: None for f in ASKABLE if f not in known.proved}
    blank = dataclasses.replace(known, **unsaid)
    verdict = judge(rules.eligibility, blank)
    if verdict.eligibility is not Eligibility.REFUSED:
        return ()
    failing = (leaf.fact for leaf in verdict.in_the_way if leaf.holds(blank) is False)
    return tuple(dict.fromkeys(failing))


def checked(declared: Declared, questions: Questions) -> Declared:
    """
    The answers to what was asked, and nothing else.

    :raises AnswerInvalid: if one is missing, or cannot be
    """
    asked = set(questions.facts)
    return Declared(
        home_postal_code=_postal_code("home_postal_code", declared.home_postal_code)
        if Fact.HOME in asked
        else "",
        school_postal_code=_postal_code("school_postal_code", declared.school_postal_code)
        if Fact.SCHOOL in asked
        else "",
        class_level=_one_of("class_level", declared.class_level, ClassLevel)
        if Fact.CLASS_LEVEL in asked
        else "",
        sector=_one_of("sector", declared.sector, Sector) if Fact.SECTOR in asked else "",
        child_welfare=bool(declared.child_welfare) if Fact.CHILD_WELFARE in asked else None,
        bursary=declared.bursary and questions.asks_bursary,
    )


def _postal_code(field: str, code: str) -> str:
    written = "".join(code.split())
    if departement_of_postal_code(written) is None:
        raise AnswerInvalid(field=field)
    return written


def _one_of(field: str, value: str, allowed: type[ClassLevel] | type[Sector]) -> str:
    if value not in set(allowed):
        raise AnswerInvalid(field=field)
    return value


def facts_told(
    rules: Rules,
    known: Facts,
    declared: Declared,
    *,
    kinds: Collection[str] = (),
    attested: Collection[Fact] = (),
) -> Facts:
    """What is known of a pupil with what the family says, its documents, and what an agent saw.

    What data prove stands; an answer stands over what is only supposed.
    """
    said: dict[Fact, Any] = {
        Fact.HOME: departement_of_postal_code(declared.home_postal_code),
        Fact.SCHOOL: departement_of_postal_code(declared.school_postal_code),
        Fact.CLASS_LEVEL: ClassLevel(declared.class_level) if declared.class_level else None,
        Fact.SECTOR: Sector(declared.sector) if declared.sector else None,
        Fact.CHILD_WELFARE: declared.child_welfare,
        Fact.BURSARY: declared.bursary or None,
    }
    taken = {f: v for f, v in said.items() if v is not None and f not in known.proved}
    told = dataclasses.replace(known, **{f.value: v for f, v in taken.items()})
    seen = set(attested)
    for rule in rules.documents:
        if set(kinds) & set(map(str, rule.any_of)):
            seen |= set(rule.proves)
    if DocumentKind.BURSARY_NOTICE in set(kinds) and told.bursary is None:
        told = dataclasses.replace(told, bursary=True)  # the notice says it
    is_known = {fact for fact in seen if told.value(fact) is not None}
    return dataclasses.replace(told, proved=told.proved | is_known)


def ways_to_prove(rules: Rules, facts: Facts) -> tuple[tuple[DocumentRule, ...], ...]:
    """The fewest documents that would prove what is declared, each way to do it; none if it is proved.

    An address or a school certificate may each be enough: a family is asked for one of them.
    """
    if judge(rules.eligibility, facts).eligibility is not Eligibility.TO_PROVE:
        return ()
    waits_for = registering.grant(rules, facts).waits_for
    candidates = registering.documents_for(rules, waits_for)
    for count in range(1, len(candidates) + 1):
        found = tuple(
            chosen
            for chosen in itertools.combinations(candidates, count)
            if _proves(rules, facts, chosen)
        )
        if found:
            return found
    return ()


def _proves(rules: Rules, facts: Facts, chosen: Collection[DocumentRule]) -> bool:
    proved = facts.proved.union(*(rule.proves for rule in chosen))
    told = dataclasses.replace(facts, proved=proved)
    return judge(rules.eligibility, told).eligibility is Eligibility.PROVED


def bursary_rule(rules: Rules) -> DocumentRule | None:
    """The documents that prove a bursary, where a campaign takes some."""
    return next((rule for rule in rules.documents if Fact.BURSARY in rule.proves), None)

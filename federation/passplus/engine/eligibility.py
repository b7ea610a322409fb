"""Whether a young person is eligible: yes and proved, yes if what they say is true, not known, or no."""

from __future__ import annotations

import dataclasses
import enum

from federation.passplus.engine.conditions import Condition, Leaf
from federation.passplus.engine.facts import Facts


class Eligibility(enum.StrEnum):
    """What the conditions of a campaign say of somebody.

    PROVED every condition holds by data or accepted documents: the card can be granted by itself.
    TO_PROVE it holds if what the family declares is true: documents are asked. UNKNOWN something is
    not known yet. REFUSED it does not hold, whatever is still to come.
    """

    PROVED = "PROVED"
    TO_PROVE = "TO_PROVE"
    UNKNOWN = "UNKNOWN"
    REFUSED = "REFUSED"


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, and the tests that stand between the person and a proved yes.

    For TO_PROVE, only those that what is declared would pass: a home elsewhere needs no proof.
    """

    eligibility: Eligibility
    in_the_way: tuple[Leaf, ...] = ()


def judge(condition: Condition, facts: Facts) -> Verdict:
    """Judge a condition on what is known of somebody."""
    told, known = condition.holds(facts), facts.only_proved()
    proved = told if known is facts else condition.holds(known)
    if told is False:
        return Verdict(Eligibility.REFUSED, tuple(condition.in_the_way(facts)))
    if told is None:
        return Verdict(Eligibility.UNKNOWN, tuple(condition.in_the_way(facts)))
    if proved is not True:
        unproved = condition.in_the_way(known)
        to_prove = tuple(leaf for leaf in unproved if leaf.holds(facts))
        return Verdict(Eligibility.TO_PROVE, to_prove)
    return Verdict(Eligibility.PROVED)

"""Departures and announced arrivals, compared by tokens that hold both shares. On the side that is left.

A pair is taken when each is the other's best, alone: of homonyms that nothing tells apart, none is. Each
half belongs to one pair for ever. What is sure is sent at once, as both guardians agreed; what is only
probable waits for an agent, who asks the family.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections import Counter
from typing import Any

from commons import sealing
from commons.actors import Actor
from federation.correspondence.models import Agreement
from federation.exchange import moving, posting
from federation.exchange.identity import Form, score_of, strength_of
from federation.exchange.models import AwaitedArrival, Departure, Strength

AWAITED = "exchange: tokens of an arrival"
RAISED = "exchange: raised tokens"
MATCHER = Actor.system("exchange")


def match(agreement: Agreement, *, at: datetime.datetime) -> int:
    """Pair what can be, under the pair's lock and inside its transaction; how many pairs."""
    departures = list(
        Departure.objects.select_for_update(of=("self",), no_key=True)
        .filter(
            agreement=agreement.public_id,
            closed_at__isnull=True,
            arrival__isnull=True,
            sealed_raised__isnull=False,
            expires_at__gt=at,
        )
        .order_by("pk")
    )
    if not departures:
        return 0
    taken = Departure.objects.filter(agreement=agreement.public_id, arrival__isnull=False)
    awaited = list(
        AwaitedArrival.objects.filter(
            agreement=agreement.public_id,
            closed_at__isnull=True,
            sealed_tokens__isnull=False,
            expires_at__gt=at,
        )
        .exclude(arrival__in=taken.values("arrival"))
        .order_by("pk")
    )
    scores = _scores(departures, awaited)
    pairs = 0
    for (left, came), score in scores.items():
        strength = strength_of(score)
        if strength is None or not _is_best(scores, left, came):
            continue
        departure = next(one for one in departures if one.pk == left)
        arrival = next(one for one in awaited if one.pk == came)
        _pair(departure, arrival.arrival, strength, at=at)
        pairs += 1
    return pairs


def _pair(
    departure: Departure, arrival: uuid.UUID, strength: Strength, *, at: datetime.datetime
) -> None:
    departure.arrival, departure.strength, departure.matched_at = arrival, strength, at
    departure.save(update_fields=["arrival", "strength", "matched_at"])
    moving.write_down("matched", departure, actor=MATCHER, at=at, strength=strength)
    posting.tell_match(departure, at=at)
    if strength == Strength.SURE:
        posting.send_items(departure, at=at)


def _scores(
    departures: list[Departure], awaited: list[AwaitedArrival]
) -> dict[tuple[int, int], int]:
    left = {one.pk: _tokens(bytes(one.sealed_raised or b""), RAISED) for one in departures}
    has_ine = {one.pk: bool(one.pupil.ine) for one in departures}
    came = {one.pk: _tokens(bytes(one.sealed_tokens or b""), AWAITED) for one in awaited}
    return {
        (mine, theirs): score_of(
            [form for form in Form if ours[form.value] == said["tokens"][form.value]],
            both_have_ine=has_ine[mine] and said["has_ine"],
        )
        for mine, ours in ((pk, found["tokens"]) for pk, found in left.items())
        for theirs, said in came.items()
    }


def _is_best(scores: dict[tuple[int, int], int], left: int, came: int) -> bool:
    """Whether each of a pair is the other's best, and nobody is as good for either."""
    score = scores[left, came]
    as_good = Counter(
        side
        for (mine, theirs), found in scores.items()
        if found >= score
        for side in (("left", mine), ("came", theirs))
    )
    return as_good["left", left] == 1 and as_good["came", came] == 1


def _tokens(sealed: bytes, purpose: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sealing.unseal(sealed, purpose=purpose))
    return found

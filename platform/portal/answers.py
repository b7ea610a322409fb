"""The answer to step 2 of an enrolment, from the moment it is given until it is confirmed.

It is kept in the person's session, beside the draft and not in it: separated parents share the
draft of their child, and what one of them chooses for their household is neither shown to the other
nor confirmed by them. It changes nothing by itself; when its session is over, it is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    from tenants.people.models import Pupil

_KEY = "canteen-situations"


def keep(session: SessionBase, pupil: Pupil, answer: str) -> None:
    """Keep an answer; a later one replaces it."""
    session[_KEY] = {**session.get(_KEY, {}), str(pupil.public_id): answer}


def kept(session: SessionBase, pupil: Pupil, *, among: Iterable[tuple[str, str]]) -> str:
    """The answer given, as long as it is among those offered; else empty."""
    answer = session.get(_KEY, {}).get(str(pupil.public_id), "")
    return answer if answer in dict(among) else ""


def forget(session: SessionBase, pupil: Pupil) -> None:
    """Drop an answer once it took effect."""
    others = session.get(_KEY, {})
    session[_KEY] = {key: value for key, value in others.items() if key != str(pupil.public_id)}

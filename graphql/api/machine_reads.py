"""What the fields of records that machines read need, read once for a page: `api.loaders`' way.

No person asks: what is open was checked by scopes before anything was read.
"""

from __future__ import annotations

import datetime
import functools
import uuid
from collections.abc import Mapping, Sequence

from api.limits import LIST_LENGTHS
from billing.canteen import queries as canteen
from billing.canteen.models import Enrolment
from federation.passplus import holding
from federation.passplus.holding import HeldCard
from tenants.people import queries as people
from tenants.people.models import Guardianship, Pupil, Schooling

MOST_GUARDIANS = LIST_LENGTHS["PupilRecord.guardians"]
MOST_CARDS = LIST_LENGTHS["PupilRecord.passCards"]


class Records:
    """A page of pupils, on a day."""

    def __init__(self, pupils: Sequence[Pupil], *, on: datetime.date) -> None:
        self._pupils = pupils
        self._keys = [pupil.pk for pupil in pupils]
        self.on = on

    @functools.cached_property
    def schoolings(self) -> dict[int, Schooling]:
        """Where each is schooled."""
        return people.schoolings_on(self._keys, self.on)

    @functools.cached_property
    def _guardianships(self) -> Mapping[int, list[Guardianship]]:
        return people.guardianships_on(self._keys, on=self.on)

    def guardianships(self, pupil: Pupil) -> list[Guardianship]:
        """Who answers for a pupil: payers first, then parental authority."""
        return self._guardianships.get(pupil.pk, [])[:MOST_GUARDIANS]

    @functools.cached_property
    def enrolments(self) -> dict[int, Enrolment]:
        """The enrolment in the canteen of each that has one."""
        return canteen.enrolments_on(self._keys, self.on)

    @functools.cached_property
    def _pass_cards(self) -> Mapping[uuid.UUID, list[HeldCard]]:
        return holding.cards_of([pupil.public_id for pupil in self._pupils], on=self.on)

    def pass_cards(self, pupil: Pupil) -> list[HeldCard]:
        """The Pass+ cards of a pupil that may still serve, the latest campaign first."""
        return self._pass_cards.get(pupil.public_id, [])[:MOST_CARDS]

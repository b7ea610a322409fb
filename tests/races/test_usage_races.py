"""Two workers who bring the same counts to the tables at once."""

from __future__ import annotations

import pytest

from federation.usage import gathering, pseudonyms
from federation.usage.models import Audience, Gathering, Window
from tests.factories.usage import paris, visits
from tests.threads import meeting

pytestmark = pytest.mark.usefixtures("committed_tenant_db")


def test_two_workers_at_once_add_a_batch_once(monkeypatch):
    pseudonyms.forget()
    gathering.forget_counts()  # threads share no prefix of the cache: what others left
    visits(3, "0920001A|PARENT", paris(7, 9))

    added = meeting(monkeypatch, gathering, "_add")(lambda: gathering.gather(at=paris(7, 10)))

    assert sorted(added) == [0, 3]
    assert Audience.objects.get(window=Window.DAY).visits == 3
    assert Gathering.objects.count() == 1

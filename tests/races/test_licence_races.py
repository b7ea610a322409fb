"""Two people who open a service at once, when one licence is left."""

from __future__ import annotations

import datetime

import pytest

from federation.ent import operations, using
from federation.ent.models import Licence
from federation.ent.using import LicencesSpent
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.shared_services import enable, open_to
from tests.factories.tariffs import AT
from tests.threads import meeting

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
TODAY = datetime.date(2024, 10, 8)


def test_the_last_licence_is_one_persons(monkeypatch):
    people = [account_of(make_family()) for _ in range(2)]
    open_to(enable(), licences=1)
    next_one = iter(people)

    def open_it() -> str:
        try:
            operations.admit(user=next(next_one), service_code="presse", on=TODAY, at=AT)
        except LicencesSpent:
            return "spent"
        return "in"

    results = meeting(monkeypatch, using, "lock_opening")(open_it)

    assert results == ["in", "spent"]
    assert [licence.user_id for licence in Licence.objects.all()] == [people[0].pk]

"""What is deleted when its time is over, and what is not."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection

from billing.rights import operations
from billing.rights.identity import AskedIdentity
from billing.rights.models import Consent, RightsRequest, SourceCall
from tests.factories.canteen import Family
from tests.factories.rights import NOW, answered, make_asking_family, make_source
from tests.sources import born_in

pytestmark = pytest.mark.usefixtures("tenant_db")


@pytest.fixture
def family(sources_address: str) -> Family:
    make_source(sources_address)
    return make_asking_family()


def test_calls_are_kept_for_thirty_six_months_and_then_deleted(family: Family) -> None:
    answered(family)
    called_at = SourceCall.objects.get().called_at

    kept = operations.purge(at=called_at.replace(year=called_at.year + 3))
    assert (kept["calls"], SourceCall.objects.count()) == (0, 1)

    gone = operations.purge(
        at=called_at.replace(year=called_at.year + 3) + datetime.timedelta(days=1)
    )
    assert (gone["calls"], SourceCall.objects.count()) == (1, 0)
    assert Consent.objects.count() == 1


def test_an_identity_kept_to_ask_again_goes_after_a_week(family: Family) -> None:
    request = answered(family, identity=AskedIdentity(civil=born_in("00504")))
    assert operations.purge(at=NOW() + datetime.timedelta(days=6))["identities"] == 0

    assert operations.purge(at=NOW() + datetime.timedelta(days=8))["identities"] == 1

    request.refresh_from_db()
    assert request.sealed_identity is None
    assert request.state == RightsRequest.State.TO_COMPLETE


def test_consents_and_calls_are_never_rewritten(family: Family) -> None:
    answered(family)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_column_privilege('rights_consent', 'text', 'UPDATE'), "
            "has_table_privilege('rights_sourcecall', 'UPDATE'), "
            "has_table_privilege('rights_consent', 'DELETE')"
        )
        assert cursor.fetchone() == (False, False, False)

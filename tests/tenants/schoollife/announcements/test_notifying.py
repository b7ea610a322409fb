"""Who is told when: what each chose, digests, what is urgent."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from commons.models import OutboxEvent
from tenants.accounts.models import User
from tenants.schoollife.announcements import notifying, operations, queries, refusals
from tenants.schoollife.announcements.models import Digest, Notice, Preference
from tenants.schoollife.announcements.moments import Chosen, Terms
from tests.factories.announcements import AT, family_in, make_class, published
from tests.factories.canteen import make_college
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
HOUR = datetime.timedelta(hours=1)
EVENING = AT.replace(hour=16)  # eighteen hours here
NIGHT = AT.replace(hour=21)  # twenty-three


@pytest.fixture(autouse=True)
def at_that_moment():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    return family_in(make_class(make_college()), guardians=2)


def choose(user, mode, **more):
    operations.choose(user=user, chosen=Chosen(mode=mode, **more), actor=ACTOR, at=AT)


def events(name):
    return OutboxEvent.objects.filter(name=f"announcements.{name}").count()


def test_each_is_told_as_they_chose(family):
    at_once, digest = (guardian.user for guardian in family.guardians)
    choose(digest, "DIGEST")
    published(family.college)

    assert operations.release(at=AT) == 1
    assert Notice.objects.get(released_at=AT).user == at_once
    assert operations.release(at=EVENING - HOUR) == 0
    assert operations.release(at=EVENING) == 1
    assert Digest.objects.get().user == digest
    assert (events("notice.due"), events("digest.made")) == (1, 1)


def test_who_wants_nothing_is_told_of_what_is_urgent_alone(family):
    for guardian in family.guardians:
        choose(guardian.user, "NONE")
    published(family.college)
    assert not Notice.objects.exists()

    published(family.college, at=NIGHT, urgent_reason="Le collège est fermé demain")
    assert operations.release(at=NIGHT) == 2


def test_nobody_is_woken(family):
    choose(family.guardians[1].user, "AT_ONCE", quiet_from=23, quiet_until=6)
    published(family.college, at=NIGHT - HOUR)  # twenty-two hours here

    assert operations.release(at=NIGHT - HOUR) == 1
    assert Notice.objects.get(released_at=None).user == family.guardians[0].user
    morning = NIGHT.replace(hour=5) + datetime.timedelta(days=1)
    assert operations.release(at=morning - HOUR) == 0
    assert operations.release(at=morning) == 1


def test_a_person_has_one_digest_a_day_at_most(family):
    user = family.guardians[0].user
    choose(user, "DIGEST")
    choose(family.guardians[1].user, "NONE")
    published(family.college)
    published(family.college, title="Photo de classe")
    operations.release(at=EVENING)
    assert queries.notices_of(Digest.objects.get()) == list(Notice.objects.order_by("pk"))

    published(family.college, title="Cross", at=EVENING)
    operations.release(at=EVENING)
    operations.release(at=EVENING + HOUR)
    assert Digest.objects.count() == 1
    assert operations.release(at=EVENING + 24 * HOUR) == 1
    assert events("digest.made") == 2


def test_the_departement_says_what_holds_for_who_chose_nothing(family):
    operations.set_terms(
        terms=Terms(Chosen(mode="DIGEST"), digest_hour=17, urgent_per_week=1), actor=ACTOR, at=AT
    )
    published(family.college, urgent_reason="Fuite de gaz")
    with pytest.raises(refusals.TooManyUrgent):
        published(family.college, urgent_reason="Encore")
    published(family.college)

    assert operations.release(at=AT) == 2
    assert operations.release(at=EVENING - HOUR) == 2
    assert Digest.objects.count() == 2


@pytest.mark.parametrize("hours", [{"quiet_from": 24}, {"quiet_until": -1}])
def test_an_hour_that_is_none_is_refused(family, hours):
    with pytest.raises(refusals.HoursRefused):
        choose(family.guardians[0].user, "DIGEST", **hours)


def test_a_closed_account_is_not_told(family):
    User.objects.filter(pk=family.guardians[0].user_id).update(is_active=False)
    published(family.college)
    assert Notice.objects.get().user == family.guardians[1].user


def test_unsubscribing_twice_keeps_what_was_chosen(family):
    user = family.guardians[0].user
    choose(user, "DIGEST", quiet_from=22)
    for _ in range(2):
        operations.unsubscribe(user=user, at=AT)
    assert queries.preference_of(user) == Chosen(mode="NONE", quiet_from=22)
    assert Preference.objects.count() == 1


def test_a_link_is_of_one_département(family, in_tenant):
    token = notifying.unsubscribe_token(family.guardians[0].user)
    assert notifying.user_of_token(token) == family.guardians[0].user
    with in_tenant("d94"):
        assert notifying.user_of_token(token) is None


def test_what_is_kept_no_longer_is_forgotten(family):
    announcement = published(family.college)
    operations.note_read(announcement=announcement, reader=family.guardians[0], at=AT)
    operations.release(at=AT)

    assert operations.purge(at=AT + 24 * HOUR) == 0
    assert operations.purge(at=AT + 91 * 24 * HOUR) == 2  # notices
    assert operations.purge(at=AT + 731 * 24 * HOUR) == 3  # who was told, who read

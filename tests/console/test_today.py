"""Each number of the first page opens the list of what it counts, no row more, no row less."""

from __future__ import annotations

import datetime
import html
import re

import pytest
import time_machine

from billing.canteen.models import BookingException, Enrolment
from billing.tariffs.models import PriceDecision
from tenants.accounts.capabilities import Role
from tenants.people.models import Pupil, Schooling
from tests.console.test_acts import text
from tests.factories.canteen import make_enrolment, make_family
from tests.factories.invoicing import make_billed_family, prepare, review

MONDAY = datetime.datetime(2024, 10, 7, 8, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY, tick=False):
        yield


def numbers(page):
    """What the page counts, and where each number leads: {words: (count, address)}."""
    source = page.content.decode()
    tasks = re.findall(
        r'<li><a class="is-\w+" href="([^"]+)"><strong>(\d+)</strong><span>([^<]+)</span>', source
    )
    figures = re.findall(r'<dt>([^<]+)</dt><dd><a href="([^"]+)">(\d+)</a>', source)
    return {
        **{html.unescape(words): (int(n), html.unescape(url)) for url, n, words in tasks},
        **{html.unescape(words): (int(n), html.unescape(url)) for words, url, n in figures},
    }


def rows(site, url):
    return len(re.findall(r"<tr data-row>", site.get(url).content.decode()))


def make_morning():
    """One of each: unpriced, gone from the feed, draft, cancelled today, and all is well."""
    families = [make_billed_family()]
    for _ in range(4):
        family = make_family()
        make_enrolment(family)
        families.append(family)
    unpriced, gone, drafted, cancelled = families[1:]
    PriceDecision.objects.filter(pupil=unpriced.pupil).update(
        valid_until=datetime.date(2024, 9, 20)
    )
    Pupil.objects.filter(pk=gone.pupil.pk).update(missing_since=datetime.date(2024, 10, 1))
    Enrolment.objects.filter(pupil=drafted.pupil).update(state="DRAFT")
    BookingException.objects.create(
        enrolment=cancelled.pupil.enrolments.get(),
        day=MONDAY.date(),
        kind="CANCELLED",
        requested_at=MONDAY,
    )
    return families


def test_each_number_opens_its_own_list(agent):
    make_morning()
    run = review(prepare())
    assert {row.severity for row in run.anomalies.all()} >= {"BLOCKING"}
    site = agent(Role.REGISSEUR)

    found = numbers(site.get("/console/"))

    assert {words: count for words, (count, _url) in found.items()}.items() >= {
        "inscription sans prix": 1,
        "inscrit absent de l'annuaire": 1,
        "inscription à finir": 1,
        "Repas prévus": 3,
        "Inscriptions en cours": 4,
    }.items()
    assert len({url for _count, url in found.values()}) == len(found)
    for words, (count, url) in found.items():
        assert rows(site, url) == count, words


def test_a_secretary_counts_their_college_alone(agent):
    families = make_morning()
    unpriced = families[1]
    site = agent(Role.COLLEGE_SECRETARY, uai=unpriced.college.uai)

    found = numbers(site.get("/console/"))
    assert {words: count for words, (count, _url) in found.items()} == {
        "inscription sans prix": 1,
        "Repas prévus": 1,
        "Inscriptions en cours": 1,
    }
    for words, (count, url) in found.items():
        assert rows(site, url) == count, words

    # The pupil leaves the collège: neither counted nor listed.
    Schooling.objects.filter(pupil=unpriced.pupil).update(valid_until=MONDAY.date())
    page = site.get("/console/")
    assert "sans prix" not in text(page)
    assert rows(site, "/console/canteen/enrolment/?aujourdhui=oui") == 0
    assert numbers(page)["Inscriptions en cours"][0] == 0

"""A preview promises what the operation decides; an act is done by the agent who did it."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from billing.canteen.models import Enrolment, ServiceDay
from billing.invoicing.models import BillingRun
from billing.tariffs.models import PriceDecision
from commons.models import AuditEntry
from console import acts
from tenants.accounts.capabilities import Role
from tenants.accounts.models import User
from tests.console.test_acts import NOW, confirm, text
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare, review
from tests.factories.tariffs import make_resources

IN_SEPTEMBER = datetime.date(2024, 9, 12)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


def shown(site, url, **answers):
    """The page of an effect, and whether it lets one go on."""
    response = site.post(url, **answers)
    assert response.status_code == 200, text(response)
    return text(response), 'name="fingerprint"' in response.content.decode()


def test_numbers_follow_the_day_in_paris(agent):
    make_billed_family()
    run = review(prepare())

    with time_machine.travel(datetime.datetime(2024, 12, 31, 23, 30, tzinfo=datetime.UTC)):
        site = agent(Role.REGISSEUR)
        page, _may = shown(site, acts.url_for("issue-run", run), due_on="2025-02-01")
        early, may = shown(site, acts.url_for("issue-run", run), due_on="2024-12-31")

    assert "2025-000001" in page
    assert "vient avant l'émission" in early.replace("&#x27;", "'")
    assert not may


def test_the_month_of_any_of_its_days_is_the_month(agent):
    make_billed_family()
    regie = make_regie()
    run = prepare(regie)
    site = agent(Role.REGISSEUR)
    answers = {"regie": str(regie.public_id), "month": "2024-09-15"}

    page, may = shown(site, acts.url_for("prepare-run"), **answers)
    assert "sont refaits" in page
    assert may

    issue(run)
    page, may = shown(site, acts.url_for("prepare-run"), **answers)
    assert "déjà émises" in page
    assert not may
    assert BillingRun.objects.count() == 1


def test_an_enrolment_that_will_be_over_cannot_be_ended(agent):
    family = make_billed_family()
    site = agent(Role.INSTRUCTOR)
    url = acts.url_for("end-enrolments", family.pupil.enrolments.get())

    page, may = shown(site, url, end_on="2030-01-01")

    assert "n'est plus en cours" in page.replace("&#x27;", "'")
    assert not may


def test_what_is_billed_is_refused_before_one_tries(agent):
    family = make_billed_family()
    issue(prepare())
    day = ServiceDay.objects.get(college=family.college, day=IN_SEPTEMBER)
    before = list(PriceDecision.objects.values()), list(Enrolment.objects.values())
    site = agent(Role.INSTRUCTOR)

    for url, answers in (
        (acts.url_for("end-enrolments", family.pupil.enrolments.get()), {"end_on": IN_SEPTEMBER}),
        (acts.url_for("redecide-prices", family.pupil), {"valid_from": IN_SEPTEMBER}),
        (acts.url_for("close-service-days", day), {"reason": "Grève"}),
    ):
        page, may = shown(site, url, **answers)
        assert "déjà facturés" in page, url
        assert not may, url
    day.refresh_from_db()
    assert day.is_open
    assert before == (list(PriceDecision.objects.values()), list(Enrolment.objects.values()))


def test_a_preview_leaves_no_trace(agent):
    family = make_billed_family()
    make_resources(family.household, choose_maximum=True, valid_from=datetime.date(2024, 10, 3))
    site = agent(Role.INSTRUCTOR)
    before = AuditEntry.objects.count(), PriceDecision.objects.count()

    page, may = shown(site, acts.url_for("redecide-prices", family.pupil), valid_from="2024-10-03")

    assert "7,00" in page
    assert may
    assert before == (AuditEntry.objects.count(), PriceDecision.objects.count())


def test_some_refused_are_said_and_the_others_done(agent):
    over = make_billed_family()
    other = make_billed_family_again()
    yesterday = IN_SEPTEMBER - datetime.timedelta(days=1)
    over.pupil.enrolments.update(state="ENDED", valid_until=yesterday)
    site = agent(Role.INSTRUCTOR)
    enrolments = [over.pupil.enrolments.get(), other.pupil.enrolments.get()]
    url = acts.url_for("end-enrolments", *enrolments)

    page, may = shown(site, url, end_on=IN_SEPTEMBER)
    assert "Inscriptions arrêtées 1" in page or "1 Inscriptions arrêtées" in page
    assert "n'est plus en cours" in page.replace("&#x27;", "'")
    assert may

    _shown, done = confirm(site, url, end_on=IN_SEPTEMBER)
    assert done.status_code == 302
    assert Enrolment.objects.get(valid_until=IN_SEPTEMBER) == enrolments[1]


def make_billed_family_again():
    """A second family under the tariff of the first."""
    from tests.factories.canteen import make_enrolment, make_family

    family = make_family()
    make_enrolment(family)
    return family


def test_a_total_refusal_is_no_success(agent, monkeypatch):
    family = make_billed_family()
    site = agent(Role.INSTRUCTOR)
    monkeypatch.setattr("console.acts.canteen.do_each", lambda *_: (0, ("Refusé ici.",)))

    _shown, done = confirm(
        site, acts.url_for("end-enrolments", family.pupil.enrolments.get()), end_on="2024-11-04"
    )

    page = text(site.follow(done))
    assert "Refusé ici." in page
    assert "Rien n&#x27;a été fait." in page
    assert "est arrêtée" not in page
    assert "sont arrêtées" not in page


def test_ending_says_the_meals_and_the_money(agent):
    family = make_billed_family()
    site = agent(Role.INSTRUCTOR)

    # The last meals before the summer: Thursday 26 June, Monday 30 June, Thursday 3 July 2025.
    page, _may = shown(
        site,
        acts.url_for("end-enrolments", family.pupil.enrolments.get()),
        end_on=datetime.date(2025, 6, 26),
    )

    assert "9,00" in page


@pytest.mark.parametrize("act", ["end-enrolments", "redecide-prices", "close-service-days"])
def test_the_journal_names_the_agent(agent, act):
    family = make_billed_family()
    make_resources(family.household, choose_maximum=True, valid_from=datetime.date(2024, 10, 3))
    day = ServiceDay.objects.get(college=family.college, day=datetime.date(2024, 10, 10))
    site = agent(Role.INSTRUCTOR)
    me = User.objects.get(email="instructor@exemple.fr")
    target, answers = {
        "end-enrolments": (family.pupil.enrolments.get(), {"end_on": "2024-11-04"}),
        "redecide-prices": (family.pupil, {"valid_from": "2024-10-03"}),
        "close-service-days": (day, {"reason": "Grève"}),
    }[act]

    confirm(site, acts.url_for(act, target), **answers)

    entry = AuditEntry.objects.latest("pk")
    assert (entry.actor_kind, entry.actor_id) == ("user", str(me.public_id))


def test_the_journal_names_the_regisseuse(agent):
    make_billed_family()
    regie = make_regie()
    site = agent(Role.REGISSEUR)
    me = User.objects.get(email="regisseur@exemple.fr")
    before = AuditEntry.objects.latest("pk").pk

    confirm(site, acts.url_for("prepare-run"), regie=str(regie.public_id), month="2024-09")
    run = BillingRun.objects.get()
    confirm(site, acts.url_for("review-run", run))
    confirm(site, acts.url_for("issue-run", run), due_on="2024-11-01")

    actors = set(AuditEntry.objects.filter(pk__gt=before).values_list("actor_kind", "actor_id"))
    assert actors == {("user", str(me.public_id))}

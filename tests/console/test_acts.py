"""Acts: what will change is shown first; then one operation does it, for who may."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine

from billing.canteen.models import Enrolment, ServiceDay
from billing.invoicing.models import BillingRun, Invoice
from billing.tariffs.models import PriceDecision
from console import acts
from tenants.accounts.capabilities import Role
from tests.factories.canteen import make_college, make_family
from tests.factories.invoicing import make_billed_family, make_regie, prepare, review
from tests.factories.tariffs import make_resources

NOW = datetime.datetime(2024, 10, 2, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def confirm(site, url, **answers):
    """Ask, read the effect, confirm it; the page of the effect and the last answer."""
    shown = site.post(url, **answers) if answers else site.get(url)
    assert shown.status_code == 200, text(shown)
    found = re.search(r'name="fingerprint" value="([^"]+)"', shown.content.decode())
    assert found, text(shown)
    return shown, site.post(url, fingerprint=found[1], **answers)


def test_a_month_is_prepared_reviewed_and_issued_from_the_console(agent):
    make_billed_family()
    regie = make_regie()
    site = agent(Role.REGISSEUR)

    answers = {"regie": str(regie.public_id), "month": "2024-09"}
    shown, done = confirm(site, acts.url_for("prepare-run"), **answers)
    assert "27,00\u00a0€".replace("\u00a0", " ") in text(shown)
    assert done.status_code == 302
    run = BillingRun.objects.get()
    assert run.counts["total_cents"] == 2700

    confirm(site, acts.url_for("review-run", run))
    shown, done = confirm(site, acts.url_for("issue-run", run), due_on="2024-11-01")
    assert "2024-000001" in text(shown)
    assert done.status_code == 302
    assert Invoice.objects.get().total_cents == 2700

    again = site.post(acts.url_for("issue-run", run), due_on="2024-11-01")
    assert "déjà émises" in text(again)
    assert Invoice.objects.count() == 1


def test_showing_the_effect_changes_nothing(agent):
    make_billed_family()
    regie = make_regie()
    site = agent(Role.REGISSEUR)

    site.post(acts.url_for("prepare-run"), regie=str(regie.public_id), month="2024-09")

    assert BillingRun.objects.count() == 0


def test_facts_that_moved_since_the_preview_are_shown_again(agent):
    family = make_billed_family()
    regie = make_regie()
    site = agent(Role.REGISSEUR)
    url, answers = acts.url_for("prepare-run"), {"regie": str(regie.public_id), "month": "2024-09"}
    shown = site.post(url, **answers)
    stamp = re.search(r'name="fingerprint" value="([^"]+)"', shown.content.decode())[1]
    PriceDecision.objects.filter(pupil=family.pupil).update(valid_until=datetime.date(2024, 9, 20))

    refused = site.post(url, fingerprint=stamp, **answers)

    assert refused.status_code == 409
    assert "Rien n&#x27;a été fait" in refused.content.decode()
    assert BillingRun.objects.count() == 0


def test_anomalies_are_answered_together(agent):
    for _ in range(2):
        family = make_billed_family()
        family.guardians[0].email = ""
        family.guardians[0].save(update_fields=["email"])
    run = review(prepare())
    site = agent(Role.REGISSEUR)
    page = site.get(f"/console/facturation/{run.public_id}/")
    assert "Payeur injoignable" in text(page)

    url = f"/console/actes/answer-anomalies/?sur={run.public_id}:unreachable_payer"
    confirm(site, url, answer="Courrier envoyé au collège.")

    answers = set(run.anomalies.values_list("answer", flat=True))
    assert answers == {"Courrier envoyé au collège."}


def test_closing_a_day_says_what_families_will_not_pay(agent):
    family = make_billed_family()
    day = ServiceDay.objects.get(college=family.college, day=datetime.date(2024, 10, 10))
    site = agent(Role.INSTRUCTOR)

    shown, _done = confirm(site, acts.url_for("close-service-days", day), reason="Grève")

    assert "3,00" in text(shown)
    day.refresh_from_db()
    assert (day.is_open, day.closed_reason) == (False, "Grève")


def test_an_enrolment_is_ended_and_a_price_decided_again(agent):
    family = make_billed_family()
    site = agent(Role.INSTRUCTOR)
    make_resources(family.household, choose_maximum=True, valid_from=datetime.date(2024, 10, 3))

    shown, _done = confirm(
        site, acts.url_for("redecide-prices", family.pupil), valid_from="2024-10-03"
    )
    assert "7,00" in text(shown)
    assert PriceDecision.objects.latest("pk").unit_price_cents == 700

    confirm(
        site, acts.url_for("end-enrolments", family.pupil.enrolments.get()), end_on="2024-11-04"
    )
    assert Enrolment.objects.get().valid_until == datetime.date(2024, 11, 4)


@pytest.mark.parametrize("name", [act.name for act in acts.catalogue()])
def test_an_act_is_refused_to_a_reader(agent, name):
    site = agent(Role.READER)

    assert site.get(f"/console/actes/{name}/").status_code == 403
    assert site.post(f"/console/actes/{name}/", fingerprint="x").status_code == 403


def test_a_family_has_no_console(site):
    from tests.factories.portal import account_of

    site.sign_in(account_of(make_billed_family()))

    assert site.get("/console/").status_code == 403


def test_today_counts_what_waits(agent):
    family = make_billed_family()
    PriceDecision.objects.filter(pupil=family.pupil).update(valid_until=datetime.date(2024, 9, 20))
    review(prepare())
    site = agent(Role.REGISSEUR)

    page = text(site.get("/console/"))

    assert "1 inscription sans prix" in page
    assert "1 anomalie bloquante" in page
    assert "Le grand livre est juste" in page


def test_the_pages_of_tariffs_draw_the_price(agent):
    make_billed_family()
    site = agent(Role.READER)
    page = site.get("/console/tarifs/")
    (path,) = set(re.findall(r"/console/tarifs/[0-9a-f-]{36}/", page.content.decode()))

    drawn = site.get(path).content.decode()

    assert "<path" in drawn
    assert "Le quotient est multiplié par 0,005" in drawn or "0.005" in drawn


def test_the_days_of_a_college_are_opened_until_the_end_of_the_year(agent):
    college = make_college()
    site = agent(Role.INSTRUCTOR)

    shown, done = confirm(site, acts.url_for("open-service-days", college), first_day="2025-06-30")

    days = set(ServiceDay.objects.filter(college=college).values_list("day", flat=True))
    assert f"Jours ouverts {len(days)}" in text(shown)
    assert done.status_code == 302
    # The year ends on Friday 4 July 2025 in the evening; no meal on Wednesdays is a rule, not ours.
    assert min(days) == datetime.date(2025, 6, 30)
    assert max(days) == datetime.date(2025, 7, 4)


def test_a_household_is_formed_and_its_resources_are_asked_next(agent):
    family = make_family(guardians=2)
    before = family.pupil.household
    mother, father = family.guardians
    site = agent(Role.INSTRUCTOR)

    shown, done = confirm(
        site,
        acts.url_for("form-household", family.pupil),
        adults=[str(father.public_id)],
        children=[str(family.pupil.public_id)],
        valid_from="2024-10-02",
    )

    family.pupil.refresh_from_db()
    formed = family.pupil.household
    assert before.label in text(shown)
    assert formed != before
    assert [member.guardian for member in formed.members.all()] == [father]
    assert before.members.get(guardian=mother).valid_until is None
    assert "record-resources" in done.headers["Location"]


def test_a_household_cannot_take_somebody_else_s_child(agent):
    family, other = make_family(), make_family()
    site = agent(Role.INSTRUCTOR)

    answer = site.post(
        acts.url_for("form-household", family.pupil),
        adults=[str(family.guardians[0].public_id)],
        children=[str(other.pupil.public_id)],
        valid_from="2024-10-02",
    )

    assert answer.status_code == 422

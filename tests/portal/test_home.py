"""Home: what to do, the most urgent first; each child; what is new."""

import dataclasses
import datetime

import pytest
import time_machine

from billing.canteen import operations
from billing.canteen.rules import published_rules
from tenants.people.models import Schooling
from tests.factories.canteen import make_enrolment, make_family, set_rules
from tests.factories.invoicing import make_billed_family, make_regie
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR
from tests.portal.households import (
    MONTHS,
    add_child,
    bill,
    make_households,
    make_invoices,
    pay,
    queries,
    text,
)

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture
def october():
    with time_machine.travel(NOW, tick=False):
        yield


def begin(child, **answers):
    return operations.save_enrolment_draft(
        pupil=child.pupil,
        college=child.college,
        school_year=2024,
        weekdays=1,
        actor=ACTOR,
        at=NOW,
        **answers,
    )


def order(page, *words):
    """The words, in the order the page says them."""
    return sorted(words, key=page.index)


@pytest.mark.usefixtures("october")
def test_nothing_to_do_is_a_calm_page(site):
    family = make_family()
    make_enrolment(family)
    site.sign_in(account_of(family))

    page = text(site.get("/"))

    assert f"Bonjour {family.guardians[0].first_name}" in page
    assert "Tout est en ordre." in page
    assert "Inscription faite" in page


def test_person_without_a_child_is_told_whom_to_ask(site, parent):
    page = text(site.sign_in(parent).get("/"))

    assert "Aucun enfant n'est relié à votre compte." in page
    assert "Tout est en ordre." in page


def test_what_is_late_comes_first_then_what_is_due_soon_then_enrolments(site):
    family, (september, october) = make_invoices(2)
    begin(add_child(family, "Mariam"))
    add_child(family, "Élise")
    site.sign_in(account_of(family))

    with time_machine.travel(datetime.datetime(2024, 11, 28, 10, 0, tzinfo=datetime.UTC)):
        page = text(site.get("/"))

    assert (september.due_on, october.due_on) == (
        datetime.date(2024, 11, 3),
        datetime.date(2024, 12, 3),
    )
    assert "En retard depuis le dimanche\u00a03\u00a0novembre" in page
    assert "Avant le mardi\u00a03\u00a0décembre" in page
    expected = (
        "Payer la facture de septembre",
        "Payer la facture d'octobre",
        "Finir l'inscription de Mariam",
        "Inscrire Élise à la cantine",
    )
    assert order(page, *expected) == list(expected)


def test_invoice_that_is_paid_is_no_longer_to_do_but_stays_in_the_news(site):
    family, (invoice,) = make_invoices(1)
    pay(invoice, invoice.total_cents)
    site.sign_in(account_of(family))

    with time_machine.travel(NOW, tick=False):
        page = text(site.get("/"))

    assert "Payer la facture" not in page
    assert "Facture de septembre\u00a02024\u00a0: 27,00\u00a0€" in page


def test_part_that_is_paid_is_taken_off(site):
    family, (invoice,) = make_invoices(1)
    pay(invoice, 1000)
    site.sign_in(account_of(family))

    with time_machine.travel(NOW, tick=False):
        page = text(site.get("/"))

    assert "Payer la facture de septembre\u00a02024 · 17,00\u00a0€" in page


@pytest.mark.usefixtures("october")
def test_news_are_told_with_their_day_and_old_ones_forgotten(site):
    family = make_family()
    make_enrolment(family, at=NOW - datetime.timedelta(days=3))
    old = add_child(family, "Mariam")
    make_enrolment(old, at=NOW - datetime.timedelta(days=90))
    site.sign_in(account_of(family))

    page = text(site.get("/"))

    assert "5\u00a0octobre\u00a02024" in page
    assert f"inscription d'{family.pupil.first_name}, lundi et jeudi" in page
    assert "inscription de Mariam" not in page


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize("why", ["no rules", "not open yet", "no collège"])
def test_enrolment_is_offered_only_when_it_can_begin(site, why):
    family = make_family()
    if why != "no rules":
        opens_on = datetime.date(2024, 12, 1) if why == "not open yet" else None
        set_rules(dataclasses.replace(published_rules("92"), enrolment_opens_on=opens_on))
    if why == "no collège":
        Schooling.objects.filter(pupil=family.pupil).delete()
    site.sign_in(account_of(family))

    page = text(site.get("/"))

    assert f"Inscrire {family.pupil.first_name}" not in page
    assert "Tout est en ordre." in page


@pytest.mark.usefixtures("october")
def test_other_families_do_not_appear(site):
    family, other = make_family(), make_family()
    make_enrolment(other)
    site.sign_in(account_of(family))

    html = site.get("/").content.decode()

    assert str(family.pupil.public_id) in html
    assert str(other.pupil.public_id) not in html
    assert other.pupil.first_name not in html


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize("enrolled", [False, True])
@pytest.mark.parametrize("path", ["/", "/enfants/"])
def test_four_children_take_as_many_queries_as_one(site, path, enrolled):
    one = make_households(1, enrolled=enrolled)
    four = make_households(4, enrolled=enrolled)

    site.sign_in(account_of(one[0]))
    few = queries(site, path)
    site.sign_in(account_of(four[0]))
    many = queries(site, path)

    assert text(site.get(path)).count("Voir la page d'Enfant") == 4
    assert many == few


def test_four_invoices_take_as_many_queries_as_one(site):
    family, regie = make_billed_family(), make_regie()
    site.sign_in(account_of(family))
    with time_machine.travel(datetime.datetime(2025, 1, 8, 10, 0, tzinfo=datetime.UTC), tick=False):
        bill(regie, MONTHS[:1])
        few = queries(site, "/")
        bill(regie, MONTHS[1:])
        many = queries(site, "/")
        page = text(site.get("/"))

    assert page.count("Payer la facture") == 4
    assert many == few

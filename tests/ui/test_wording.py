"""How dates, days, amounts and numbers are written."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils.translation import ngettext

from tenants.registry.models import Departement
from ui import wording

PARIS = ZoneInfo("Europe/Paris")
DAY = datetime.date(2024, 10, 7)


def test_long_date_says_weekday_day_and_month():
    assert wording.long_date(DAY) == "lundi\u00a07\u00a0octobre"


def test_first_day_of_a_month_is_ordinal():
    assert wording.full_date(datetime.date(2024, 9, 1)) == "1er\u00a0septembre\u00a02024"


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (datetime.date(2024, 10, 1), "d'octobre\u00a02024"),
        (datetime.date(2024, 8, 1), "d'août\u00a02024"),
        (datetime.date(2025, 3, 1), "de mars\u00a02025"),
    ],
)
def test_month_elides_before_a_vowel(day, written):
    assert wording.of_month(day) == written


@pytest.mark.parametrize(
    ("limit", "written"),
    [
        ((2024, 10, 10, 0, 0), "mercredi\u00a09\u00a0octobre inclus"),
        ((2024, 10, 9, 12, 0), "mercredi\u00a09\u00a0octobre à midi"),
        ((2024, 10, 9, 18, 30), "mercredi\u00a09\u00a0octobre à 18\u00a0h\u00a030"),
    ],
)
def test_deadline_is_said_as_people_say_it(limit, written):
    assert wording.last_moment(datetime.datetime(*limit, tzinfo=PARIS)) == written


def test_midnight_of_utc_is_not_midnight_of_paris():
    limit = datetime.datetime(2024, 10, 9, 22, 0, tzinfo=datetime.UTC)

    assert wording.last_moment(limit) == "mercredi\u00a09\u00a0octobre inclus"


@pytest.mark.parametrize(
    ("mask", "written"),
    [
        (0, "aucun jour"),
        (1, "lundi"),
        (1 | 2, "lundi et mardi"),
        (1 | 2 | 8 | 16, "lundi, mardi, jeudi et vendredi"),
    ],
)
def test_weekdays_of_a_mask_are_listed(mask, written):
    assert wording.weekday_list(mask) == written


@pytest.mark.parametrize(
    ("typed", "written", "link"),
    [
        ("0147293000", "01\u00a047\u00a029\u00a030\u00a000", "tel:+33147293000"),
        ("+33 1 47 29 30 00", "01\u00a047\u00a029\u00a030\u00a000", "tel:+33147293000"),
        ("3977", "3977", "tel:3977"),
    ],
)
def test_telephone_number_is_written_by_two(typed, written, link):
    assert wording.phone_number(typed) == written
    assert wording.phone_link(typed) == link


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Mariam", "de Mariam"),
        ("Aminata", "d'Aminata"),
        ("Élise", "d'Élise"),
        ("Yanis", "de Yanis"),
    ],
)
def test_name_elides_before_a_vowel(name, written):
    assert wording.of_name(name) == written


@pytest.mark.parametrize(
    ("code", "name", "written"),
    [
        ("92", "Hauts-de-Seine", "des Hauts-de-Seine"),
        ("94", "Val-de-Marne", "du Val-de-Marne"),
        ("91", "Essonne", "de l'Essonne"),
        ("77", "Seine-et-Marne", "de Seine-et-Marne"),
        ("19", "Corrèze", "«\u00a0Corrèze\u00a0»"),
    ],
)
def test_departement_is_named_with_its_article_or_quoted(code, name, written):
    assert wording.of_departement(Departement(code=code, name=name)) == written


def test_days_are_grouped_by_month_in_order():
    days = [datetime.date(2024, 11, 4), DAY, datetime.date(2024, 10, 1)]

    assert wording.group_by_month(days) == [
        (datetime.date(2024, 10, 1), [datetime.date(2024, 10, 1), DAY]),
        (datetime.date(2024, 11, 1), [datetime.date(2024, 11, 4)]),
    ]


@pytest.mark.parametrize(("count", "said"), [(0, "0 ligne"), (1, "1 ligne"), (2, "2 lignes")])
def test_nought_is_singular_in_french(count, said):
    assert ngettext("%(n)d ligne", "%(n)d lignes", count) % {"n": count} == said
    counted = Template(
        "{% load i18n %}{% blocktranslate count n=n %}{{ n }} ligne{% plural %}{{ n }} lignes"
        "{% endblocktranslate %}"
    )
    assert counted.render(Context({"n": count})) == said

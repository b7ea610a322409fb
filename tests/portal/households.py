"""Families of several children, and their invoices, for tests of pages that list them."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from billing.invoicing.models import Invoice, Regie
from tenants.people.models import Guardianship, Pupil
from tests.factories.canteen import Family, make_enrolment, make_family, open_canteen
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare
from tests.factories.ledger import make_account, move
from tests.factories.tariffs import make_resources, make_version

MONTHS = tuple(datetime.date(2024, month, 1) for month in (9, 10, 11, 12))


def text(response: HttpResponse) -> str:
    """What is read of a page, in one line."""
    bare = re.sub(r"<[^>]+>", " ", response.content.decode())
    return html.unescape(re.sub(r"[ \t\r\n]+", " ", bare))


def queries(site: Any, path: str) -> int:
    """How many queries a page takes, once what is kept in the process is known."""
    assert site.get(path).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        site.get(path)
    return len(captured)


def add_child(family: Family, first_name: str = "", *, in_college: Any = None) -> Family:
    """One more child of a family's first guardian, in the same household."""
    child = make_family(college=in_college or family.college)
    Guardianship.objects.create(
        pupil=child.pupil,
        guardian=family.guardians[0],
        relation="MOTHER",
        legal_role=1,
        valid_from=datetime.date(2012, 5, 4),
    )
    named = {"first_name": first_name} if first_name else {}
    Pupil.objects.filter(pk=child.pupil.pk).update(household=family.household, **named)
    child.pupil.refresh_from_db()
    return child


def make_households(count: int, *, enrolled: bool = False) -> list[Family]:
    """As many children of one guardian, each in a collège of their own that serves meals."""
    first = make_family()
    make_version("92")
    make_resources(first.household)
    children = [
        first,
        *(add_child(first, in_college=make_family().college) for _ in range(1, count)),
    ]
    for child in children:
        open_canteen(child.college)
        if enrolled:
            make_enrolment(child)
    return children


def bill(regie: Regie, months: Sequence[datetime.date]) -> list[Invoice]:
    """Issue some months, each on the 3rd or 4th of the next, to be paid within thirty days."""
    made = []
    for month in months:
        at = datetime.datetime.combine(
            month + datetime.timedelta(days=33), datetime.time(10), tzinfo=datetime.UTC
        )
        due_on = at.date() + datetime.timedelta(days=30)
        made += issue(prepare(regie, month, at), at, due_on=due_on)
    return made


def make_invoices(count: int) -> tuple[Family, list[Invoice]]:
    """A family and its invoices since September 2024, the earliest first."""
    family = make_billed_family()
    return family, bill(make_regie(), MONTHS[:count])


def pay(invoice: Invoice, cents: int) -> None:
    """Credit an invoice's account."""
    move(make_account(), invoice.ledger_account, cents)

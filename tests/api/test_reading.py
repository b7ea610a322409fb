"""What families and agents read through the API: the same as the portal, the books, and no more."""

from __future__ import annotations

import datetime
import uuid

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.invoicing import queries as invoicing
from billing.invoicing.models import Invoice
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import Guardianship
from tests.factories.canteen import make_family
from tests.factories.invoicing import issue, make_billed_family, prepare
from tests.factories.portal import account_of

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
STRAND = """{
  viewer { email children { firstName college { uai }
    enrolment { weekdays }
    price { unit { cents currency formatted } explanation { sentences steps { code } } }
    invoices { nodes { number total { cents } due { cents } lines { quantity amount { cents } } } }
  } invoices { nodes { total { cents } } } }
}"""


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    found = make_billed_family()
    issue(prepare())
    return found


def agent(role: Role) -> User:
    user = User.objects.create(email=f"{role.value.lower()}@exemple.fr")
    uai = "0920001A" if role is Role.COLLEGE_SECRETARY else ""
    StaffRole.objects.create(user=user, role=role, college_uai=uai)
    return user


def test_a_family_reads_its_strand_to_the_cent(api, family):
    user = account_of(family)

    viewer = api.sign_in(user).read(STRAND)["viewer"]

    (child,) = viewer["children"]
    assert child["firstName"] == family.pupil.first_name
    assert child["college"] == {"uai": family.college.uai}
    assert child["enrolment"]["weekdays"] == ["MONDAY", "THURSDAY"]
    assert child["price"]["unit"] == {
        "cents": 300, "currency": "EUR", "formatted": "3,00\u00a0€"
    }  # fmt: skip
    assert [step["code"] for step in child["price"]["explanation"]["steps"]] == [
        "QUOTIENT_FROM_TAX_NOTICE", "RATE_APPLIED", "ROUNDED"
    ]  # fmt: skip
    (invoice,) = child["invoices"]["nodes"]
    assert invoice == {
        "number": "2024-000001",
        "total": {"cents": 2700},
        "due": {"cents": 2700},
        "lines": [{"quantity": 9, "amount": {"cents": 2700}}],
    }
    assert invoice["due"]["cents"] == invoicing.due_cents(Invoice.objects.get())
    assert viewer["invoices"]["nodes"] == [{"total": {"cents": 2700}}]


def test_a_price_that_is_an_example_says_so(api, family):
    asked = """{ viewer { children { price { isIllustrative explanation { note } }
        invoices(first: 1) { nodes { lines { isIllustrative } } } } } }"""

    viewer = api.sign_in(account_of(family)).read(asked)["viewer"]

    (child,) = viewer["children"]
    assert child["invoices"]["nodes"] == [{"lines": [{"isIllustrative": True}]}]
    assert child["price"] == {
        "isIllustrative": True,
        "explanation": {"note": "Ce prix est un exemple : une valeur reste à confirmer."},
    }


def test_nobody_is_a_viewer_of_nothing(api, family):
    assert api.read("{ viewer { email } departement { code name } }") == {
        "viewer": None,
        "departement": {"code": "92", "name": "Hauts-de-Seine"},
    }


def test_absent_and_forbidden_are_the_same_answer(api, family):
    other = make_family()
    api.sign_in(account_of(other))
    invoice = Invoice.objects.get()

    def codes(query, key):
        return api.refusals(query, id=str(key))

    child = "query($id: ID!) { child(id: $id) { firstName } }"
    bill = "query($id: ID!) { invoice(id: $id) { total { cents } } }"
    assert codes(child, family.pupil.public_id) == codes(child, uuid.uuid4()) == ["NOT_FOUND"]
    assert codes(bill, invoice.public_id) == codes(bill, uuid.uuid4()) == ["NOT_FOUND"]
    assert codes(child, "not-a-uuid") == ["NOT_FOUND"]


def test_another_departement_knows_nothing_of_it(api, family, in_tenant):
    from tests.api.conftest import Api

    user = account_of(family)
    key = str(family.pupil.public_id)
    other = Api("d94")
    other.client.cookies = api.sign_in(user).client.cookies  # the cookie of Hauts-de-Seine
    with in_tenant("d94"):
        answer = other.ask(
            "query($id: ID!) { viewer { email } child(id: $id) { firstName } }", id=key
        )

    assert answer["data"] == {"viewer": None, "child": None}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["SIGN_IN_REQUIRED"]


@pytest.mark.parametrize(
    ("role", "runs"),
    [
        (Role.REGISSEUR, 1),
        (Role.READER, 1),
        (Role.INSTRUCTOR, None),
        (Role.COLLEGE_SECRETARY, None),
    ],
)
def test_runs_are_for_agents_who_read_money(api, family, role, runs):
    api.sign_in(agent(role))
    query = "{ billingRuns { nodes { month state total { cents } invoices } } }"

    if runs is None:
        assert api.refusals(query) == ["FORBIDDEN"]
    else:
        assert api.read(query)["billingRuns"]["nodes"] == [
            {"month": "2024-09-01", "state": "ISSUED", "total": {"cents": 2700}, "invoices": 1}
        ]


def test_the_same_queries_whatever_the_number_of_children(api, tenant_db):
    def queries_of(children: int) -> int:
        family = make_billed_family()
        for _ in range(children - 1):
            sibling = make_billed_family(college=family.college)
            Guardianship.objects.create(
                pupil=sibling.pupil,
                guardian=family.guardians[0],
                relation="MOTHER",
                legal_role=1,
                valid_from=datetime.date(2024, 9, 1),
            )
        api.sign_in(account_of(family))
        api.read(STRAND)  # what the process keeps is kept
        with CaptureQueriesContext(connection) as captured:
            assert len(api.read(STRAND)["viewer"]["children"]) == children
        return len(captured)

    assert queries_of(1) == queries_of(6)

"""What we hold about a person: all of it, and nothing of anybody else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from billing.canteen.operations import cancel_meals
from commons.models import AuditEntry
from commons.personal_data import everything_about, handed_models
from tenants.accounts.models import User
from tenants.people.models import Guardian, Household, Pupil
from tests.access.world import NOW, TAUGHT_ON
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR

# Models about people that no file hands over, and why.
NOT_HANDED = {
    "invoicing.DraftInvoice": "not an invoice yet: nobody has decided it",
    "invoicing.DraftLine": "the same",
    "payments.Notice": "a provider's message; what it led to is in the payment",
}


def about_people(model: type[models.Model]) -> bool:
    """Whether its rows are of a person, or name one."""
    people = (User, Guardian, Pupil, Household)
    return model in people or any(
        field.remote_field and field.remote_field.model in people
        for field in model._meta.concrete_fields
    )


def test_every_model_about_people_is_handed_over_or_says_why_not() -> None:
    rooms = (
        "accounts", "people", "tariffs", "canteen", "invoicing", "payments", "school_messages",
    )  # fmt: skip
    found = {
        model._meta.label
        for room in rooms
        for model in apps.get_app_config(room).get_models()
        if about_people(model)
    }

    assert found - handed_models() - NOT_HANDED.keys() == set()
    assert handed_models() <= {model._meta.label for model in apps.get_models()}


@pytest.fixture
def family(tenant_db: None) -> Any:
    """Two parents who live apart, an invoice each, a meal cancelled."""
    made = make_billed_family(guardians=2)
    issue(prepare(make_regie()))
    cancel_meals(enrolment=made.pupil.enrolments.get(), days=[TAUGHT_ON], actor=ACTOR, at=NOW)
    return made


def held(user: User) -> dict[str, Any]:
    return {one.name: one.records for one in everything_about(user)}


def test_a_parent_finds_their_own(family: Any) -> None:
    first = account_of(family)
    mine = held(first)

    assert [row["courriel"] for row in mine["Vos coordonnées"]] == [family.guardians[0].email]
    assert [row["prénom"] for row in mine["Vos enfants"]] == [family.pupil.first_name]
    (invoice,) = mine["Vos factures"]
    assert invoice["reste à payer"] == invoice["total"]
    (enrolment,) = mine["Les inscriptions à la cantine"]
    assert [one["jour"] for one in enrolment["repas annulés ou ajoutés"]] == ["2024-12-02"]
    assert mine["Les ressources de votre foyer"]


def test_a_parent_finds_nothing_of_the_other_parent(family: Any) -> None:
    account_of(family)
    other = family.guardians[0]

    theirs = held(account_of(family, 1))
    file = json.dumps(theirs, ensure_ascii=False)

    assert family.pupil.first_name in file
    assert other.email not in file
    assert other.first_name not in file
    assert theirs["Les ressources de votre foyer"] == ()
    assert {row["nom du payeur"] for row in theirs["Vos factures"]} == {
        family.guardians[1].last_name
    }


def test_the_file_is_taken_from_the_account_page(site: Any, family: Any) -> None:
    user = account_of(family)
    site.sign_in(user)
    assert "/compte/donnees/" in site.get("/compte/").content.decode()
    page = site.get("/compte/donnees/").content.decode()
    assert "Vos factures" in page

    answer = site.post("/compte/donnees/fichier/")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="mes-donnees.json"'
    told = json.loads(answer.content)
    assert told["personne"] == user.get_full_name()
    assert [one["nom"] for one in told["données"]] == list(held(user))
    assert AuditEntry.objects.filter(action="accounts.data.handed").count() == 1
    assert site.get("/compte/donnees/fichier/").status_code == 405


@pytest.mark.parametrize("path", ["/", "/connexion/", "/aide/", "/mentions-legales/", "/factures/"])
def test_every_page_ends_with_the_same_four_links(site: Any, family: Any, path: str) -> None:
    if path in ("/", "/factures/"):
        site.sign_in(account_of(family))
    page = site.get(path).content.decode()
    foot = page[page.index("<footer") :]

    for link in ("/aide/", "/accessibilite/", "/mentions-legales/", "/donnees-personnelles/"):
        assert f'href="{link}"' in foot
        assert site.get(link).status_code == 200

"""Lists and records: how cells behave, what they are called, and what an address may not ask."""

from __future__ import annotations

import csv
import datetime
import io
import re

import pytest
from django.urls import reverse
from django.utils import translation

from billing.invoicing.models import Anomaly, Invoice
from billing.ledger.models import Account
from console import columns, exports, labels, records
from console.sites import console_site
from tenants.accounts.capabilities import Role
from tenants.accounts.models import User
from tenants.people.models import Guardian, Pupil, Schooling
from tests.factories.canteen import make_college, make_enrolment, make_family
from tests.factories.invoicing import issue, make_billed_family, prepare, review

REGISTRY = sorted(console_site._registry.items(), key=lambda item: item[0]._meta.label)
# English field names that are the French word too.
SAME_IN_FRENCH = {"absence", "agent", "articles", "bic", "code", "ine", "latitude", "longitude",
                  "quotient familial", "service", "siret", "site", "source", "uai", "version"}  # fmt: skip


def changelist(model, page="changelist"):
    return reverse(f"console:{model._meta.app_label}_{model._meta.model_name}_{page}")


def lines(site, url, **data):
    response = site.client.get(url, data)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    site._come_back()
    return response, list(csv.reader(io.StringIO(text), delimiter=";"))


@pytest.mark.parametrize(("model", "admin"), REGISTRY, ids=lambda value: str(value))
def test_every_label_is_french(model, admin):
    with translation.override("fr"):
        fields = [f for f in model._meta.concrete_fields if f.name not in ("id", *admin.hides)]
        default = {field.name: field.name.replace("_", " ") for field in fields}
        hidden = {"sort_key", "search_key", "password"}
        english = {
            field.name
            for field in fields
            if labels.of_field(field) == default[field.name] and field.name not in hidden
        }
        shown = {labels.of_column(admin, column).lower() for column in admin.list_display}

        assert {default[name] for name in english} <= SAME_IN_FRENCH
        assert not [label for label in shown if "centimes" in label or "points" in label]
        assert shown & set(default.values()) <= SAME_IN_FRENCH


def test_cells_are_laid_out_by_what_they_hold():
    def found(name):
        model = next(model for model, _ in REGISTRY if model._meta.label == name)
        admin = console_site._registry[model]
        return [columns.class_of(admin, column) for column in admin.list_display]

    assert found("invoicing.Invoice") == ["is-short", "", "", "is-short", "is-number", "is-short"]
    assert found("tariffs.PriceDecision")[2:] == ["is-number", "", "is-short", "is-short"]
    assert found("accounts.User")[0] == "is-email"
    assert found("ledger.Account")[3:] == ["is-short", "is-number", "is-number", "is-short"]


def test_months_numbers_and_amounts_stay_whole(agent):
    make_billed_family()
    issue(prepare())
    site = agent(Role.READER)

    page = site.get(changelist(Invoice)).content.decode()

    assert re.search(r'<th scope="row" class="is-short"[^>]*><a [^>]*>2024-000001</a>', page)
    assert re.search(r'<td class="is-short" data-label="Mois">septembre\xa02024</td>', page)
    assert re.search(r'<td class="is-number" data-label="Total">', page)
    assert "1er\xa0septembre" not in page
    assert re.search(r'<div class="c-scroll" tabindex="0" role="region" aria-label="[^"]+">', page)


def test_stored_codes_are_said_in_french(agent):
    family = make_billed_family()
    family.guardians[0].email = ""
    family.guardians[0].save(update_fields=["email"])
    review(prepare())
    site = agent(Role.READER)

    anomalies = site.get(changelist(Anomaly)).content.decode()
    record = site.get(changelist(Anomaly) + f"{Anomaly.objects.get().pk}/").content.decode()
    prices = site.get("/console/tariffs/pricedecision/").content.decode()

    for page in (anomalies, record):
        assert "Payeur injoignable" in page
        assert ">unreachable_payer<" not in page
    assert "Avis d&#x27;impôt" in prices
    assert ">TAX_NOTICE<" not in prices


def test_a_list_answers_only_to_its_own_filters(agent):
    site = agent(Role.ADMINISTRATOR)
    user = User.objects.get()
    user.set_password("Socle-demo-2026")
    user.save()
    site.sign_in(user)
    prefix = user.password[:20]

    for page in ("changelist", "export"):
        url = changelist(User, page)
        for lookup in ("password__startswith", "password", "staff_roles__role", "is_active__regex"):
            refused = site.get(url, **{lookup: prefix})
            assert refused.status_code == 302, lookup
            assert refused.headers["Location"] == changelist(User)
    assert site.get(changelist(User), is_active__exact="1").status_code == 200


@pytest.mark.parametrize("page", ["changelist", "export"])
@pytest.mark.parametrize(
    "data",
    [
        {"p": "999"},
        {"school_year__exact": "hier"},
        {"school_year__exact": "99999999999999999999"},
        {"last_name": "\0"},
        {"q": "\0"},
        {"_to_field": "password"},
        {"o": "²"},
        {"p": "²"},
    ],
)
def test_a_crafted_address_gets_a_calm_answer(agent, page, data):
    make_enrolment()
    site = agent(Role.INSTRUCTOR)

    response = site.client.get(reverse(f"console:canteen_enrolment_{page}"), data)
    site._come_back()

    assert response.status_code in (200, 302, 404)


def test_what_is_no_key_selects_nothing(agent):
    make_enrolment()
    site = agent(Role.INSTRUCTOR)
    huge = "9" * 40

    for key in ("²", huge, "-1"):
        days = site.post("/console/canteen/serviceday/", action="close-service-days",
                         _selected_action=key)  # fmt: skip
        assert days.status_code == 302
        assert site.get("/console/actes/close-service-days/", sur=key).status_code == 404
    assert site.get(f"/console/people/pupil/{huge}/").status_code == 404


def test_a_former_collège_reads_nothing_of_a_pupil(agent):
    family = make_family()
    enrolment = make_enrolment(family)
    Pupil.objects.filter(pk=family.pupil.pk).update(ine="123456789AB")
    Schooling.objects.update(valid_until=datetime.date(2024, 10, 1))
    Schooling.objects.create(
        pupil=family.pupil,
        college=make_college(),
        school_year=2024,
        valid_from=datetime.date(2024, 10, 1),
    )
    site = agent(Role.COLLEGE_SECRETARY, uai=family.college.uai)

    for name in ("people_pupil", "people_schooling", "canteen_enrolment"):
        page = site.get(reverse(f"console:{name}_changelist")).content.decode()
        assert family.pupil.first_name not in page, name
        _response, rows = lines(site, reverse(f"console:{name}_export"))
        assert len(rows) == 1, name
    assert site.get(f"/console/people/pupil/{family.pupil.pk}/").status_code == 404
    assert site.get(f"/console/canteen/enrolment/{enrolment.pk}/").status_code == 404


def test_a_cut_export_says_so(agent, monkeypatch):
    make_family()
    make_family()
    site = agent(Role.READER)
    whole, rows = lines(site, changelist(Pupil, "export"))
    assert len(rows) == 3
    assert "premieres" not in whole["Content-Disposition"]

    monkeypatch.setattr(exports, "LARGEST_EXPORT", 1)
    cut, rows = lines(site, changelist(Pupil, "export"))

    assert len(rows) == 2
    assert "-1-premieres-lignes.csv" in cut["Content-Disposition"]


def test_a_month_is_written_without_its_first_day():
    assert records.written_value(datetime.date(2026, 10, 1), "month") == "octobre\xa02026"


def test_an_anomaly_says_whom_it_is_about_in_the_list_and_in_the_export(agent):
    family = make_billed_family()
    run = review(prepare())
    Anomaly.objects.create(
        run=run,
        code="zero_invoice",
        severity="WARNING",
        subject_type="payer",
        subject_id=family.guardians[0].pk,
        details={},
    )
    site = agent(Role.REGISSEUR)

    page = site.get(changelist(Anomaly)).content.decode()
    _response, rows = lines(site, changelist(Anomaly, "export"))

    assert family.guardians[0].full_name in page
    assert family.guardians[0].full_name in {row[1] for row in rows}


def test_accounts_of_invoices_are_found_by_their_number(agent):
    make_billed_family()
    (invoice,) = issue(prepare())
    site = agent(Role.REGISSEUR)

    assert invoice.number in site.get(changelist(Account)).content.decode()


def test_an_address_breaks_after_its_sign_and_is_exported_whole(agent):
    family = make_family()
    Guardian.objects.filter(pk=family.guardians[0].pk).update(email="a&b@exemple.fr")
    site = agent(Role.READER)

    page = site.get(changelist(Guardian)).content.decode()
    _response, rows = lines(site, changelist(Guardian, "export"))

    assert "<span>a&amp;b@<wbr>exemple.fr</span>" in page
    assert "a&b@exemple.fr" in rows[1]

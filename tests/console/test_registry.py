"""Every list of the console reads, and writes nothing; what is done is an act."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from console import acts, words
from console.readonly import ReadOnlyAdmin
from console.sites import console_site
from tenants.accounts.capabilities import Role
from tenants.people.models import Pupil
from tests.factories.canteen import make_family
from tests.factories.invoicing import issue, make_billed_family, prepare

ROOT = Path(__file__).resolve().parents[2]
REGISTRY = sorted(console_site._registry.items(), key=lambda item: item[0]._meta.label)
UNSEEN = {
    # Behind other lists, or machinery that nobody reads row by row.
    "accounts.Authenticator",
    "accounts.Passkey",
    "accounts.RecoveryCode",
    "accounts.Session",
    "accounts.SignIn",
    "invoicing.DraftCreditNote",
    "invoicing.DraftCreditNoteLine",
    "invoicing.DraftInvoice",
    "invoicing.DraftLine",
    "invoicing.InvoiceCounter",
}


def names(model):
    return f"console:{model._meta.app_label}_{model._meta.model_name}"


def test_every_table_of_ours_has_its_list():
    labels = ("people", "tariffs", "canteen", "invoicing", "ledger", "commons", "accounts")
    ours = {
        model._meta.label for name in labels for model in apps.get_app_config(name).get_models()
    }
    listed = {model._meta.label for model, _admin in REGISTRY}

    assert sorted(ours - listed - UNSEEN) == []


@pytest.mark.parametrize(("model", "admin"), REGISTRY, ids=lambda value: str(value))
def test_a_list_derives_from_the_read_only_one(model, admin, rf):
    assert isinstance(admin, ReadOnlyAdmin)
    request = rf.get("/")
    assert not admin.has_add_permission(request)
    assert not admin.has_change_permission(request)
    assert not admin.has_delete_permission(request)
    assert not admin.inlines
    assert not admin.list_editable
    assert {pattern.name for pattern in admin.get_urls()} == {
        f"{model._meta.app_label}_{model._meta.model_name}_{page}"
        for page in ("changelist", "export", "change")
    }
    for name in admin.acts:
        assert acts.find(name)


@pytest.mark.parametrize(("model", "admin"), REGISTRY, ids=lambda value: str(value))
def test_no_address_of_a_list_writes(agent, model, admin):
    site = agent(Role.ADMINISTRATOR)
    base = reverse(f"{names(model)}_changelist")

    before = model._default_manager.count()
    for path in ("add/", "1/change/", "1/delete/", "1/history/"):
        assert site.get(base + path).status_code == 404
        assert site.post(base + path, name="x").status_code == 404
    assert site.post(base, action="delete_selected", _selected_action="1").status_code == 403
    assert model._default_manager.count() == before


@pytest.mark.parametrize(("model", "admin"), REGISTRY, ids=lambda value: str(value))
def test_a_list_and_its_records_open(agent, model, admin):
    family = make_billed_family()
    issue(prepare())
    site = agent(Role.ADMINISTRATOR) if admin.reads else agent(Role.COLLEGE_SECRETARY, "0920001A")

    assert site.get(reverse(f"{names(model)}_changelist")).status_code == 200
    assert site.get(reverse(f"{names(model)}_changelist"), q="diallo").status_code == 200
    row = model._default_manager.order_by("pk").first()
    if row is not None:
        address = reverse(f"{names(model)}_change", args=[row.pk])
        page = site.get(address)
        if admin.page_of(row) != address:  # its page is a task's
            assert page.headers["Location"] == admin.page_of(row)
            page = site.get(admin.page_of(row))
        assert page.status_code == 200
        assert "password" not in page.content.decode()
    assert family.pupil.pk


def test_a_list_asks_as_much_for_one_row_as_for_many(agent):
    site = agent(Role.READER)

    def queries() -> int:
        site.get(reverse("console:people_pupil_changelist"))
        with CaptureQueriesContext(connection) as captured:
            site.get(reverse("console:people_pupil_changelist"))
        return len(captured)

    make_family()
    few = queries()
    for _ in range(8):
        make_family()
    assert queries() == few


def test_a_secretary_sees_the_pupils_of_their_college_alone(agent):
    mine, other = make_family(), make_family()
    site = agent(Role.COLLEGE_SECRETARY, uai=mine.college.uai)

    page = site.get(reverse("console:people_pupil_changelist")).content.decode()

    assert mine.pupil.first_name in page
    assert f">{other.pupil.first_name}<" not in page
    assert str(other.pupil) not in page
    assert site.get(reverse("console:pupil-file", args=[other.pupil.public_id])).status_code == 404
    assert (
        site.get(reverse("console:people_pupil_change", args=[other.pupil.pk])).status_code == 404
    )


def test_an_export_holds_the_filtered_rows_and_no_formula(agent):
    family = make_family()
    Pupil.objects.filter(pk=family.pupil.pk).update(last_name="=cmd|'/c calc'!A1")
    make_family()
    site = agent(Role.READER)

    response = site.client.get(
        reverse("console:people_pupil_export"), {"q": family.pupil.search_key}
    )

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    site._come_back()
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 2
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in rows[1])
    assert "cmd" in text


def test_every_act_that_leaves_a_trace_has_a_name():
    """Those written in the code; `said` would show the code of one that has no name."""
    written = set()
    for room in ("billing", "tenants", "platform", "federation"):
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            written |= set(re.findall(r'action="([a-z_.]+)"', text))

    assert len(written) > 20
    assert written <= set(words.ACTIONS)

"""What our meters say of real acts: each with its tenant, none with a name or an identifier."""

from __future__ import annotations

import datetime
import json
import re
import time
import uuid

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from billing.payments.providers.protocol import Outcome, Progress
from billing.payments.settling import apply_outcome
from commons import meters, outbox
from socle.celery import PROOF_HEADER, SCHEMA_HEADER, app, proof_of
from tests.factories import feeds
from tests.factories.invoicing import issue, make_billed_family, prepare
from tests.factories.payments import (
    SECRET,
    at_the_bank,
    event,
    later_at_the_bank,
    look,
    make_invoice,
    make_merchant,
    started,
)
from tests.measures import Measures
from tools.standins.bank import signature

pytestmark = pytest.mark.usefixtures("tenant_db")
HOST = "hauts-de-seine.socle.test"
D92 = {"socle.tenant.schema": "d92"}
STRIPE = {"provider": "STRIPE"}


def by_outcome(found: list[tuple[dict[str, object], float]]) -> dict[tuple[object, object], float]:
    assert all(attributes["socle.tenant.schema"] == "d92" for attributes, _count in found)
    return {(told["kind"], told["outcome"]): count for told, count in found}


def test_the_records_of_a_feed_that_is_applied(measures: Measures, tmp_path) -> None:
    folder = feeds.write(tmp_path, *feeds.FAMILY, feeds.pupil("1", [feeds.MOTHER]))

    feeds.take(folder, apply=False)
    assert measures.read()["socle.imports.read"] == [(D92 | {"state": "DRY_RUN"}, 1)]
    feeds.take(folder)

    found = measures.read()
    assert found["socle.imports.read"] == [(D92 | {"state": "APPLIED"}, 1)]
    assert by_outcome(found["socle.imports.applied"]) == {
        ("COLLEGE", "CREATED"): 1,
        ("GUARDIAN", "CREATED"): 2,
        ("PUPIL", "CREATED"): 1,
    }


def test_invoices_that_are_issued(measures: Measures) -> None:
    make_billed_family()

    issue(prepare())

    found = measures.read()
    assert found["socle.invoices.issued"] == [(D92, 1)]
    assert found["socle.invoices.issued.amount"] == [(D92, 2700)]


def test_a_run_that_is_refused_counts_nothing(measures: Measures) -> None:
    from billing.invoicing.operations import RunAlreadyIssued, issue_run
    from tests.factories.invoicing import DUE_ON, ISSUE_AT
    from tests.factories.tariffs import ACTOR

    make_billed_family()
    run = prepare()
    issue(run)
    measures.read()

    with pytest.raises(RunAlreadyIssued):
        issue_run(run=run, due_on=DUE_ON, actor=ACTOR, at=ISSUE_AT)

    assert "socle.invoices.issued" not in measures.read()


def test_a_payment_that_is_settled_then_returned(measures: Measures, bank: str) -> None:
    invoice = make_invoice()
    make_merchant(invoice.regie)
    payment = started(invoice, 1500)
    at_the_bank(payment, "card")
    measures.read()

    look(payment)
    payment = look(payment)  # the same again counts nothing

    found = measures.read()
    assert found["socle.payments.settled"] == [(D92 | STRIPE | {"state": "PAID"}, 1)]
    assert found["socle.payments.settled.amount"] == [(D92 | STRIPE | {"state": "PAID"}, 1500)]
    later_at_the_bank(bank, payment, "dispute")
    look(payment)
    assert measures.of("socle.payments.settled") == [(D92 | STRIPE | {"state": "RETURNED"}, 1)]


def test_what_a_provider_says_and_we_did_not_ask_for(measures: Measures, bank: str) -> None:
    invoice = make_invoice()
    make_merchant(invoice.regie)
    payment = started(invoice)
    outcome = Outcome(
        key=str(payment.public_id),
        progress=Progress.PAID,
        amount_cents=payment.amount_cents - 1,
        currency="eur",
        provider_ref="pi_1",
    )

    for _said_twice in range(2):
        apply_outcome(payment=payment, outcome=outcome, at=timezone.now())

    assert measures.of("socle.payments.differing") == [
        (D92 | STRIPE | {"problem": "OTHER_AMOUNT"}, 1)
    ]


def test_notices_kept_repeated_and_refused(measures: Measures, bank: str) -> None:
    make_merchant(make_invoice().regie)
    body = json.dumps(event("checkout.session.completed", {"id": "cs_unknown"}))
    for secret, status in ((SECRET, 200), (SECRET, 200), ("whsec_forged", 400)):
        signed = signature(body, secret, at=int(time.time()))
        answer = Client(headers={"host": HOST}).post(
            "/paiements/avis/stripe/",
            body,
            "application/json",
            headers={"Stripe-Signature": signed},
        )
        assert answer.status_code == status

    found = measures.read()
    assert found["socle.notices.received"] == [
        (D92 | STRIPE | {"outcome": "KEPT"}, 1),
        (D92 | STRIPE | {"outcome": "REPEATED"}, 1),
    ]
    assert found["socle.notices.refused"] == [(D92 | STRIPE | {"reason": "signature"}, 1)]


def test_every_problem_and_reason_has_a_value(bank: str) -> None:
    """A new one would be told as OTHER."""
    from billing.payments.meters import NOTICES_REFUSED, PROBLEMS
    from tests.architecture.sources import in_folders, strings

    said = {
        text for source in in_folders("billing/payments/settling.py") for text, _ in strings(source)
    }
    problems = {text for text in said if re.fullmatch(r"(OTHER|PAID|NOT|REFUNDED)_[A-Z_]+", text)}
    assert problems == set(PROBLEMS)
    refused = "".join(source.text for source in in_folders("billing/payments/"))
    reasons = set(re.findall(r'NoticeRefused\(reason="(\w+)"\)', refused))
    assert reasons == NOTICES_REFUSED.declared.attributes["reason"]


def test_the_outbox_that_waits_then_is_delivered(measures: Measures) -> None:
    at = timezone.now()
    with transaction.atomic():
        waiting = outbox.record_event("tests.done", aggregate="tests:1", occurred_at=at)
    waiting.refresh_from_db()

    assert outbox.report_lag(at=waiting.recorded_at + datetime.timedelta(seconds=90)) == 1
    found = measures.read()
    assert found["socle.outbox.lag"] == [(D92, 90)]
    assert found["socle.outbox.waiting"] == [
        (D92 | {"state": "GIVEN_UP"}, 0),
        (D92 | {"state": "WAITING"}, 1),
    ]
    outbox.deliver_pending(at=timezone.now())
    outbox.report_lag(at=at)

    found = measures.read()
    assert found["socle.outbox.lag"] == [(D92, 0)]
    assert found["socle.outbox.delivered"] == [(D92 | {"outcome": "DELIVERED"}, 1)]


def test_a_page_under_the_pattern_of_its_address(measures: Measures) -> None:
    site = Client(headers={"host": HOST})
    site.get("/connexion/")
    site.get(f"/factures/{uuid.uuid4()}/")
    site.get("/aminata-diallo/")
    site.generic("DIALLO", "/connexion/")

    found = measures.of("http.server.request.duration")
    assert all(attributes["socle.tenant.schema"] == "d92" for attributes, _count in found)
    assert [
        tuple(
            attributes[f"http.{name}"]
            for name in ("route", "request.method", "response.status_code")
        )
        for attributes, _count in found
    ] == [
        ("connexion/", "GET", 200),
        ("factures/<uuid:public_id>/", "GET", 302),
        ("", "GET", 404),
        ("connexion/", "OTHER", 405),
    ]


def test_a_task_with_how_it_ended(measures: Measures) -> None:
    @app.task(name="tests.measured")
    def measured(*, tenant: str, fails: bool, **_: object) -> None:
        if fails:
            raise ValueError("Diallo")

    for fails in (False, True):
        task_id = str(uuid.uuid4())
        proof = proof_of(task_name="tests.measured", task_id=task_id, schema_name="d92")
        headers = {SCHEMA_HEADER: "d92", PROOF_HEADER: proof}
        measured.apply(kwargs={"tenant": "d92", "fails": fails}, task_id=task_id, headers=headers)

    assert measures.of("socle.task.duration") == [
        (D92 | {"task": "tests.measured", "outcome": "FAILED"}, 1),
        (D92 | {"task": "tests.measured", "outcome": "SUCCEEDED"}, 1),
    ]


def test_nothing_that_is_counted_names_anybody(measures: Measures, bank: str, tmp_path) -> None:
    feeds.take(feeds.write(tmp_path, *feeds.FAMILY, feeds.pupil("1", [feeds.MOTHER])))
    invoice = make_invoice()
    make_merchant(invoice.regie)
    payment = started(invoice)
    at_the_bank(payment, "card")
    look(payment)
    Client(headers={"host": HOST}).post("/connexion/", {"name": "awa@exemple.fr", "password": "x"})

    found = {
        (name, key): value
        for name, points in measures.read().items()
        for attributes, _count in points
        for key, value in attributes.items()
    }

    assert {name for name, _key in found} >= {"socle.payments.settled", "socle.imports.applied"}
    for value in map(str, found.values()):
        assert "@" not in value
        assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", value)
    known = {one.name: one for one in meters.declared()}
    assert all(key == meters.TENANT or key in known[name].attributes for name, key in found)

"""A plan answers what resolvers answer, to the letter, on families and documents drawn at random."""

from __future__ import annotations

import hashlib
import json
import logging
import random
import re
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.test import RequestFactory
from graphql import get_named_type, get_operation_ast, is_composite_type, parse

from api import budget, plans, trusted, views
from api.compiling.making import TYPES
from api.compiling.said import PARTS
from api.context import Context
from api.documents import DocumentCache, DocumentsRefused
from api.schema import schema
from billing.tariffs.models import PriceDecision
from tests.access.world import ask, build
from tests.factories.drawn_families import AT, draw_families
from tests.factories.invoicing import issue, make_billed_family, prepare
from tests.factories.portal import account_of

FAMILY_PAGE = (trusted.FOLDER / "family_page.graphql").read_text(encoding="utf-8")
PAGED = {"Viewer.children", "Viewer.invoices", "Viewer.payments", "Child.invoices"}
SHARES = "{ viewer { roles children { enrolment { payers { fullName shareBp } } } } }"
BASE = schema.graphql_schema


@pytest.fixture(autouse=True)
def patient_api(settings):
    """One person asks hundreds of documents."""
    settings.API_BUDGETS = 100_000


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(AT, tick=False):
        yield


def known(kind: str) -> dict[str, str]:
    """The fields of a type that are compiled, each with the type of the objects it gives."""
    declared = BASE.type_map[kind].fields
    if kind.endswith(("Connection", "Edge")) or kind == "PageInfo":
        names = set(declared)
    else:
        names = {*TYPES.get(kind, ()), *PARTS.get(kind, ())}
    kinds = {name: get_named_type(declared[name].type) for name in names}
    return {name: one.name if is_composite_type(one) else "" for name, one in kinds.items()}


def difference(planned: Any, ordinary: Any, path: str = "") -> str:
    """Where two answers part, keys in another order included; nothing where they do not."""
    if isinstance(planned, dict) and isinstance(ordinary, dict):
        if list(planned) != list(ordinary):
            return f"{path}: {list(planned)} is not {list(ordinary)}"
        pairs = [(f"{path}.{key}", planned[key], ordinary[key]) for key in planned]
    elif isinstance(planned, list) and isinstance(ordinary, list):
        if len(planned) != len(ordinary):
            return f"{path}: {len(planned)} elements, not {len(ordinary)}"
        triples = enumerate(zip(planned, ordinary, strict=True))
        pairs = [(f"{path}[{place}]", one, other) for place, (one, other) in triples]
    else:
        same = type(planned) is type(ordinary) and planned == ordinary
        return "" if same else f"{path}: {planned!r} is not {ordinary!r}"
    return next(filter(None, (difference(one, two, at) for at, one, two in pairs)), "")


class Documents:
    """Documents drawn from what plans know."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def document(self) -> str:
        """A query of the viewer, its pages sometimes given by a variable, a part in a fragment."""
        inner = self.selection("Viewer", 6)
        inner = inner if "children" in inner or "invoices" in inner else "children { id }"
        variables = "($n: Int = 3)" if "$n" in inner else ""
        if self.random.random() < 0.3:
            return (
                f"query Drawn{variables} {{ viewer {{ ...P }} }} fragment P on Viewer {{ {inner} }}"
            )
        return f"query Drawn{variables} {{ departement {{ name }} viewer {{ {inner} }} }}"

    def selection(self, kind: str, depth: int) -> str:
        fields = known(kind)
        leaves = [name for name, of in fields.items() if not of]
        names = self.random.sample(sorted(fields), self.random.randint(1, min(5, len(fields))))
        if depth == 0:
            names = [name for name in names if not fields[name]] or leaves[:1] or ["__typename"]
        parts = []
        for name in names:
            inner = f" {{ {self.selection(fields[name], depth - 1)} }}" if fields[name] else ""
            alias = "other: " if self.random.random() < 0.02 else ""
            asked = " @include(if: true)" if self.random.random() < 0.02 else ""
            parts.append(f"{alias}{name}{self.page(kind, name)}{asked}{inner}")
        if self.random.random() < 0.1:
            parts.append("__typename")
        return " ".join(parts)

    def page(self, kind: str, name: str) -> str:
        if f"{kind}.{name}" not in PAGED:
            return ""
        return self.random.choice(("", "(first: 1)", "(first: $n)", "(first: null)", "(first: 4)"))


def context_of(user: Any) -> Context:
    request = RequestFactory().post("/graphql/")
    request.user, request.tenant = user, SimpleNamespace(name="Hauts-de-Seine")
    return Context(request)


def both_ways(text: str, user: Any, **values: Any) -> tuple[Any, Any]:
    """What the plan answers (nothing if it declines), and what the resolvers do."""
    document = parse(text)
    operation = get_operation_ast(document)
    plan = plans.plan_of(BASE, document, operation)
    planned = plan and plans.answered(plan, BASE, context_of(user), values)
    planned = planned and json.loads(planned)
    result = views.run(document, context_of(user), values, None)
    assert not result.errors, (text, result.errors)
    return planned, json.loads(json.dumps(result.data))


@pytest.mark.parametrize("seed", range(8))
def test_plans_answer_what_resolvers_answer(tenant_db, seed):
    drawn, documents = draw_families(seed), Documents(seed)
    kept = DocumentCache(BASE)

    for user in drawn.users:
        texts = [FAMILY_PAGE, *(documents.document() for _ in range(12))]
        for text in texts:
            values = documents.random.choice(({}, {"n": 1}, {"n": 2}))
            try:
                kept.prepare(text, values)
            except DocumentsRefused:
                continue  # too costly
            planned, ordinary = both_ways(text, user, **values)
            assert not difference(planned, ordinary), text


def test_most_documents_that_are_drawn_can_run_and_are_planned(tenant_db):
    documents, kept, run = Documents(0), DocumentCache(BASE), 0
    for _ in range(100):
        text = documents.document()
        try:
            prepared = kept.prepare(text, {})
        except DocumentsRefused:
            continue
        run += any(plan.compiled({}) is not None for plan in prepared.plans.values())

    assert run > 60


def test_each_member_of_the_cast_reads_the_same_both_ways(tenant_db, in_tenant, monkeypatch):
    world = build(in_tenant)

    answers = {}
    for who, client in world.clients.items():
        planned = ask(client, FAMILY_PAGE, {})
        shares = ask(client, SHARES, {})
        with monkeypatch.context() as patched:
            patched.setattr(plans, "answered", lambda *_given: None)
            assert planned == ask(client, FAMILY_PAGE, {}), who
            assert shares == ask(client, SHARES, {}), who
        answers[who] = json.dumps(planned, ensure_ascii=False)

    assert answers["anonymous"] == answers["other_tenant"] == '{"data": {"viewer": null}}'
    family, separated = answers["family"], answers["separated"]
    assert str(world.family.pupil.public_id) in family
    assert str(world.family.pupil.public_id) in separated
    quotient = "Votre quotient familial est de"
    assert quotient in family
    assert quotient not in separated  # it is the other household's
    numbers = {who: set(re.findall(r"2024-\d{6}", answers[who])) for who in world.clients}
    assert len(numbers["family"]) == len(numbers["separated"]) == 1
    assert numbers["family"].isdisjoint(numbers["separated"])
    assert str(world.other.pupil.public_id) not in family + separated


def test_what_fails_is_told_at_its_path_and_logged(api, caplog):
    family = make_billed_family()
    decision = PriceDecision.objects.get()
    PriceDecision.objects.filter(pk=decision.pk).update(valid_until=decision.valid_from)
    PriceDecision.objects.create(
        pupil=family.pupil,
        service=decision.service,
        tariff_version=decision.tariff_version,
        unit_price_cents=300,
        inputs={},
        steps=[{"rule": "BROKEN"}],
        source="NONE",
        valid_from=decision.valid_from,
        decided_at=AT,
    )
    api.sign_in(account_of(family))

    with caplog.at_level(logging.ERROR):
        answer = api.ask(FAMILY_PAGE)

    (error,) = answer["errors"]
    assert error["path"] == ["viewer", "children", 0, "price"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert answer["data"]["viewer"]["children"][0]["price"] is None
    assert answer["data"]["viewer"]["children"][0]["firstName"] == family.pupil.first_name
    assert [record.message for record in caplog.records] == [
        "graphql plan failed",
        "graphql field failed",
    ]


@pytest.mark.parametrize(
    "document",
    [
        """{ viewer { children { enrolment { month(of: "2024-11-01") { year } } } } }""",
        "{ viewer { children { id } } services { id } }",
        "{ viewer { email } departement { code } }",
        "mutation { enrolInCanteen(input: {childId: 1, weekdays: []}) { errors { code } } }",
    ],
)
def test_what_a_plan_does_not_know_has_none(tenant_db, document):
    parsed = parse(document)
    plan = plans.plan_of(BASE, parsed, get_operation_ast(parsed))

    assert plan is None or plan.compiled({}) is None


def test_fields_of_one_key_are_one_and_a_directive_chooses(api):
    api.sign_in(account_of(make_billed_family()))
    text = """query($more: Boolean!) {
      viewer { children { id } } ... on Query { viewer { children { firstName @include(if: $more) } } }
    }"""

    for more in (True, False, True):
        (child,) = api.read(text, more=more)["viewer"]["children"]
        assert ("firstName" in child) is more


def test_a_page_after_the_first_goes_the_ordinary_way(api):
    family = make_billed_family()
    issue(prepare())
    api.sign_in(account_of(family))
    text = """query($after: String) {
      viewer { invoices(after: $after) { nodes { number } edges { cursor } } } }"""

    (edge,) = api.read(text)["viewer"]["invoices"]["edges"]

    assert api.read(text, after=edge["cursor"])["viewer"]["invoices"]["nodes"] == []
    assert api.refusals(text, after="x") == ["CURSOR_INVALID"]


@pytest.mark.parametrize("text", trusted.documents().values())
def test_our_own_documents_are_valid_within_limits_and_planned(tenant_db, text):
    prepared = DocumentCache(BASE).prepare(text, {})
    (plan,) = prepared.plans.values()

    assert prepared.cost <= budget.OF_A_PERSON / 100
    assert plan.compiled({}) is not None


def test_a_document_is_named_by_its_digest(api):
    api.sign_in(account_of(make_billed_family()))
    digest = hashlib.sha256(FAMILY_PAGE.encode()).hexdigest()

    named = api.send({"documentId": f"sha256:{digest}"})

    assert named.status_code == 200
    assert named.json() == api.ask(FAMILY_PAGE)
    for unknown in (f"sha256:{'0' * 64}", digest, ""):
        refused = api.send({"documentId": unknown})
        assert refused.status_code == 400
        assert [one["extensions"]["code"] for one in refused.json()["errors"]] == [
            "DOCUMENT_UNKNOWN"
        ]


def test_our_own_documents_are_never_forgotten(monkeypatch):
    monkeypatch.setattr("api.documents.MAX_KEPT", 2)
    kept = DocumentCache(BASE, trusted=[FAMILY_PAGE])
    first = kept.prepare(FAMILY_PAGE, {})
    for number in range(4):
        kept.prepare(f"{{ a{number}: departement {{ code }} }}", {})

    assert len(kept) == 2
    assert kept.prepare(FAMILY_PAGE, {}) is first

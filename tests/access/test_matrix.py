"""Who gets what at each door: `matrix.toml`, played.

A door without a line fails, a line without a door too. To write the lines of new doors, look at
what `SOCLE_WRITE_MATRIX=1 make test ARGS='tests/access -n0'` changed, and commit it only if it is
right: the file is the intention, not a recording.

- `routes`, `public`: the HTTP status of a GET (`302` leads to the sign-in page, `404` also hides
  what is not theirs);
- `rows`: how many rows a list, an export, a search or a page of the portal shows, `-` when it does
  not open;
- `acts`, `forms`: an act played to its end, a form sent: `done`, `refused`, or the status;
- `fields`: at the root of the API, `data`, `null`, or the code of the refusal;
- `nested`: how many values each field of the SDL gives, `null` when there is no object above it.
"""

from __future__ import annotations

import copy
import datetime
import os
import re
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from billing.invoicing.operations import answer_anomaly
from billing.rights.operations import take_request
from commons.models import AuditEntry, Job
from console import acts
from console.acts import url_for
from tests.access import (
    acts_asked,
    announcements,
    answers,
    doors,
    figures,
    identities,
    integrators,
    messages,
    money,
    moves,
    partners,
    pass_plus,
    pass_registrations,
    reciprocity,
    school_records,
    shared_services,
)
from tests.access.forms_sent import FORMS, STEPS
from tests.access.questions import ARGUMENTS, ASKED, GIVEN, MUTATIONS, PARAMETERS
from tests.access.world import (
    CAST,
    NOW,
    PUBLIC_HOST,
    World,
    ask,
    build,
    client,
    get,
    post,
    undone,
)
from tests.factories.tariffs import ACTOR, make_resources
from tests.signed_in import open_session

MATRIX = Path(__file__).with_name("matrix.toml")
KINDS = ("routes", "public", "rows", "acts", "forms", "fields", "nested")
HEADER = (
    "# Who gets what at each door. Columns: "
    + ", ".join(CAST)
    + ".\n# See test_matrix.py for the words.\n"
)


@pytest.fixture
def world(between, exchanged, tenant_db, in_tenant, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"  # nobody answers: no door waits for a provider
    with time_machine.travel(NOW, tick=False):
        found = build(in_tenant)
        found.keys |= reciprocity.neighbours(between, found.keys["partner"])
        found.keys |= moves.moved(exchanged, found.family, found.other, at=NOW)
        yield found


def _row(world: World, play: Callable[[Any], str]) -> str:
    return " ".join(play(world.clients[who]) for who in CAST)


# --- pages ---------------------------------------------------------------------------------------


def _statuses(world: World) -> dict[str, str]:
    found = {}
    for name, pattern in doors.routes("socle.urls_tenant").items():
        if name in ("graphql", "console:act", "portal:cas-logout"):
            continue  # below, field by field and act by act; the last signs out whoever asks
        path = _path(name, pattern, world)
        found[name] = _row(world, lambda c, path=path: str(get(c, path).status_code))
    return found


def _public_statuses(world: World) -> dict[str, str]:
    found = {}
    for name, pattern in doors.routes("socle.urls_public").items():
        path = _path(name, pattern, world, urlconf="socle.urls_public")
        found[name] = _row(
            world, lambda c, path=path: str(get(c, path, host=PUBLIC_HOST).status_code)
        )
    return found


def _path(name: str, pattern: Any, world: World, urlconf: str = "socle.urls_tenant") -> str:
    converters = pattern.pattern.converters
    if not converters:
        return reverse(name, urlconf=urlconf)
    keys = {}
    for key in converters:
        if key == "object_id":
            keys[key] = _first_row(name)
        elif key == "public_id":
            short = name.split(":")[-1]
            target = PARAMETERS.get(short, "invoice" if "invoice" in name else "pupil")
            keys[key] = world.keys[target].public_id
        elif key in ("line_id", "absence_id"):
            keys[key] = world.keys[key.removesuffix("_id")].public_id
        elif key == "slug":
            keys[key] = "demi-pension"
        elif key == "code":
            keys[key] = world.keys["service"].service_code
        elif key == "portal":
            keys[key] = world.keys["neighbour"].slug
        elif key == "year":
            keys[key] = str(NOW.year)
        else:
            keys[key] = "absent"
    return reverse(name, kwargs=keys, urlconf=urlconf)


def _first_row(name: str) -> int:
    """A row of the model a console route is about; every model of the console has one."""
    from django.apps import apps

    label, model = name.split(":")[-1].rsplit("_", 1)[0].rsplit("_", 1)
    return apps.get_model(label, model)._default_manager.order_by("pk").first().pk


# --- rows ----------------------------------------------------------------------------------------


def _rows(world: World) -> dict[str, str]:
    found = {}
    for name in doors.routes("socle.urls_tenant"):
        if name.endswith(("_changelist", "_export")) and ":commons_" not in name:  # the journals
            path, count = (
                reverse(name),
                answers.listed if name.endswith("_changelist") else answers.exported,
            )
            found[name] = _row(world, lambda c, path=path, count=count: count(get(c, path)))
    search, index = reverse("console:search"), reverse("console:index")
    found["console:search pupils"] = _row(
        world, lambda c: answers.in_context(get(c, f"{search}?q=diallo"), "found", "pupils")
    )
    found["console:search guardians"] = _row(
        world, lambda c: answers.in_context(get(c, f"{search}?q=diallo"), "found", "guardians")
    )
    found["console:index enrolments"] = _row(
        world, lambda c: answers.in_context(get(c, index), "page", "enrolments")
    )
    for name in ("portal:children", "portal:invoices", "portal:payments", "portal:messages"):
        path = reverse(name)
        found[name] = _row(world, lambda c, path=path: answers.linked(get(c, path)))
    return found


# --- acts and forms ------------------------------------------------------------------------------

_ASKING: Any = (money, messages, pass_registrations, shared_services, integrators, identities)
# The objects of each act, and its answers.
ACTS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "end-sessions": (("account",), {}),
    "reset-factors": (("account",), {"reason": "LOST"}),
    "act-for-family": (
        ("guardian",),
        {"reason": "Elle appelle pour une facture.", "minutes": "30"},
    ),
    "prepare-run": ((), {"month": "2024-11"}),
    "review-run": (("run",), {}),
    "issue-run": (("run",), {"due_on": "2024-12-31"}),
    "answer-anomalies": (("anomaly",), {"answer": "Vérifié."}),
    "credit-invoice": (("invoice",), {"reason": "Absence"}),  # the line is named: see `acts_asked`
    "cancel-invoice": (("invoice",), {"reason": "Mauvais payeur"}),
    "prepare-correction": (("issued",), {"reason": "Absences tardives"}),
    "excuse-absences": (("enrolment",), {"first_day": "2024-09-05", "reason": "Malade"}),
    "accept-dispute": (("dispute",), {"cents": "1,00", "answer": "Nous sommes d'accord."}),
    "refuse-dispute": (("dispute",), {"answer": "Le repas a été servi."}),
    "close-service-days": (("day",), {"reason": "Grève"}),
    "decide-feed-record": (("open_row",), {"answer": "OTHER"}),
    "open-service-days": (("college",), {"first_day": "2025-09-01"}),
    "form-household": (("pupil",), {}),  # the people are named: see `acts_asked`
    "end-enrolments": (("enrolment",), {"end_on": "2024-12-09"}),
    "publish-draft": (("draft",), {"valid_from": "2025-09-01"}),
    "drop-draft": (("draft",), {}),
    "redecide-prices": (("pupil",), {"valid_from": "2024-12-01"}),
    "enrol-pupil": (("newcomer",), {"weekdays": "1", "start_on": "2024-12-09"}),
    "change-payers": (("enrolment",), {"effective_on": "2024-12-01"}),  # shares: see `acts_asked`
    "change-weekdays": (("enrolment",), {"weekdays": "2", "effective_on": "2024-12-09"}),
    "cancel-meals": (("enrolment",), {"first_day": "2024-12-12"}),
    "add-meal": (("enrolment",), {"day": "2024-12-10"}),
    "record-resources": (
        ("pupil",),
        {"proof_kind": "CAF_CERTIFICATE", "basis": "CAF_QF", "quotient": "600"}
        | {"valid_from": "2025-01-06"},
    ),
    "give-code": (("pupil",), {"shown": ["SCHOOL_CARD"], "reason": "Oublié"}),
    "print-letters": (("college",), {"audience": "PUPILS", "again": "on"}),
    "note-emancipation": (("pupil",), {"reason": "Tribunal de Nanterre"}),
    "accept-contest": (
        ("contest",),
        {"valid_from": "2024-12-02", "answer": "Un geste"},
    ),  # see `acts_asked`
    "recognise-person": (("link_request",), {}),  # who it is: see `acts_asked`
    "refuse-person": (("link_request",), {"answer": "Passez nous voir."}),
    "refuse-contest": (("contest",), {"answer": "Le prix est juste"}),
    "take-rights-requests": (("rights_waiting",), {}),
    "release-rights-requests": (("rights_waiting",), {}),  # see `_before`
    "decide-rights-request": (
        ("rights_waiting",),
        {"proof_kind": "TAX_NOTICE", "basis": "FISCAL_QF", "tax_income": "18000", "parts": "2,5"},
    ),
    "ask-rights-document": (("rights_waiting",), {"words": "La page 2 manque."}),
    "refuse-rights-requests": (("rights_waiting",), {"words": "Cet avis a dix ans."}),
    **{
        name: said
        for part in (*_ASKING, figures, moves, reciprocity, partners, school_records)
        for name, said in part.ACTS.items()
    },
    "share-bills": (("pupil",), {}),  # the shares name the guardians: see `acts_asked`
}


def _acts(world: World) -> dict[str, str]:
    return {name: " ".join(_act(world, name, who) for who in CAST) for name in doors.acts()}


def _act(world: World, name: str, who: str) -> str:
    """Show the effect, then confirm it; whoever does it is the author in the journal."""
    targets, answers = acts_asked.asked(name, *ACTS[name], world)
    url = url_for(name, *targets)
    visitor = world.clients[who]
    with undone():
        _before(name, world)
        shown = post(visitor, url, answers)
        if shown.status_code != 200:
            return str(shown.status_code)
        stamp = re.search(r'name="fingerprint" value="([^"]+)"', shown.content.decode())
        if stamp is None:
            return "refused"
        known = set(AuditEntry.objects.values_list("pk", flat=True))
        asked = set(Job.objects.values_list("pk", flat=True))
        done = post(visitor, url, answers | {"fingerprint": stamp[1]})
        if done.status_code != 302:
            return "refused"
        if not (
            authors := _authors(known) | _askers(asked)
        ):  # refused when it was done, and said on the next page
            return "refused"
        assert authors == {("user", str(world.users[who].public_id))}, (name, who)
    return "done"


def _before(name: str, world: World) -> None:
    """What an act needs that would change what others show."""
    identities.before(name, at=NOW)
    reciprocity.before(name, at=NOW)
    money.before(name, world.keys)
    pass_registrations.before(name, world.keys, at=NOW)
    if name == "issue-run":  # what blocks must be answered first
        answer_anomaly(anomaly=world.keys["anomaly"], answer="Vu.", actor=ACTOR, at=NOW)
    if name == "release-rights-requests":  # somebody has it
        take_request(request=world.keys["rights_waiting"], actor=ACTOR, at=NOW)
    if name == "accept-contest":  # the family proved another situation
        make_resources(
            world.other.household,
            reference_tax_income_cents=36_000_00,
            tax_parts=Decimal("2.5"),
            valid_from=datetime.date(2024, 12, 2),
        )


def _authors(known: set[int]) -> set[tuple[str, str]]:
    """Who did what the journal did not know."""
    entries = AuditEntry.objects.exclude(pk__in=known)
    return set(entries.values_list("actor_kind", "actor_id"))


def _askers(known: set[int]) -> set[tuple[str, str]]:
    """Who had long work done that nobody had asked for: its journal is written as it goes."""
    return set(Job.objects.exclude(pk__in=known).values_list("actor_kind", "actor_id"))


def _forms(world: World) -> dict[str, str]:
    return {name: " ".join(_form(world, name, who) for who in CAST) for name in FORMS}


def _form(world: World, name: str, who: str) -> str:
    """Send a form; `done` when the journal has it."""
    route, child, data = FORMS[name]
    pupil = world.other.pupil if child == "stranger" else world.keys.get(child)
    visitor = world.clients[who]
    cookies = copy.deepcopy(visitor.cookies)
    with undone():
        known = set(AuditEntry.objects.values_list("pk", flat=True))
        if "confirmation" in name:  # the answer to step 2 is kept in the session
            post(
                visitor,
                reverse(f"{STEPS}resources", args=[pupil.public_id]),
                {"choice": "MAXIMUM"},
            )
        status = post(visitor, _form_path(route, pupil, world), data).status_code
        authors = _authors(known)
    visitor.cookies = cookies  # a form may sign its sender out
    if not authors:
        return str(status)
    assert authors == {("user", str(world.users[who].public_id))}, (name, who)
    return "done"


def _form_path(route: str, target: Any, world: World) -> str:
    if hasattr(target, "slug"):
        return reverse(route, args=[target.slug])
    named = [target.public_id] if target else []
    if route in (about := {"portal:dispute": "line", "portal:absence": "absence"}):
        named.append(world.keys[about[route]].public_id)
    return reverse(route, args=named)


# --- the API -------------------------------------------------------------------------------------


def _fields(world: World) -> dict[str, str]:
    return {
        name: _row(world, lambda c, name=name: _outcome(c, name, world)) for name in doors.fields()
    }


def _outcome(visitor: Any, name: str, world: World) -> str:
    short = name.removeprefix("mutation.")
    if short in acts_asked.ACT_OF:
        answer = _act_by_graph(visitor, short, world)
    elif name.startswith("mutation."):
        about, sent = MUTATIONS[short]
        sent = sent.replace("{invoice}", str(world.keys["invoice"].public_id))
        sent = sent.replace("{campaign}", str(world.keys["campaign"].public_id))
        sent = sent.replace("{uai}", world.family.college.uai)
        sent = sent.replace("{siret}", world.keys["paid_partner"].siret)
        about_it = {"id": str(world.keys[about].public_id)} if "$id" in sent else {}
        declared = "($id: ID!)" if about_it else ""
        query = f"mutation{declared} {{ {short}(input: {{{sent}}}) {{ errors {{ code }} }} }}"
        with undone():
            answer = ask(visitor, query, about_it)
    else:
        answer = ask(visitor, *_question(name, world))
    if "errors" in answer:
        return str(answer["errors"][0]["extensions"]["code"])
    data = next(iter(answer["data"].values()))
    if data is None:
        return "null"
    if isinstance(data, dict) and data.get("errors"):
        return str(data["errors"][0]["code"])
    return "data"


def _act_by_graph(visitor: Any, mutation: str, world: World) -> dict[str, Any]:
    """The same act as `_act`, asked of the API."""
    name, field = acts_asked.ACT_OF[mutation], doors.fields()[f"mutation.{mutation}"]
    targets, answers = acts_asked.asked(name, *ACTS[name], world)
    keys = [acts.find(name).key_of(one) for one in targets]
    given = acts_asked.input_of(mutation, field, keys, answers)
    with undone():
        _before(name, world)
        return ask(visitor, acts_asked.document(mutation, field), {"input": given})


def _question(name: str, world: World) -> tuple[str, dict[str, Any]]:
    """Everything that can be read under a field at the root, about the family's objects."""
    short = name.removeprefix("query.")
    field = doors.fields()[name]
    wanted = doors.selection(field)
    if short not in ARGUMENTS:
        page = "(first: 4)" if "first" in field.args else ""
        return f"{{ {short}{ASKED.get(short, page)} {wanted} }}", {}
    query = f"query($id: ID!) {{ {short}({GIVEN.get(short, 'id: $id')}) {wanted} }}"
    return query, {"id": str(world.keys[ARGUMENTS[short]].public_id)}


def _nested(world: World) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for name, field in doors.fields().items():
        if not name.startswith("query."):
            continue
        short = name.removeprefix("query.")
        answers = [ask(world.clients[who], *_question(name, world)) for who in CAST]
        for path in doors.leaves(field, short):
            found[path] = [_count(answer["data"], path.split(".")) for answer in answers]
    return {path: " ".join(row) for path, row in found.items()}


def _count(answer: Any, path: list[str]) -> str:
    """How many values a path leads to; `null` when nothing is there to have it."""
    objects = [answer] if answer else []
    for name in path:
        values = [one[name] for one in objects]
        is_list = any(isinstance(value, list) for value in values)
        objects = [
            one
            for value in values
            for one in (value if isinstance(value, list) else [value])
            if one is not None
        ]
        if not objects:
            return "0" if is_list else "null"
    return str(len(objects))


PLAYS: dict[str, Callable[[World], dict[str, str]]] = {
    "routes": _statuses,
    "public": _public_statuses,
    "rows": _rows,
    "acts": _acts,
    "forms": _forms,
    "fields": _fields,
    "nested": _nested,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_door_has_its_line_and_gives_what_it_says(world, kind):
    rows = PLAYS[kind](world)

    lines = tomllib.loads(MATRIX.read_text(encoding="utf-8"))
    if os.environ.get("SOCLE_WRITE_MATRIX"):
        lines[kind] = rows
        MATRIX.write_text(_written(lines), encoding="utf-8")
    assert sorted(rows) == sorted(lines[kind]), f"doors of {kind}"
    wrong = {
        name: (row, lines[kind][name]) for name, row in rows.items() if row != lines[kind][name]
    }
    assert wrong == {}


def test_no_form_is_taken_without_its_token(world):
    """Signed in and entitled, but sent from elsewhere: nothing is done, whatever the door."""
    entitled = {"family": client(enforce_csrf_checks=True)}
    agents = {"close-service-days": "instructor", "issue-run": "regisseur"}
    for who in ("instructor", "regisseur"):
        entitled[who] = client(enforce_csrf_checks=True)
    for who, visitor in entitled.items():
        open_session(visitor, world.users[who])
    known = set(AuditEntry.objects.values_list("pk", flat=True))

    for route, child, data in FORMS.values():
        if child != "stranger":
            path = _form_path(route, world.keys[child] if child else None, world)
            assert post(entitled["family"], path, data).status_code == 403, route
    for name, who in agents.items():
        targets, answers = ACTS[name]
        url = url_for(name, *(world.keys[one] for one in targets))
        assert post(entitled[who], url, answers).status_code == 403, name
    for name in ("portal:sign-out", "portal:sign-in"):
        assert post(entitled["family"], reverse(name), {}).status_code == 403, name
    assert _authors(known) == set()


def test_the_other_household_is_named_nowhere(world):
    """No answer of the API, nor any page, tells a parent who the other is."""
    for who, rank in (("family", 1), ("separated", 0)):
        hidden = world.family.guardians[rank].first_name
        for name in ("query.viewer", "query.child"):
            answer = ask(world.clients[who], *_question(name, world))
            assert hidden not in str(answer), (who, name)


def test_nobody_without_a_session_reads_anything():
    lines = tomllib.loads(MATRIX.read_text(encoding="utf-8"))
    open_doors = {
        name
        for kind in ("routes", "acts", "forms", "fields")
        for name, row in lines[kind].items()
        if row.split()[0] in ("200", "data", "done")
    }
    assert open_doors == OPEN_TO_ALL | partners.OPEN | shared_services.OPEN | integrators.OPEN
    for kind in ("routes", "rows", "acts", "forms", "fields", "nested"):
        for name, row in lines[kind].items():
            outcomes = dict(zip(CAST, row.split(), strict=True))
            # A session of another département is no session at all.
            assert outcomes["other_tenant"] == outcomes["anonymous"], name


def test_no_line_is_about_an_empty_room():
    """Each row of a list and each field has something to show to somebody."""
    lines = tomllib.loads(MATRIX.read_text(encoding="utf-8"))
    empty = {
        name
        for kind in ("rows", "nested", "acts", "forms")
        for name, row in lines[kind].items()
        if all(outcome in NOTHING or outcome in REFUSED for outcome in row.split())
    }
    empty = {
        name
        for name in empty
        if not name.startswith((*partners.IN_THEIR_SESSION, *integrators.OF_MACHINES))
    }
    assert {name for name in empty if not name.endswith(NOTHING_YET)} == {
        name for name in lines["nested"] if name.startswith("simulateTariff.") and name in empty
    }  # nothing is told of so few pupils: see tests/api/test_trying_tariffs.py


# A price that goes on and a month not issued have no such day; the family's contest is refused; the
# stranger is enrolled already; no payment is closed by hand before its provider was asked, and none
# answers here; each line of a département's statement is in our books, and it has an agreement of
# exchange; a paid one has no page; no request of rights is over; those to be recognised are parents,
# whose birth date nobody knows (a pupil's: tests/api/test_recognising.py); nothing was given back, and
# nobody has read the announcement.
NOTHING, REFUSED = ("-", "0", "null"), ("302", "403", "404", "405", "409", "422", "refused")
NOTHING_YET = (
    "price.validUntil",
    "simulatePrice.validUntil",
    *pass_plus.NOTHING_YET,
    *money.NOTHING_YET,
    *partners.NOTHING_YET,
    *school_records.NOTHING_YET,
    "newPrice.cents",
    "newPrice.currency",
    "newPrice.formatted",
    "billingRun.issuedAt",
    "of a stranger's",
    "unknown-payment",
    "contest-clearing",
    "propose-exchange",
    "payment.checkoutUrl",
    "rightsRequest.closedAt",
    "rightsRequests.nodes.closedAt",
    "linkRequests.nodes.candidates.birthDate",
    "linkRequests.nodes.saidBirthDate",
    "passOffers.whyNot",
    "ownFactors.codesSince",
    "ownFactors.passkeys.usedAt",
    *announcements.NOTHING_YET,
)
OPEN_TO_ALL = {
    "health",
    "portal:notifications-worker",  # a script
    "portal:accessibility",
    "portal:activation",
    "portal:brand",
    "portal:help",
    "portal:data-protection",
    "portal:legal",
    "portal:recovery",
    "portal:mailbox",  # embedded settings only: a deploy check refuses it elsewhere
    "portal:sign-in",
    "portal:simulator",
    "portal:simulator-service",
    "query._service",  # embedded settings only: elsewhere, for who may read the schema
    "query.departement",
    "query.simulatePrice",
    "simulator",
}


def _written(found: dict[str, dict[str, str]]) -> str:
    parts = [HEADER]
    for kind in KINDS:
        rows = found.get(kind, {})
        lines = "\n".join(f'"{name}" = "{row}"' for name, row in sorted(rows.items()))
        parts.append(f"[{kind}]\n{lines}\n")
    return "\n".join(parts)

"""Every list of the console, by its page and by the graph: the same rows, to the same people.

Nothing is listed here: the lists, their filters and their fields are those of the console's registry,
so that a list added tomorrow is walked too.
"""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from django.contrib.admin.filters import EmptyFieldListFilter, SimpleListFilter
from django.db import models
from django.urls import reverse
from django.utils import timezone
from graphene.utils.str_converters import to_camel_case
from graphql import get_named_type, is_object_type

from console import acts
from console.sites import console_site
from socle.graph_lists import keys, listings, naming
from socle.graph_lists.fields import HIDDEN, SECRET, fields_of
from socle.graph_lists.reading import Listing
from tests.access import reciprocity
from tests.access.world import CAST, NOW, World, ask, build, get
from tests.fixtures import watched

LISTINGS = listings()
CODES = {302: "SIGN_IN_REQUIRED", 403: "FORBIDDEN"}


@pytest.fixture
def world(between, tenant_db, in_tenant, settings) -> Iterator[World]:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with time_machine.travel(NOW, tick=False):
        found = build(in_tenant)
        found.keys |= reciprocity.neighbours(between, found.keys["partner"])
        yield found


def console_type() -> Any:
    from api.schema import schema

    return schema.graphql_schema.type_map["Console"]


def list_name(listing: Listing) -> str:
    return to_camel_case(naming.list_field(listing.model))


def row_name(listing: Listing) -> str:
    return to_camel_case(naming.row_field(listing.model))


def everything(listing: Listing) -> str:
    """All that can be read of a row."""
    node = get_named_type(console_type().fields[row_name(listing)].type)
    return " ".join(map(_whole, node.fields.items()))


def _whole(entry: tuple[str, Any]) -> str:
    name, field = entry
    kind = get_named_type(field.type)
    return f"{name} {{ {' '.join(kind.fields)} }}" if is_object_type(kind) else name


def read(client: Any, listing: Listing, given: str = "first: 50", wanted: str = "id") -> Any:
    """The rows of a list, or the code of the refusal."""
    name = list_name(listing)
    answer = ask(client, f"{{ console {{ {name}({given}) {{ nodes {{ {wanted} }} }} }} }}", {})
    if "errors" in answer:
        return answer["errors"][0]["extensions"]["code"]
    return answer["data"]["console"][name]["nodes"]


def listed(client: Any, listing: Listing, query: str = "") -> Any:
    """What the console's page shows: the names of its rows, or the code that says as much."""
    options = listing.model._meta
    address = reverse(f"console:{options.app_label}_{options.model_name}_changelist")
    response = get(client, f"{address}{query}")
    if response.status_code != 200:
        return CODES[response.status_code]
    return [keys.key_of(row) for row in response.context["cl"].result_list]


# --- doors ---------------------------------------------------------------------------------------


def test_every_list_of_the_console_has_its_doors():
    fields = console_type().fields

    assert {listing.model for listing in LISTINGS} == set(console_site._registry)
    pages = {name for name in fields if name.endswith("Page")}
    assert len(fields.keys() - pages - {"tasks"}) == 2 * len(
        console_site._registry
    )  # none took another's name
    for listing in LISTINGS:
        assert {list_name(listing), row_name(listing)} <= set(fields), listing.model
        shown = get_named_type(fields[row_name(listing)].type).fields
        columns = [name for name in listing.admin.list_display if isinstance(name, str)]
        names = {to_camel_case(name.removesuffix("_cents")) for name in columns}
        assert names <= set(shown), listing.model
        assert len(listing.filters) >= len(listing.admin.list_filter), listing.model


def test_the_same_people_are_shown_the_same_rows(world):
    opened: set[str] = set()
    for who in CAST:
        client = world.clients[who]
        for listing in LISTINGS:
            by_page, by_graph = listed(client, listing), read(client, listing)
            if isinstance(by_page, str):
                assert by_graph == by_page, (who, listing.model)
                continue
            assert [row["id"] for row in by_graph] == by_page, (who, listing.model)
            if by_page:
                opened.add(listing.model._meta.label)

    assert len(opened) == len(LISTINGS)  # each list had something to show to somebody


def test_each_row_is_found_again_by_its_name_and_by_nobody_else(world):
    administrator = world.clients["administrator"]
    readers = [world.clients[who] for who in ("administrator", "regisseur", "secretary")]
    for listing in LISTINGS:
        wanted = everything(listing)
        rows = next(
            found
            for found in (read(one, listing, wanted=wanted) for one in readers)
            if isinstance(found, list)
        )
        name = row_name(listing)
        query = f"query($id: ID!) {{ console {{ {name}(id: $id) {{ {wanted} }} }} }}"
        for row in rows[:3]:
            for who in CAST:
                found = ask(world.clients[who], query, {"id": row["id"]})
                seen = read(world.clients[who], listing)
                if isinstance(seen, str):
                    assert found["errors"][0]["extensions"]["code"] == seen, (who, name)
                elif {"id": row["id"]} in seen:
                    assert found["data"]["console"][name]["id"] == row["id"], (who, name)
                else:
                    assert found["errors"][0]["extensions"]["code"] == "NOT_FOUND", (who, name)
        for wrong in (
            "x",
            "",
            "1",
            "²",
            "\0",
            "a:b:c",
            "92:2024-99-99",
            str(listing.model(pk=1).pk),
        ):
            found = ask(administrator, query, {"id": wrong})
            codes = {one["extensions"]["code"] for one in found["errors"]}
            assert codes <= {"NOT_FOUND", "FORBIDDEN"}, (name, wrong, codes)


def test_a_row_bears_the_name_that_acts_know_it_by(world):
    known = 0
    for listing in LISTINGS:
        rows = listing.model._default_manager.all()[:2]
        for act in map(acts.find, listing.admin.acts):
            for row in rows:
                assert keys.key_of(row) == act.key_of(row), act.name
                known += 1
    assert known > 50


def test_a_page_by_graph_says_what_the_page_says(world):
    """And it is closed to whom the page is; what is drawn is on the page alone."""
    told = 0
    for who in ("administrator", "instructor", "secretary", "family"):
        client = world.clients[who]
        for listing in LISTINGS:
            name, row = f"{row_name(listing)}Page", listing.model._default_manager.last()
            if name not in console_type().fields:
                assert listing.admin.page_of(row) != _address(listing, row), listing.model
                continue
            by_page = get(client, _address(listing, row))
            query = f"query($id: ID!) {{ console {{ {name}(id: $id) {{ {PAGE} }} }} }}"
            by_graph = ask(client, query, {"id": keys.key_of(row)})
            if by_page.status_code != 200:
                code = by_graph["errors"][0]["extensions"]["code"]
                assert code == CODES.get(by_page.status_code, "NOT_FOUND"), (who, name)
                continue
            page = by_graph["data"]["console"][name]
            drawn = [one for one in by_page.context["record"] if "<svg" not in str(one.value)]
            names = [one["name"] for one in page["details"]]
            assert [one.name for one in drawn if one.name in names] == names, name
            assert len(names) >= len(drawn) - 1, name
            assert [one["title"] for one in page["tables"]] == [
                table.title for table in by_page.context["around"]
            ]
            assert page["title"] == by_page.context["title"]
            assert "<" not in json.dumps(page), page
            told += 1
    assert told > 90


def test_what_waits_is_the_same_at_the_first_page_and_by_graph(world):
    query = "{ console { tasks { count title since isBlocking address } } }"
    told = 0
    for who in CAST:
        page = get(world.clients[who], reverse("console:index"))
        answer = ask(world.clients[who], query, {})
        if page.status_code != 200:
            assert answer["errors"][0]["extensions"]["code"] == CODES[page.status_code]
            continue
        tasks = page.context["page"].tasks
        assert answer["data"]["console"]["tasks"] == [
            {
                "count": one.count,
                "title": one.title,
                "since": one.detail or None,
                "isBlocking": one.tone == "bad",
                "address": one.url,
            }
            for one in tasks
        ]
        told += len(tasks)
    assert told > 10


PAGE = "title details { name value } tables { title heads rows { cells } }"


def _address(listing: Listing, row: Any) -> str:
    options = listing.model._meta
    return reverse(f"console:{options.app_label}_{options.model_name}_change", args=[row.pk])


# --- filters, order, pages -----------------------------------------------------------------------


def test_filters_and_search_keep_what_the_page_keeps(world):
    client, tried = world.clients["administrator"], 0
    for listing in LISTINGS:
        if isinstance(listed(client, listing), str):
            continue
        for query, given in _asked(listing, client):
            by_page = listed(client, listing, query)
            by_graph = read(client, listing, f"first: 50, {given}")
            assert isinstance(by_graph, list), (listing.model, given, by_graph)
            assert [row["id"] for row in by_graph] == by_page, (listing.model, query, given)
            tried += 1
    assert tried > 80


def _asked(listing: Listing, client: Any) -> Iterator[tuple[str, str]]:
    """Each filter, as an address and as an argument."""
    for entry in listing.admin.list_filter:
        if isinstance(entry, type) and issubclass(entry, SimpleListFilter):
            offered = entry(None, {}, listing.model, listing.admin).lookup_choices
            name = to_camel_case(naming.filter_name(entry))
            for value, _label in offered[:2]:
                said = "true" if value == "oui" else json.dumps(value)
                yield f"?{entry.parameter_name}={value}", f"{name}: {said}"
        elif isinstance(entry, tuple):
            assert entry[1] is EmptyFieldListFilter
            name = to_camel_case(f"has_{entry[0]}")
            yield f"?{entry[0]}__isempty=1", f"{name}: false"
            yield f"?{entry[0]}__isempty=0", f"{name}: true"
        else:
            yield from _by_values(listing, entry)
    if "search" in listing.filters:
        for term in ("diallo", "a", "2024-000001", "é"):
            yield f"?q={term}", f"search: {json.dumps(term)}"


def _by_values(listing: Listing, path: str) -> Iterator[tuple[str, str]]:
    rows = listing.model._default_manager.order_by(path)
    field: Any = listing.model
    for part in path.split("__"):
        field = getattr(field, "remote_field", None) or field
        field = getattr(field, "model", field)._meta.get_field(part)
    name = to_camel_case(path.replace("__", "_"))
    for value in list(rows.values_list(path, flat=True).distinct())[:3]:
        if value in (None, ""):
            continue
        if isinstance(field, models.DateField):
            day = str(value)[:10]
            said = day
            if isinstance(field, models.DateTimeField):
                midnight = datetime.datetime.fromisoformat(day)
                said = quote(str(timezone.make_aware(midnight)))
            yield f"?{path}__gte={said}", f'{name}From: "{day}"'
            yield f"?{path}__lt={said}", f'{name}Before: "{day}"'
        elif isinstance(field, models.ForeignKey):
            target = field.remote_field.model._default_manager.get(pk=value)
            yield f"?{path}__id__exact={value}", f'{name}: "{keys.key_of(target)}"'
        elif isinstance(value, bool):
            yield f"?{path}__exact={int(value)}", f"{name}: {str(value).lower()}"
        else:
            kind = str(console_type().fields[list_name(listing)].args[name].type)
            said = json.dumps(value) if kind == "String" else str(value)
            yield f"?{path}__exact={value}", f"{name}: {said}"


def test_pages_follow_each_other_to_the_end(world):
    client, walked = world.clients["administrator"], 0
    wanted = "nodes { id } pageInfo { endCursor hasNextPage } totalCount"
    for listing in LISTINGS:
        whole = read(client, listing)
        if isinstance(whole, str) or len(whole) < 2:
            continue
        name, after, found = list_name(listing), "null", []
        for _page in whole[:8]:
            page = f"{name}(first: 1, after: {after}) {{ {wanted} }}"
            answer = ask(client, f"{{ console {{ {page} }} }}", {})["data"]["console"][name]
            found += answer["nodes"]
            after = json.dumps(answer["pageInfo"]["endCursor"])
            if len(whole) < 50:
                assert answer["totalCount"] == len(whole)
                assert answer["pageInfo"]["hasNextPage"] == (len(found) < len(whole))
        assert found == whole[:8], listing.model
        walked += 1
    assert walked > 25


# --- what it costs, and what it never tells ------------------------------------------------------


def test_a_page_asks_as_much_for_one_row_as_for_many(world):
    client, compared = world.clients["administrator"], 0
    for listing in LISTINGS:
        whole, wanted = read(client, listing), everything(listing)
        if isinstance(whole, str) or len(whole) < 2:
            continue
        asked = {}
        for size in (50, 1, 50):  # what a process keeps is read by the first
            with watched() as statements:
                read(client, listing, f"first: {size}", wanted)
            asked[size] = Counter(statements)
        again = {one: n for one, n in asked[50].items() if n > max(1, asked[1][one])}
        assert not again, (listing.model, again)
        assert len(asked[50]) <= len(asked[1]) + 2, listing.model  # the first row names nobody
        compared += 1
    assert compared > 25


def test_what_a_list_hides_is_told_by_no_field(world):
    """Neither the names of what is hidden nor a value of theirs."""
    client, secrets = world.clients["administrator"], 0
    for listing in LISTINGS:
        hidden = [
            field
            for field in listing.model._meta.concrete_fields
            if SECRET.search(field.name)
            or (
                field.name in {*HIDDEN, *listing.admin.hides} and field.name not in _listed(listing)
            )
        ]
        names = {to_camel_case(field.name) for field in hidden} - {"id"}
        shown = get_named_type(console_type().fields[row_name(listing)].type).fields
        assert not names & set(shown), listing.model
        rows = read(client, listing, wanted=everything(listing))
        answer = json.dumps(rows)
        pages = json.dumps(_pages(client, listing, rows[:2]))
        for field in hidden:
            if SECRET.search(field.name):
                for value in listing.model._default_manager.values_list(field.name, flat=True):
                    for written in _written(value):
                        assert written not in answer, (listing.model, field.name)
                        assert written not in pages, (listing.model, field.name)
                        secrets += 1
    assert secrets > 15


def test_a_secret_that_a_list_forgot_to_hide_is_not_told(monkeypatch):
    kept = 0
    for listing in LISTINGS:
        names = [one.name for one in listing.model._meta.concrete_fields if SECRET.search(one.name)]
        shown = [*listing.admin.list_display, *names]
        hides = [name for name in listing.admin.hides if name not in names]
        monkeypatch.setattr(type(listing.admin), "hides", hides)
        monkeypatch.setattr(type(listing.admin), "list_display", shown)
        told = fields_of(listing.admin)
        assert not set(names) & set(told), listing.model
        kept += len(names)
    assert kept > 12


def _pages(client: Any, listing: Listing, rows: Any) -> list[Any]:
    name = f"{row_name(listing)}Page"
    if isinstance(rows, str) or name not in console_type().fields:
        return []
    query = f"query($id: ID!) {{ console {{ {name}(id: $id) {{ {PAGE} }} }} }}"
    return [ask(client, query, {"id": row["id"]}) for row in rows]


def _listed(listing: Listing) -> set[str]:
    return {
        entry[0] if isinstance(entry, tuple) else entry
        for entry in (*listing.admin.list_display, *listing.admin.list_filter)
        if isinstance(entry, str | tuple)
    }


def _written(value: Any) -> list[str]:
    """How a secret would look in an answer."""
    if isinstance(value, bytes | memoryview):
        return [bytes(value).hex(), str(bytes(value))[2:-1]]
    text = value if isinstance(value, str) else json.dumps(value)
    return [text] if value and len(text) > 8 else []

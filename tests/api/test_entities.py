"""Types with a key, for a graph that joins ours with others: each door's rules hold there too."""

from __future__ import annotations

import json
import uuid

import pytest
import time_machine

from api.entities import ENTITIES
from api.schema import schema
from tests.factories.acting import make_agent
from tests.factories.canteen import make_family
from tests.factories.passplus import AUTUMN, make_card, make_partner, noon
from tests.factories.portal import account_of
from tests.factories.shared_services import enable, open_service
from tests.fixtures import watched

QUERY = """query($asked: [_Any!]!) { _entities(representations: $asked) { __typename
  ... on Departement { name } ... on College { city } ... on Child { lastName passCards { id } }
  ... on Pupil { firstName } ... on Viewer { fullName } ... on PassCard { label }
  ... on Partner { town } ... on Service { editor } } }"""


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel(AUTUMN, tick=False):
        yield


def asked(api, *keys: tuple[str, object]):
    """What is found of each, and the code of each that is not."""
    wanted = [{"__typename": name, ENTITIES[name].key: str(key)} for name, key in keys]
    answer = api.ask(QUERY, asked=wanted)
    found = [one and one["__typename"] for one in answer["data"]["_entities"]]
    errors = {error["path"][1]: error["extensions"]["code"] for error in answer.get("errors", ())}
    return [one or errors[place] for place, one in enumerate(found)]


def test_each_type_with_a_key_is_an_entity_and_no_other():
    union = {kind.name for kind in schema.graphql_schema.type_map["_Entity"].types}
    assert union == set(ENTITIES)
    for name, entity in ENTITIES.items():
        assert f'type {name} @key(fields: "{entity.key}")' in str(schema)


def test_a_family_finds_its_own_of_each_type_in_the_order_asked(api):
    family = make_family()
    account = account_of(family)
    card = make_card(pupil=family.pupil)
    partner = make_partner()
    api.sign_in(account)

    names = asked(
        api,
        ("Partner", partner.public_id),
        ("Child", family.pupil.public_id),
        ("PassCard", card.public_id),
        ("College", family.college.uai),
        ("Departement", "92"),
        ("Viewer", account.public_id),
        ("Child", family.pupil.public_id),
    )

    assert names == ["Partner", "Child", "PassCard", "College", "Departement", "Viewer", "Child"]


def test_a_service_is_found_by_whom_it_is_open_to(api):
    with time_machine.travel(noon("2024-10-10"), tick=False):
        enable("madmagz")
        open_service("enseigno")
        api.sign_in(account_of(make_family()))

        found = asked(api, ("Service", "enseigno"), ("Service", "madmagz"))

    assert found == ["Service", "NOT_FOUND"]


def test_nothing_of_another_family_or_of_another_departement(api):
    family, other = make_family(), make_family()
    api.sign_in(account_of(family))
    theirs = account_of(other)
    card = make_card(pupil=other.pupil)

    refused = asked(
        api,
        ("Child", other.pupil.public_id),
        ("PassCard", card.public_id),
        ("Viewer", theirs.public_id),
        ("Pupil", family.pupil.public_id),
        ("Departement", "94"),
        ("Partner", uuid.uuid4()),
        ("College", "0000000X"),
        ("Service", "pronote"),
        ("Child", "not a uuid"),
    )

    assert set(refused) == {"NOT_FOUND"}


def test_an_agent_who_reads_files_finds_any_child_and_card(api):
    card = make_card()
    api.sign_in(make_agent())

    assert asked(api, ("Child", card.pupil.public_id), ("PassCard", card.public_id)) == [
        "Child",
        "PassCard",
    ]


def test_without_a_session_what_is_open_to_all_is_answered_and_the_rest_asks_to_sign_in(api):
    partner, family = make_partner(), make_family()

    found = asked(
        api,
        ("Partner", partner.public_id),
        ("Child", family.pupil.public_id),
        ("College", family.college.uai),
    )

    assert found == ["Partner", "SIGN_IN_REQUIRED", "SIGN_IN_REQUIRED"]


@pytest.mark.parametrize(
    "representation",
    [{"__typename": "Invoice", "id": "x"}, {"__typename": "Child"}, {"id": "x"}, "Child", 3, None,
     {"__typename": ["Child"], "id": "x"}, {"__typename": "Child", "id": {"of": "x"}}],
)  # fmt: skip
def test_what_is_no_key_of_a_type_is_refused_in_words(api, representation):
    answer = api.send({"query": QUERY, "variables": {"asked": [representation]}}).json()

    codes = {error["extensions"]["code"] for error in answer["errors"]}
    assert codes <= {"ENTITY_MALFORMED", "VARIABLE_INVALID"}


def test_a_key_may_be_written_in_the_document_or_be_a_variable_in_it(api):
    partner = make_partner()
    key = str(partner.public_id)
    query = '_entities(representations: [{__typename: "Partner", id: %s}]) { __typename }'

    written = api.read(f"{{ {query % json.dumps(key)} }}")
    inside = api.read(f"query($id: ID!) {{ {query % '$id'} }}", id=key)

    assert written == inside == {"_entities": [{"__typename": "Partner"}]}


def test_many_are_read_together_and_too_many_are_refused(api):
    families = [make_family() for _ in range(6)]
    api.sign_in(make_agent())
    wanted = [("Child", family.pupil.public_id) for family in families]

    asked(api, *wanted[:1])  # the host is known from now on
    with watched() as for_two:
        asked(api, *wanted[:2])
    with watched() as for_six:
        assert asked(api, *wanted) == ["Child"] * 6

    assert len(for_six) == len(for_two)
    many = [{"__typename": "Departement", "code": "92"}] * 101
    assert api.refusals(QUERY, asked=many) == ["TOO_MANY_ENTITIES"]


def test_the_schema_of_the_subgraph_is_read_by_whoever_may_read_the_schema(api, settings):
    query = "{ _service { sdl } }"

    settings.HAS_MAILBOX = False
    assert api.refusals(query) == ["INTROSPECTION_REFUSED"]
    told = api.sign_in(make_agent()).read(query)["_service"]["sdl"]
    assert 'type Child @key(fields: "id")' in told
    assert "_entities" not in told

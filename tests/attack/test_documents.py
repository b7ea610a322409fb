"""Documents drawn from our schema's grammar, mutations too, their values hostile: no failure, no leak.

`SOCLE_ATTACKS` is how many documents (200 by default; `make soak` sends many more).
"""

from __future__ import annotations

import json
import os

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api.schema import schema
from tests.api.drawing import Drawn
from tests.attack.site import EVERYBODY, Site, judge, judge_document

ATTACKS = int(os.environ.get("SOCLE_ATTACKS", "200"))
attack = settings(
    max_examples=ATTACKS,
    deadline=None,
    derandomize="SOCLE_ATTACKS" not in os.environ,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


def test_no_document_fails_or_tells_what_it_must_not(site: Site) -> None:
    objects = [key for key in site.world.keys.values() if hasattr(key, "public_id")]
    ids = [str(one.public_id) for one in objects]
    answered = []

    @attack
    @given(seed=st.integers(0, 2**64), who=st.sampled_from(EVERYBODY))
    def send(seed: int, who: str) -> None:
        drawn = Drawn(schema.graphql_schema, seed=seed, ids=ids)
        document, variables = drawn.disguised(drawn.document())
        answered.append(
            judge_document(site.ask(who, document, variables), document, variables, who=who)
        )

    send()
    assert sum(answered) > len(answered) / 5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
QUERIES = st.sampled_from(
    (
        "{ viewer { email } }",
        "mutation { endSessions(input: {}) { errors { code } } }",
        "{ __schema { types { name } } }",
        "subscription { viewer { email } }",
        "query A { viewer { email } } query B { departement { name } }",
        "{", "", "\x00", "{ viewer { ...F } } fragment F on Viewer { ...F }", "{" * 5_000,
    )
)  # fmt: skip
BODIES = st.one_of(
    st.binary(max_size=200),
    JSON.map(json.dumps).map(str.encode),
    st.fixed_dictionaries(
        {"query": QUERIES | JSON},
        optional={
            "variables": JSON,
            "operationName": JSON,
            "documentId": JSON,
            "extensions": JSON,
        },
    )
    .map(json.dumps)
    .map(str.encode),
    st.lists(QUERIES.map(lambda text: {"query": text}), max_size=3).map(json.dumps).map(str.encode),
    QUERIES.map(str.encode),
    st.sampled_from((b"[" * 60_000, b'{"query":' * 9_000, b"\xff\xfe{\x00}\x00", b"a" * 200_000)),
)
KINDS = st.sampled_from(
    (
        "application/json", "application/json; charset=utf-16", "application/json; charset=none",
        "application/graphql", "application/graphql-response+json", "text/plain", "",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data",
    )
)  # fmt: skip
METHODS = st.sampled_from(
    ("POST", "POST", "POST", "GET", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW")
)
PATHS = st.sampled_from(
    (
        "/graphql/", "/graphql", "/graphql/?query=%7Bviewer%7Bemail%7D%7D",
        "/graphql/?query=mutation%7BendSessions(input:%7B%7D)%7Berrors%7Bcode%7D%7D%7D",
        "/graphql/?documentId=sha256:0", "/graphql/?documentId=%00&variables=%ff",
        "/graphql/?documentId&variables=[", "/graphql/%2e%2e/", "/graphql/?" + "a=1&" * 2_000,
    )
)  # fmt: skip
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Authorization": st.sampled_from(
            ("Bearer", "Bearer ", "Bearer x", "bearer \xe9", "Basic eDp5", "Bearer " + "a" * 9_000)
        ),
        "X-CSRFToken": st.sampled_from(("", "x", "\xff" * 32)),
        "Content-Encoding": st.just("gzip"),
        "Origin": st.sampled_from(("null", "https://mechant.example", "\xe9")),
        "X-HTTP-Method-Override": st.just("PUT"),
        "Accept": st.sampled_from(("text/html", "image/png", "*/*;q=x")),
        "traceparent": st.sampled_from(("00-0-0-0", "\xe9")),
    },
)


def test_no_request_that_is_none_fails_or_acts(site: Site) -> None:
    @attack
    @given(
        body=BODIES,
        kind=KINDS,
        method=METHODS,
        path=PATHS,
        headers=HEADERS,
        who=st.sampled_from(EVERYBODY),
    )
    def send(
        body: bytes, kind: str, method: str, path: str, headers: dict[str, str], who: str
    ) -> None:
        sent = {"Content-Type": kind, **headers}
        answer = site.send(body, who=who, method=method, path=path, headers=sent)
        judge(answer, who=who, said=f"{method} {path} {sent} {body[:300]!r}")
        is_request = method == "POST" and kind.startswith("application/json")
        if not is_request and answer.kind.startswith("application/json"):
            assert "data" not in answer.told, (method, path, sent, body, answer)
        if b"SIGN_IN_REQUIRED" in answer.body:
            site.come_back(who)

    send()

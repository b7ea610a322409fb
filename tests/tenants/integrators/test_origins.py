"""Origins are exact, of `https`, and of a host that has a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.integrators import operations, origins, queries
from tests.factories.integrators import AT
from tests.factories.tariffs import ACTOR


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("https://carte.exemple.fr", "https://carte.exemple.fr"),
        (" HTTPS://Carte.exemple.fr/ ", "https://carte.exemple.fr"),
        ("https://carte.exemple.fr:8443", "https://carte.exemple.fr:8443"),
        ("https://carte.exemple.fr:443", "https://carte.exemple.fr"),
    ],
)
def test_an_origin_is_kept_as_a_browser_writes_it(written, exact):
    assert origins.exact(written) == exact


@pytest.mark.parametrize(
    "written",
    [
        "*", "null", "", "https://", "https://*", "https://*.exemple.fr", "http://carte.exemple.fr",
        "carte.exemple.fr", "https://carte.exemple.fr/page", "https://carte.exemple.fr?a",
        "https://carte.exemple.fr#a", "https://a@carte.exemple.fr", "https://localhost",
        "https://127.0.0.1", "https://[::1]", "https://carte.exemple.fr:0443",
        "https://carte.exemple.fr:99999", "https://carte..exemple.fr", "https://carte.exemple.fr\n.a",
        "https://carte.exemple.fr https://autre.fr", "javascript://carte.exemple.fr",
    ],
)  # fmt: skip
def test_anything_else_is_refused(written):
    with pytest.raises(origins.OriginRefused):
        origins.exact(written)


@given(st.text(max_size=60))
def test_whatever_is_taken_is_one_exact_origin(written):
    try:
        exact = origins.exact(f"https://{written}")
    except origins.OriginRefused:
        return
    assert origins.exact(exact) == exact
    assert not set(exact.removeprefix("https://")) & set("/*?#@ \\\"'")


def test_an_origin_is_allowed_once_and_withdrawn_at_once(tenant_db, in_tenant):
    allowed = operations.allow_origin(origin="https://carte.exemple.fr", actor=ACTOR, at=AT)

    assert queries.is_allowed("https://carte.exemple.fr")
    assert not queries.is_allowed("https://carte.exemple.fr.autre.fr")
    assert not queries.is_allowed("https://\0")
    with in_tenant("d94"):
        assert not queries.is_allowed("https://carte.exemple.fr")
    with pytest.raises(operations.OriginKnown):
        operations.allow_origin(origin="https://CARTE.exemple.fr", actor=ACTOR, at=AT)

    operations.withdraw_origin(origin=allowed, actor=ACTOR, at=AT)
    assert not queries.is_allowed("https://carte.exemple.fr")
    with pytest.raises(operations.OriginWithdrawn):
        operations.withdraw_origin(origin=allowed, actor=ACTOR, at=AT)


def test_a_departement_has_fifty_at_most(tenant_db):
    for rank in range(operations.MOST_ORIGINS):
        operations.allow_origin(origin=f"https://a{rank}.exemple.fr", actor=ACTOR, at=AT)

    with pytest.raises(operations.TooManyOrigins):
        operations.allow_origin(origin="https://b.exemple.fr", actor=ACTOR, at=AT)

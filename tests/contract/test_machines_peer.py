"""A machine of others (openid-client, npm) discovers our token endpoint, proves itself and reads the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone
from joserfc.jwk import ECKey

from tenants.integrators import operations
from tenants.integrators.scopes import Scope
from tests.factories.integrators import make_integrator
from tests.factories.tariffs import ACTOR
from tests.peers.openid_client_here import RelyingParty, relying_party
from tests.peers.starting import Absent
from tests.served_here import site_served

HOST = "hauts-de-seine.socle.test"
KEY = ECKey.generate_key("P-256", {"kid": "septembre"})


@pytest.fixture(scope="module")
def peer() -> Iterator[RelyingParty]:
    try:
        with relying_party() as party:
            yield party
    except Absent as absent:
        pytest.skip(f"openid-client : {absent}")


@pytest.fixture
def issuer(committed_tenant_db) -> Iterator[str]:
    with site_served() as port:
        yield f"http://{HOST}:{port}/oauth"


def test_with_a_secret(peer, issuer):
    integrator, secret = make_integrator(Scope.PEOPLE_READ, Scope.EXPORT, at=timezone.now())
    machine = peer.registered(issuer=issuer, client_id=integrator.client_id, secret=secret)

    done = machine.do("machine", parameters={"scope": "export"})

    assert done["server"]["issuer"] == issuer
    assert (done["token"]["scope"], done["token"]["expires_in"]) == ("export", 600)
    assert machine.do("machine", parameters={"scope": "invoices:read"})["error"] == "invalid_scope"
    assert "error" in machine.registered(secret="x" * 43).do("machine")


def test_with_a_key_until_it_is_revoked(peer, issuer):
    written = KEY.as_pem(private=False).decode()
    integrator, _none = make_integrator(Scope.PEOPLE_READ, at=timezone.now(), public_key=written)
    jwk = {**KEY.as_dict(private=True), "kid": KEY.thumbprint()}
    machine = peer.registered(issuer=issuer, client_id=integrator.client_id, jwk=jwk)
    assert machine.do("machine")["token"]["scope"] == "people:read"

    operations.revoke_integrator(integrator=integrator, actor=ACTOR, at=timezone.now())

    assert machine.do("machine")["error"] == "invalid_client"


def test_an_assertion_for_one_departement_is_none_in_the_next(peer, issuer, in_tenant):
    written = KEY.as_pem(private=False).decode()
    with in_tenant("d94"):
        other, _none = make_integrator(public_key=written, at=timezone.now())
    jwk = {**KEY.as_dict(private=True), "kid": KEY.thumbprint()}

    refused = peer.registered(issuer=issuer, client_id=other.client_id, jwk=jwk).do("machine")

    assert refused["error"] == "invalid_client"

"""A machine is registered, proves itself, changes what proves it, and is revoked at once."""

from __future__ import annotations

import datetime
import json

import pytest
import time_machine
from joserfc.jwk import ECKey, OctKey, RSAKey

from commons.models import AuditEntry
from commons.personal_data import everything_about
from tenants.integrators import credentials, operations, queries
from tenants.integrators.models import Credential, Integrator, MachineToken
from tenants.integrators.scopes import Scope
from tests.factories.canteen import make_family
from tests.factories.integrators import AT, YEAR, make_integrator, token_of
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR

SECOND = datetime.timedelta(seconds=1)
WEEK = datetime.timedelta(days=7)


def test_a_secret_is_shown_once_and_kept_by_its_digest(tenant_db):
    integrator, secret = make_integrator(Scope.PEOPLE_READ, Scope.EXPORT)

    (credential,) = Credential.objects.all()
    assert len(secret) >= 43
    assert secret not in str(credential.__dict__)
    assert credentials.is_secret_of(credential, secret)
    assert not credentials.is_secret_of(credential, f"{secret}x")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject_id) == (
        "integrators.machine.registered",
        str(integrator.public_id),
    )
    assert entry.details == {"scopes": ["export", "people:read"]}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"expires_at": AT}, operations.LifeRefused),
        ({"expires_at": AT + 3 * YEAR}, operations.LifeRefused),
        ({"public_key": "clé"}, credentials.KeyUnreadable),
    ],
)
def test_what_makes_no_machine_is_refused_whole(tenant_db, changed, error):
    with pytest.raises(error):
        make_integrator(**changed)
    assert not Integrator.objects.exists()


def test_a_machine_that_reads_nothing_is_refused(tenant_db):
    with pytest.raises(operations.NothingGiven):
        operations.register_integrator(
            name="Rien", contact_email="a@b.example", scopes=(), expires_at=AT + YEAR,
            actor=ACTOR, at=AT,
        )  # fmt: skip


def test_a_name_is_of_one_machine_until_it_is_revoked(tenant_db):
    integrator, _secret = make_integrator()

    with pytest.raises(operations.NameTaken):
        make_integrator()
    operations.revoke_integrator(integrator=integrator, actor=ACTOR, at=AT)
    again, _secret = make_integrator()

    assert again.client_id != integrator.client_id


@pytest.mark.parametrize("kind", ["jwk", "pem", "rsa"])
def test_a_public_key_is_kept_with_its_name(tenant_db, kind):
    key = RSAKey.generate_key(2048) if kind == "rsa" else ECKey.generate_key("P-256")
    written = (
        json.dumps(key.as_dict(private=False))
        if kind == "jwk"
        else key.as_pem(private=False).decode()
    )

    _integrator, secret = make_integrator(public_key=written)

    (kept,) = Credential.objects.all()
    assert (secret, kept.digest, kept.kid) == ("", "", key.thumbprint())
    assert "d" not in kept.public_jwk


@pytest.mark.parametrize(
    ("key", "error"),
    [
        (ECKey.generate_key("P-256"), credentials.KeyIsPrivate),
        (ECKey.generate_key("P-384", private=False), credentials.KeyUnreadable),
        (OctKey.generate_key(256), credentials.KeyUnreadable),
    ],
    ids=["private", "another curve", "shared secret"],
)
def test_a_key_that_is_not_a_public_one_of_ours_is_refused(tenant_db, key, error):
    with pytest.raises(error):
        credentials.public_key_of(json.dumps(key.as_dict(private=key.is_private)))


def test_the_old_secret_holds_for_a_week_unless_it_is_leaked(tenant_db):
    integrator, _old = make_integrator()
    token = token_of(integrator, at=AT)

    operations.rotate_credential(integrator=integrator, actor=ACTOR, at=AT)
    old, new = Credential.objects.order_by("pk")
    assert old.expires_at == AT + WEEK
    assert new.expires_at == integrator.expires_at
    assert queries.machine_of(token, at=AT)

    operations.rotate_credential(integrator=integrator, is_leaked=True, actor=ACTOR, at=AT)
    assert queries.machine_of(token, at=AT) is None
    assert len(queries.credentials_of(integrator, Credential.Kind.SECRET, at=AT)) == 1


def test_a_token_holds_ten_minutes_and_no_longer_than_its_machine(tenant_db):
    lasting, brief = (
        token_of(make_integrator(name=name, expires_at=AT + life)[0])
        for name, life in (("ENT Oz", YEAR), ("Essai", SECOND))
    )

    assert queries.machine_of(lasting, at=AT + 600 * SECOND - SECOND)
    assert queries.machine_of(lasting, at=AT + 600 * SECOND) is None
    assert queries.machine_of(brief, at=AT)
    assert queries.machine_of(brief, at=AT + SECOND) is None


def test_a_revoked_machine_is_nobody_at_once(tenant_db):
    integrator, _secret = make_integrator()
    token = token_of(integrator)

    operations.revoke_integrator(integrator=integrator, actor=ACTOR, at=AT)

    assert queries.machine_of(token, at=AT) is None
    assert queries.open_integrator(integrator.client_id, at=AT) is None
    with pytest.raises(operations.IntegratorClosed):
        operations.rotate_credential(integrator=integrator, actor=ACTOR, at=AT)


def test_revocation_does_not_rest_on_the_tokens_being_deleted(tenant_db):
    integrator, _secret = make_integrator()
    token = token_of(integrator)

    Integrator.objects.filter(pk=integrator.pk).update(revoked_at=AT)

    assert queries.machine_of(token, at=AT) is None


def test_what_a_machine_was_not_given_no_token_gives(tenant_db):
    integrator, _secret = make_integrator(Scope.CANTEEN_READ)
    token = token_of(integrator, Scope.CANTEEN_READ, Scope.PEOPLE_READ)

    machine = queries.machine_of(token, at=AT)
    assert machine.scopes == {Scope.CANTEEN_READ}


def test_a_token_of_one_departement_is_unknown_in_the_next(tenant_db, in_tenant):
    integrator, _secret = make_integrator()
    token = token_of(integrator)

    with in_tenant("d94"):
        assert queries.machine_of(token, at=AT) is None
    assert queries.machine_of(token, at=AT)


def test_when_it_was_seen_is_written_once_a_minute(tenant_db):
    integrator, _secret = make_integrator()

    for seconds in (0, 59, 60):
        operations.note_use(integrator_id=integrator.pk, at=AT + seconds * SECOND)
        integrator.refresh_from_db()
        assert integrator.used_at == AT + (60 if seconds == 60 else 0) * SECOND


def test_tokens_that_are_over_are_deleted(tenant_db):
    integrator, _secret = make_integrator()
    token_of(integrator)
    hour = datetime.timedelta(hours=1)

    assert operations.purge_tokens(at=AT + 600 * SECOND + hour - SECOND) == 0
    assert operations.purge_tokens(at=AT + 600 * SECOND + hour) == 1
    assert not MachineToken.objects.exists()


def test_a_family_is_told_which_machines_read(tenant_db):
    user = account_of(make_family())
    make_integrator(Scope.PEOPLE_READ)
    revoked, _secret = make_integrator(name="Ancien")
    operations.revoke_integrator(integrator=revoked, actor=ACTOR, at=AT)

    with time_machine.travel(AT, tick=False):
        (told,) = [one for one in everything_about(user) if "logiciels" in one.name]

    (record,) = told.records
    assert (record["nom"], record["portées"]) == ("ENT Oz", ["people:read"])

"""What our side refuses of passkeys before any signature is looked at. Signatures: tests/browser."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from commons.actors import Actor
from commons.errors import NotFound
from tenants.accounts import factors, passkeys
from tenants.accounts.models import Passkey, User
from tests.tenants.accounts.test_factors import AT, make_user

SITE = passkeys.Site("hauts-de-seine.socle.test", "https://hauts-de-seine.socle.test")
CHALLENGE = passkeys.new_challenge()


def give_key(user: User, name: str = "clé", identifier: bytes = b"1" * 16) -> Passkey:
    return Passkey.objects.create(
        user=user, name=name, credential_id=identifier, public_key=b"1", created_at=AT
    )


@pytest.mark.parametrize(
    "credential",
    ["", "x", "[]", "{}", "null", '{"rawId": 1}', json.dumps({"rawId": "MTExMTExMTExMTExMTExMQ"})],
)
def test_an_answer_that_is_none_is_refused_and_never_an_error(tenant_db, credential):
    user = make_user()
    give_key(user)

    with pytest.raises(factors.FactorRefused):
        passkeys.prove(
            user=user, credential=credential, site=SITE, challenge=CHALLENGE, at=timezone.now()
        )
    with pytest.raises(passkeys.PasskeyNotMade):
        passkeys.add_passkey(
            user=user, name="x", credential=credential, site=SITE, challenge=CHALLENGE,
            actor=Actor.user(user), at=AT,
        )  # fmt: skip


def test_without_a_challenge_nothing_is_an_answer(tenant_db):
    user = make_user()
    give_key(user)

    with pytest.raises(factors.FactorRefused):
        passkeys.prove(user=user, credential="{}", site=SITE, challenge=b"", at=AT)


def test_the_browser_is_asked_for_the_keys_of_the_person_on_this_site_alone(tenant_db):
    user, other = make_user(), make_user("paul@exemple.fr")
    give_key(user)
    give_key(other, identifier=b"2" * 16)

    asked = json.loads(passkeys.request_options(user=user, site=SITE, challenge=CHALLENGE))

    assert asked["rpId"] == SITE.host
    assert [key["id"] for key in asked["allowCredentials"]] == ["MTExMTExMTExMTExMTExMQ"]


def test_who_needs_a_factor_keeps_the_only_key(tenant_db):
    user, other = make_user(), make_user("paul@exemple.fr")
    key = give_key(user)

    def remove(whose: User) -> None:
        passkeys.remove_passkey(user=whose, public_id=key.public_id, actor=Actor.user(whose), at=AT)

    with pytest.raises(NotFound):
        remove(other)
    with pytest.raises(factors.FactorNeeded):
        remove(user)
    give_key(user, "autre", b"3" * 16)
    remove(user)

    assert [one.name for one in Passkey.objects.all()] == ["autre"]

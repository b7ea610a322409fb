"""One's own sessions, sign-ins and ways in by the API; nobody else's."""

from __future__ import annotations

import datetime

from tenants.accounts.models import Authenticator, Passkey, RecoveryCode, Session, User
from tenants.identities.models import ExternalIdentity
from tests.signed_in import open_session

SESSIONS = "{ ownSessions { id isThisOne device } ownSignIns { outcome } }"
END = """mutation($id: ID!) { endSession(input: {sessionId: $id}) { errors { code } } }"""


def test_a_person_sees_and_ends_their_own_sessions(api):
    user = User.objects.create(email="parent@exemple.fr")
    other = User.objects.create(email="autre@exemple.fr")
    elsewhere, theirs = type(api)(), type(api)()
    open_session(elsewhere.client, user)
    open_session(theirs.client, other)
    api.sign_in(user)

    seen = api.read(SESSIONS)["ownSessions"]
    assert sorted(one["isThisOne"] for one in seen) == [False, True]
    (there,) = [one["id"] for one in seen if not one["isThisOne"]]
    foreign = str(Session.objects.get(user=other).public_id)
    refused = api.read(END, id=foreign)["endSession"]["errors"]
    assert [error["code"] for error in refused] == ["NOT_FOUND"]
    assert api.read(END, id=there)["endSession"]["errors"] == []

    assert elsewhere.read("{ viewer { email } }") == {"viewer": None}
    assert theirs.read("{ viewer { email } }") == {"viewer": {"email": "autre@exemple.fr"}}
    done = api.read("mutation { endSessions(input: {}) { ended } }")
    assert done == {"endSessions": {"ended": 1}}
    assert api.read("{ viewer { email } }") == {"viewer": None}


WAYS_IN = """{ ownFactors { codesSince passkeys { name usedAt } recoveryCodes }
    ownIdentities { provider departement usedAt } }"""
SINCE = datetime.datetime(2024, 9, 2, 8, tzinfo=datetime.UTC)


def test_a_person_sees_what_protects_their_account_and_by_whom_they_come(api):
    user = User.objects.create(email="parent@exemple.fr")
    for number, owner in enumerate((user, User.objects.create(email="autre@exemple.fr"))):
        Authenticator.objects.create(
            user=owner, sealed_secret=b"-", latest_step=0, created_at=SINCE
        )
        Passkey.objects.create(
            user=owner,
            name="Téléphone",
            credential_id=b"%d" % number,
            public_key=b"-",
            created_at=SINCE,
        )
        RecoveryCode.objects.create(user=owner, digest="a")
        RecoveryCode.objects.create(user=owner, digest="b", used_at=SINCE)
        for kind, code in (("EDUCONNECT", ""), ("DEPARTEMENT", "94")):
            ExternalIdentity.objects.create(
                kind=kind, departement_code=code, subject=f"{number}", user=owner, proof="CODE",
                linked_at=SINCE,
            )  # fmt: skip
    ExternalIdentity.objects.filter(user=user, kind="EDUCONNECT").update(used_at=SINCE)
    api.sign_in(user)

    seen = api.read(WAYS_IN)

    assert seen["ownFactors"] == {
        "codesSince": SINCE.isoformat(),
        "passkeys": [{"name": "Téléphone", "usedAt": None}],
        "recoveryCodes": 1,
    }
    assert seen["ownIdentities"] == [
        {"provider": "le portail du Val-de-Marne", "departement": "94", "usedAt": None},
        {"provider": "EduConnect", "departement": "", "usedAt": SINCE.isoformat()},
    ]


def test_who_has_nothing_but_a_password_reads_that(api):
    api.sign_in(User.objects.create(email="parent@exemple.fr"))

    assert api.read(WAYS_IN) == {
        "ownFactors": {"codesSince": None, "passkeys": [], "recoveryCodes": 0},
        "ownIdentities": [],
    }

"""One's own sessions and sign-ins by the API; nobody else's."""

from __future__ import annotations

from tenants.accounts.models import Session, User
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

"""An agent acts for a family: who may, for how long, and what is kept of it."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import NotFound
from commons.models import AuditEntry, OutboxEvent
from tenants.accounts.capabilities import CAPABILITIES, Capability, Role
from tenants.accounts.models import User
from tenants.acting import access, operations, queries
from tenants.acting.models import ActingSession
from tests.factories.acting import AT, MINUTE, REASON, begin, make_agent
from tests.factories.canteen import make_family
from tests.factories.portal import account_of, make_account


def test_a_session_says_who_for_whom_why_and_until_when(tenant_db):
    agent, family = make_agent(), make_family()
    account = account_of(family)

    session = begin(agent, family, reason="  La mère appelle :\n elle ne trouve rien. ")

    assert (session.agent, session.guardian) == (agent, family.guardians[0])
    assert session.reason == "La mère appelle : elle ne trouve rien."
    assert session.expires_at == AT + 30 * MINUTE
    assert not session.may_change
    assert list(queries.sessions_of(account)) == [session]
    assert OutboxEvent.objects.get().payload == {"session_id": session.pk}
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id) == ("acting.session.begun", str(agent.public_id))


def test_a_guardian_without_account_is_given_one_nobody_can_sign_in_to(tenant_db):
    family = make_family()

    begin(make_agent(), family)

    family.guardians[0].refresh_from_db()
    account = family.guardians[0].user
    assert (account.email, account.login) == (None, None)
    assert account.get_full_name() == family.guardians[0].full_name
    assert not account.has_usable_password()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.INSTRUCTOR])
def test_the_other_roles_do_not_act_for_families(tenant_db, role):
    with pytest.raises(operations.MayNotAct):
        begin(make_agent(role), make_family())
    assert not ActingSession.objects.exists()


def test_a_closed_account_does_not_act(tenant_db):
    agent = make_agent()
    User.objects.filter(pk=agent.pk).update(is_active=False)
    with pytest.raises(operations.MayNotAct):
        begin(agent, make_family())


@pytest.mark.parametrize("own", [0, 1], ids=["themselves", "the other parent"])
def test_nobody_acts_for_their_own_family(tenant_db, own):
    agent, family = make_agent(), make_family(guardians=2)
    family.guardians[own].user = agent
    family.guardians[own].save(update_fields=["user"])
    with pytest.raises(operations.MayNotAct):
        begin(agent, family)


@pytest.mark.parametrize("reason", ["", "   ", "aide", "x" * 301])
def test_a_reason_is_asked_for(tenant_db, reason):
    with pytest.raises(operations.ReasonTooShort):
        begin(make_agent(), make_family(), reason=reason)


@pytest.mark.parametrize("minutes", [-5, 0, 61])
def test_a_session_is_short(tenant_db, minutes):
    with pytest.raises(operations.ActingTooLong):
        begin(make_agent(), make_family(), minutes=minutes)


def test_an_agent_acts_for_one_family_at_a_time(tenant_db):
    agent = make_agent()
    first = begin(agent, make_family())

    second = begin(agent, make_family())

    first.refresh_from_db()
    assert first.ended_at == AT
    assert queries.running(agent=agent, public_id=first.public_id, at=AT) is None
    assert queries.running(agent=agent, public_id=second.public_id, at=AT) == second
    with pytest.raises(IntegrityError, match="one_open_session"), transaction.atomic():
        ActingSession.objects.create(
            agent=agent,
            guardian=second.guardian,
            reason=REASON,
            started_at=AT,
            expires_at=AT + MINUTE,
        )


def test_a_session_runs_until_its_end_and_not_a_second_more(tenant_db):
    agent = make_agent()
    session = begin(agent, make_family())

    def goes_on(at: datetime.datetime) -> bool:
        return queries.running(agent=agent, public_id=session.public_id, at=at) is not None

    last = session.expires_at - datetime.timedelta(microseconds=1)
    assert (goes_on(last), goes_on(session.expires_at)) == (True, False)


def test_a_session_is_another_agents_to_nobody(tenant_db):
    agent, other = make_agent(), make_agent(email="marc@exemple.fr")
    session = begin(agent, make_family())
    assert queries.running(agent=other, public_id=session.public_id, at=AT) is None
    with pytest.raises(NotFound):
        access.access_session(other, session.public_id)


def test_the_family_sees_and_ends_a_session_and_the_other_parent_does_not(tenant_db):
    family = make_family(guardians=2)
    own, other = account_of(family), make_account(family.guardians[1])
    session = begin(make_agent(), family)

    found = access.access_session(own, session.public_id)
    operations.end(session=found, actor=Actor.user(own), at=AT + MINUTE)
    with pytest.raises(NotFound):
        access.access_session(other, session.public_id)

    session.refresh_from_db()
    assert session.ended_at == AT + MINUTE
    assert not queries.sessions_of(other).exists()


def test_widening_needs_a_reason_of_its_own_and_a_session_that_goes_on(tenant_db):
    agent = make_agent()
    session, actor = begin(agent, make_family()), Actor.user(agent)
    with pytest.raises(operations.ReasonTooShort):
        operations.widen(session=session, reason="aide", actor=actor, at=AT)

    operations.widen(session=session, reason="Elle dicte les jours.", actor=actor, at=AT + MINUTE)
    widened = operations.widen(session=session, reason="Encore une fois.", actor=actor, at=AT)

    assert widened.may_change
    assert (widened.widened_at, widened.widened_for) == (AT + MINUTE, "Elle dicte les jours.")
    with pytest.raises(operations.ActingOver):
        operations.widen(
            session=session, reason="Trop tard hélas.", actor=actor, at=session.expires_at
        )


def test_ending_again_changes_nothing_and_an_end_is_never_after_the_limit(tenant_db):
    agent = make_agent()
    session, actor = begin(agent, make_family()), Actor.user(agent)
    for hours in (3, 4):
        operations.end(session=session, actor=actor, at=AT + datetime.timedelta(hours=hours))
    session.refresh_from_db()
    assert session.ended_at == session.expires_at
    assert AuditEntry.objects.filter(action="acting.session.ended").count() == 1


def test_what_an_agent_does_is_found_under_its_session_alone(tenant_db):
    agent, family = make_agent(), make_family()
    session = begin(agent, family)
    hand = Actor("user", str(agent.public_id), acting=str(session.public_id))
    record_audit(actor=hand, action="canteen.meal.added", subject_type="pupil", subject_id=1, at=AT)
    other = begin(agent, make_family())
    record_audit(
        actor=Actor.user(agent), action="tariffs.price.decided", subject_type="pupil",
        subject_id=1, at=AT,
    )  # fmt: skip

    acts = queries.acts_in([session, other])

    assert [entry.action for entry in acts[session.public_id]] == ["canteen.meal.added"]
    assert other.public_id not in acts


def test_the_capability_is_one_of_instructors_alone():
    holders = [role for role, can in CAPABILITIES.items() if Capability.ACT_FOR_FAMILIES in can]
    assert holders == [Role.INSTRUCTOR]

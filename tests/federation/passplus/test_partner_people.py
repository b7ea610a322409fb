"""Who works for a partner: invited, let in by a link that works once, and gone."""

from __future__ import annotations

import datetime

import pytest

from commons.errors import Forbidden, NotFound
from commons.models import OutboxEvent
from federation.passplus import operations, till_access
from federation.passplus.models import PartnerMember, PartnerRole, Till
from tenants.accounts.models import User
from tenants.accounts.operations import EmailTaken, WeakPassword
from tests.factories.passplus import AUTUMN, make_partner
from tests.factories.tariffs import ACTOR
from tests.factories.tills import (
    PASSWORD,
    invitation_of,
    make_member,
    till_of,
    token_of,
    user_of,
)

pytestmark = pytest.mark.usefixtures("tenant_db")
WEEK_LATER = AUTUMN + datetime.timedelta(days=7)


def invite(partner, email="ada@exemple.fr", role=PartnerRole.TILL, by=None):
    return operations.invite_member(
        partner=partner, email=email, role=role, by=by, actor=ACTOR, at=AUTUMN
    )


def join_as_new(token, *, password=PASSWORD, at=AUTUMN):
    return operations.join_as_new(
        token=token, first_name="Ada", last_name="Tatami", password=password, at=at
    )


def test_the_first_manager_opens_an_account_and_has_a_till():
    partner = make_partner()
    invitation = invite(partner, " Ada@Exemple.fr ", PartnerRole.MANAGER)

    member = join_as_new(token_of(invitation))

    assert (member.role, user_of(member).email) == ("MANAGER", "ada@exemple.fr")
    assert user_of(member).check_password(PASSWORD)
    assert till_of(member).name == "Accueil"
    event = OutboxEvent.objects.get(name="passplus.member.invited")
    assert event.payload == {"invitation_id": invitation.pk}


def test_a_link_works_once_for_a_week_and_the_latest_only():
    partner = make_partner()
    former = token_of(invite(partner))
    token = token_of(invite(partner))

    assert invitation_of(former, at=AUTUMN) is None
    assert invitation_of(token, at=WEEK_LATER) is None
    for bad in (former, token[:-1] + "x", "zz", ""):
        with pytest.raises(operations.InvitationRefused):
            join_as_new(bad)
    with pytest.raises(WeakPassword):
        join_as_new(token, password="judo")
    assert not User.objects.filter(email="ada@exemple.fr").exists()

    join_as_new(token)

    with pytest.raises(operations.InvitationRefused):
        join_as_new(token)
    assert PartnerMember.objects.filter(partner=partner).count() == 1


def test_an_address_with_an_account_joins_by_signing_in_to_it_and_no_other():
    partner, member = make_partner(), make_member()
    user = user_of(member)
    token = token_of(invite(partner, user.email))

    with pytest.raises(EmailTaken):
        join_as_new(token)
    with pytest.raises(operations.InvitationRefused):
        operations.join(token=token, user=user_of(make_member()), at=AUTUMN)

    operations.join(token=token, user=user, at=AUTUMN)

    assert {one.partner for one in till_access.memberships(user)} == {partner, member.partner}


def test_only_a_manager_invites_changes_roles_and_ends_and_one_stays():
    manager = make_member()
    helper = make_member(manager.partner, PartnerRole.TILL)
    stranger = make_member()

    for by in (helper, stranger):
        with pytest.raises((Forbidden, PartnerMember.DoesNotExist)):
            operations.end_member(member=manager, by=by, actor=ACTOR, at=AUTUMN)
    with pytest.raises(Forbidden):
        invite(manager.partner, by=helper)
    with pytest.raises(operations.AlreadyMember):
        invite(manager.partner, user_of(helper).email, by=manager)
    for act in (
        lambda: operations.end_member(member=manager, by=manager, actor=ACTOR, at=AUTUMN),
        lambda: operations.change_role(
            member=manager, role=PartnerRole.TILL, by=manager, actor=ACTOR, at=AUTUMN
        ),
    ):
        with pytest.raises(operations.LastManager):
            act()

    operations.change_role(
        member=helper, role=PartnerRole.MANAGER, by=manager, actor=ACTOR, at=AUTUMN
    )
    operations.end_member(member=manager, by=helper, actor=ACTOR, at=AUTUMN)

    assert till_access.memberships(user_of(manager)) == []
    with pytest.raises(Forbidden):  # what they were is not what they are
        invite(manager.partner, by=manager)


def test_tills_are_named_once_and_one_stays():
    manager, stranger = make_member(), make_member()
    pool = operations.open_till(name="  Bassin   nord ", by=manager, actor=ACTOR, at=AUTUMN)

    for name in ("Bassin nord", " ", "x" * 61):
        with pytest.raises(operations.TillNameInvalid):
            operations.open_till(name=name, by=manager, actor=ACTOR, at=AUTUMN)
    operations.rename_till(till=pool, name="Accueil 2", by=manager, actor=ACTOR, at=AUTUMN)
    with pytest.raises(Till.DoesNotExist):
        operations.close_till(till=pool, by=stranger, actor=ACTOR, at=AUTUMN)
    operations.close_till(till=pool, by=manager, actor=ACTOR, at=AUTUMN)
    with pytest.raises(operations.LastTill):
        operations.close_till(till=till_of(manager), by=manager, actor=ACTOR, at=AUTUMN)
    assert list(Till.objects.filter(closed_at=None, partner=manager.partner)) == [till_of(manager)]


def test_nothing_of_another_partner_is_reached():
    manager, stranger = make_member(), make_member()
    invitation = invite(manager.partner, by=manager)

    for reach, public_id in (
        (till_access.access_till, till_of(manager).public_id),
        (till_access.access_colleague, manager.public_id),
        (till_access.access_invitation, invitation.public_id),
    ):
        assert reach(manager, public_id).public_id == public_id
        with pytest.raises(NotFound):
            reach(stranger, public_id)
    with pytest.raises(NotFound):
        till_access.access_membership(user_of(stranger), manager.public_id)

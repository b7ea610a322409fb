"""The working group: a link, a password, a factor; then comments and what is agreed. A session of a
département is nobody's here."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from federation.workgroup import operations, queries
from federation.workgroup.models import Comment, Definition, Member, Role
from tenants.accounts import devices, totp
from tenants.accounts.models import Authenticator, SignIn, StaffRole, User
from tests.factories.tariffs import ACTOR
from tests.observatory.conftest import PASSWORD, SHARE, Visitor, make_member, signed_in
from tests.signed_in import open_session

HOME = "/observatoire/"
PAGE = f"{HOME}indicateurs/{SHARE}/"
SIGN_IN = f"{HOME}connexion/"
WORDS = "Les internes sont comptés avec les demi-pensionnaires."


def joined(visitor: Visitor, token: str) -> None:
    """Follow a link, choose a password, set the factor up."""
    asked = visitor.post(f"{HOME}rejoindre/{token}/", password=PASSWORD)
    page = visitor.get(asked.headers["Location"]).content.decode()
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    code = totp.code_of(secret, totp.step_at(timezone.now()))
    shown = visitor.post(asked.headers["Location"], code=code)
    assert len(re.findall(r"<li>[2-9A-Z-]{27}</li>", shown.content.decode())) == 10


def test_a_link_opens_an_account_with_a_factor_once(visitor):
    guest = operations.Guest("Nadia@Exemple.fr", "Nadia", "Bensaïd", Role.EDITOR)
    token = operations.invite(guest=guest, actor=ACTOR, at=timezone.now())

    joined(visitor, token)

    assert visitor.get(f"{HOME}membres/").status_code == 200
    assert Member.objects.get().user.email == "nadia@exemple.fr"
    assert Authenticator.objects.count() == 1
    assert Visitor().get(f"{HOME}rejoindre/{token}/").status_code == 404


def test_a_first_session_is_written_down_with_the_device_that_is_left_there(visitor):
    """Else the same device would be a new one the next time."""
    guest = operations.Guest("nadia@exemple.fr", "Nadia", "Bensaïd", Role.MEMBER)
    joined(visitor, operations.invite(guest=guest, actor=ACTOR, at=timezone.now()))

    left = visitor.client.cookies[settings.DEVICE_COOKIE_NAME].value
    assert SignIn.objects.get().device_digest == devices.digest_of(left)


def test_a_password_alone_opens_nothing(visitor):
    make_member()

    asked = visitor.post(SIGN_IN, email="nadia@exemple.fr", password=PASSWORD)

    assert asked.headers["Location"] == f"{SIGN_IN}protection/"
    assert visitor.get(f"{HOME}membres/").status_code == 302
    assert "Échanges du groupe" not in visitor.get(PAGE).content.decode()


def test_a_session_that_proved_no_factor_is_nobodys(visitor):
    member = make_member()
    open_session(visitor.client, member.user, by_factor=False)

    assert visitor.get(f"{HOME}membres/").status_code == 302


@pytest.mark.parametrize("password", ["Autre-chose-2026", PASSWORD])
def test_who_is_no_member_is_refused_in_the_same_words(visitor, password):
    user = User(email="ancien@exemple.fr")
    user.set_password(PASSWORD)
    user.save()

    refused = visitor.post(SIGN_IN, email="ancien@exemple.fr", password=password)

    assert refused.status_code == 422
    assert "ne convient pas" in refused.content.decode()


def test_a_session_of_a_departement_means_nothing_here(visitor, in_tenant):
    with in_tenant("d92"):
        agent = User(email="nadia@exemple.fr", first_name="Nadia")
        agent.save()
        StaffRole.objects.create(user=agent, role="ADMINISTRATOR")
        there = Client(headers={"host": "hauts-de-seine.socle.test"})
        open_session(there, agent)
    make_member()
    visitor.client.cookies = there.cookies

    assert visitor.get(f"{HOME}membres/").status_code == 302


def test_comments_are_of_members_alone(visitor):
    member = make_member()
    own = signed_in(member)

    own.post(f"{PAGE}commenter/", text=WORDS)

    assert WORDS in own.get(PAGE).content.decode()
    assert WORDS not in visitor.get(PAGE).content.decode()
    assert visitor.post(f"{PAGE}commenter/", text="Non").status_code == 302
    assert Comment.objects.count() == 1


def test_a_comment_is_taken_back_by_its_author_alone(visitor):
    author, other = make_member(), make_member("autre@exemple.fr", role=Role.EDITOR)
    said = operations.comment(indicator=SHARE, text=WORDS, author=author, at=timezone.now())
    path = f"{HOME}commentaires/{said.public_id}/reprendre/"

    assert signed_in(other).post(path).status_code == 404
    assert signed_in(author).post(path).status_code == 302

    assert queries.comments_on(SHARE) == []
    assert Comment.objects.count() == 1


def test_what_is_agreed_is_read_by_all_and_its_history_stays(visitor):
    editor = signed_in(make_member(role=Role.EDITOR))
    editor.post(f"{PAGE}convenir/", text=WORDS, agreed_on="2026-05-04")

    editor.post(f"{PAGE}convenir/", text="Les internes ne comptent pas.", agreed_on="2026-06-08")

    shown = visitor.get(PAGE).content.decode()
    assert "Les internes ne comptent pas." in shown
    assert WORDS in shown
    assert list(Definition.objects.order_by("revision").values_list("revision", flat=True)) == [
        1,
        2,
    ]


def test_a_simple_member_neither_agrees_for_all_nor_invites(visitor):
    own = signed_in(make_member())

    assert own.post(f"{PAGE}convenir/", text=WORDS, agreed_on="2026-05-04").status_code == 404
    assert own.post(f"{HOME}membres/", email="x@exemple.fr").status_code == 404
    assert not Definition.objects.exists()


def test_an_editor_invites_and_ends_and_one_stays(visitor):
    editor = make_member(role=Role.EDITOR)
    member = make_member("autre@exemple.fr")
    own, theirs = signed_in(editor), signed_in(member)

    shown = own.post(
        f"{HOME}membres/",
        email="paul@exemple.fr",
        first_name="Paul",
        last_name="Roy",
        role="MEMBER",
    )
    own.post(f"{HOME}membres/{member.public_id}/", act="end")
    with pytest.raises(operations.LastEditor):
        operations.end_membership(member=editor, actor=ACTOR, at=timezone.now())

    assert f"{HOME}rejoindre/" in shown.content.decode()
    assert theirs.get(f"{HOME}membres/").status_code == 302
    assert [one.pk for one in queries.members()] == [editor.pk]

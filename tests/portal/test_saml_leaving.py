"""Signing out of services of SAML, from the portal and from one of them, with python3-saml at their end."""

from __future__ import annotations

import datetime
import re

import pytest

from federation.ent.models import ServiceOpening
from federation.ent.saml import names
from federation.ent.saml.partner import SamlPartner
from tenants.accounts.models import Session, User
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.shared_services import open_service, register_cas, register_saml
from tests.peers.service_provider import (
    ACS,
    ENTITY,
    SLS,
    ServiceProvider,
    form_of,
    own_key,
)
from tests.portal.conftest import Site
from tests.portal.households import text
from tests.portal.test_saml import (  # noqa: F401
    METADATA,
    NOW,
    OTHER,
    OUT,
    another,
    form_of_post,
    partner,
    sign_in,
)


def leading_to(response):
    """Where a page of ours leads by itself."""
    assert response.status_code == 200, response.headers
    return re.fullmatch(r"0; url=(.+)", response.headers["Refresh"])[1]


def is_signed_in(site):
    return site.get("/services/").status_code == 200


def test_signing_out_here_signs_out_of_each_service_by_the_browser(site, partner):  # noqa: F811
    other = another(site)
    for one in (partner, other):
        sign_in(site, one)

    page = site.follow(site.post("/deconnexion/"))
    for one, url in ((partner, SLS), (other, OTHER["sls"])):
        assert not is_signed_in(site)
        asked = leading_to(page)
        assert asked.startswith(f"{url}?SAMLRequest=")
        answer, errors = one.told_to_leave(asked)
        assert errors == []
        led = site.get(answer)
        assert led.status_code == 303
        page = site.get(led.headers["Location"])

    assert page.headers["Location"] == "/deconnexion/faite/"
    left = text(site.follow(site.follow(page)))
    assert "La déconnexion est faite." in left
    assert "n'a pas confirmé" not in left
    assert not ServiceOpening.objects.filter(ended_at__isnull=True).exists()


@pytest.mark.parametrize("how", ["unsigned", "of another request", "by another", "nothing"])
def test_a_service_that_does_not_confirm_keeps_nobody_and_is_told(site, partner, how):  # noqa: F811
    sign_in(site, partner)
    asked = leading_to(site.follow(site.post("/deconnexion/")))
    answer, _errors = partner.told_to_leave(asked)
    if how == "unsigned":
        answer = answer[: answer.index("&SigAlg")]
    elif how == "of another request":
        answer = f"{answer.split('?')[0]}?SAMLResponse=x"
    elif how == "by another":
        answer, _errors = ServiceProvider(
            site.get(METADATA).content, entity_id="https://autre.example/"
        ).told_to_leave(asked)
    followed = "" if how == "nothing" else site.get(answer).headers["Location"]

    done = site.get(followed or "/saml/deconnexion/suite/")

    left = text(site.follow(site.follow(done)))
    assert "Un service n'a pas confirmé sa fermeture." in left
    assert not is_signed_in(site)


def test_a_service_signs_out_of_everything_and_is_answered(site, partner):  # noqa: F811
    other = another(site)
    told, _theirs = (one.finish(sign_in(site, one)[0]) for one in (partner, other))

    led = site.get(partner.leave(told))
    page = site.follow(_302(site.get(_next(led))))
    assert not is_signed_in(site)
    answer, errors = other.told_to_leave(leading_to(page))
    assert errors == []
    done = site.get(_next(site.get(answer)))

    assert done.headers["Location"].startswith(f"{SLS}?SAMLResponse=")
    assert partner.told_to_leave(done.headers["Location"]) == ("", [])


def _next(response):
    assert response.status_code == 303, response.content.decode()[:500]
    return response.headers["Location"]


def _302(response):
    assert response.status_code == 302, response.content.decode()[:500]
    return response


def test_a_service_in_another_browser_ends_that_session_and_not_this_one(site, partner):  # noqa: F811
    told = partner.finish(sign_in(site, partner)[0])
    stranger = Site().sign_in(account_of(make_family()))

    led = stranger.get(partner.leave(told))
    done = stranger.follow(_302(stranger.get(_next(led))))

    assert done.headers["Location"].startswith(f"{SLS}?SAMLResponse=")
    assert is_signed_in(stranger)
    assert not is_signed_in(site)
    assert Session.objects.filter(user__isnull=False).count() == 1


def test_a_form_signs_out_too_and_twice_does_no_harm(site, partner):  # noqa: F811
    told = partner.finish(sign_in(site, partner)[0])
    xml = partner.signed(_leave_request(partner, told))

    for _ in range(2):
        led = Site().post(OUT, SAMLRequest=form_of_post(xml))
        done = site.follow(_302(site.get(_next(led))))
        assert done.headers["Location"].startswith(f"{SLS}?SAMLResponse=")
        assert not is_signed_in(site)


def _leave_request(one, told, **replaced):
    from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request
    from onelogin.saml2.settings import OneLogin_Saml2_Settings

    made = OneLogin_Saml2_Logout_Request(
        OneLogin_Saml2_Settings(one.settings),
        name_id=told.get_nameid(),
        session_index=told.get_session_index(),
        name_id_format=names.PERSISTENT,
    )
    xml = str(made.get_xml())
    for written, instead in replaced.items():
        xml = xml.replace(written, instead)
    return xml


def test_nobody_is_signed_out_by_what_nobody_signed(site, partner):  # noqa: F811
    told = partner.finish(sign_in(site, partner)[0])
    xml = _leave_request(partner, told)
    stranger = ServiceProvider(site.get(METADATA).content, key="autre")

    for refused in (
        site.get(f"{OUT}?{partner.redirect(xml, is_signed=False)}"),
        site.get(f"{OUT}?{stranger.redirect(xml)}"),
        site.post(OUT, SAMLRequest=form_of_post(xml)),
        site.post(OUT, SAMLRequest=form_of_post(stranger.signed(xml))),
        site.get(f"{OUT}?{partner.redirect(xml.replace('saml/deconnexion', 'saml/connexion'))}"),
        site.get(OUT),
    ):
        assert refused.status_code == 400
    assert is_signed_in(site)


def test_a_service_signs_out_nobody_else(site, partner):  # noqa: F811
    """Another session's name, or another person's, with a signature that holds."""
    told = partner.finish(sign_in(site, partner)[0])
    xml = _leave_request(partner, told)

    for wrong in (
        xml.replace(told.get_session_index(), f"_{'0' * 32}"),
        xml.replace(told.get_nameid(), "somebody-else"),
    ):
        led = site.get(f"{OUT}?{partner.redirect(wrong)}")
        done = site.follow(_302(site.get(_next(led))))
        assert done.headers["Location"].startswith(f"{SLS}?SAMLResponse=")
        assert is_signed_in(site)
    led = site.get(f"{OUT}?{partner.redirect(xml.replace(told.get_session_index(), 'a'))}")
    assert site.get(_next(led)).status_code == 400


def test_a_request_to_leave_that_is_over_signs_out_nobody(site, partner, clock):  # noqa: F811
    told = partner.finish(sign_in(site, partner)[0])
    path = partner.leave(told)
    clock.shift(datetime.timedelta(minutes=6))

    assert site.get(path).status_code == 400
    assert is_signed_in(site)


def test_a_service_that_wants_a_form_is_given_one(site, guardian):
    enabled = open_service("mediatheque", "PROFILE")
    certificate = own_key().certificate
    register_saml(
        enabled,
        SamlPartner(
            entity_id=ENTITY,
            acs_urls=(ACS,),
            certificates=(certificate,),
            logout_url=SLS,
            logout_answer_url=f"{SLS}/reponse",
            logout_binding="POST",
        ),
    )
    one = ServiceProvider(site.get(METADATA).content)
    told = one.finish(sign_in(site, one)[0])

    form = form_of(site.follow(site.post("/deconnexion/")))
    site.sign_in(User.objects.get())
    again = one.finish(sign_in(site, one)[0])
    led = site.get(_next(site.get(one.leave(again))))
    answered = form_of(site.follow(_302(led)))

    assert form.url == SLS
    assert told.get_session_index() in form.xml
    assert answered.url == f"{SLS}/reponse"
    assert names.SUCCESS in answered.xml
    assert answered.fields["RelayState"] == "https://mediatheque.example/"


def test_the_service_of_another_protocol_leads_through_them_too(site, partner):  # noqa: F811
    register_cas(open_service("presse"), "https://presse.example/lire")
    sign_in(site, partner)

    page = site.follow(site.get("/cas/logout?service=https://presse.example/lire"))
    answer, _errors = partner.told_to_leave(leading_to(page))
    done = site.get(_next(site.get(answer)))

    assert done.headers["Location"] == "https://presse.example/lire"


def test_without_anything_to_leave_one_is_led_to_the_door(site):
    assert site.get("/saml/deconnexion/suite/").headers["Location"] == "/connexion/"

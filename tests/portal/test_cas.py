"""The CAS doors: to whom a ticket is given, what it is worth, and where nobody is sent."""

from __future__ import annotations

import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from defusedxml import ElementTree

from commons.models import OutboxEvent
from federation.ent import cas, operations
from federation.ent.models import CasTicket, EnabledService, Licence, Registration, ServiceOpening
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.shared_services import enable, open_service, open_to, register_cas
from tests.factories.tariffs import ACTOR, AT

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
SERVICE = "https://presse.example/lire"
CAS = {"cas": cas.NAMESPACE}


@pytest.fixture
def service(guardian):
    return register_cas(open_service("presse", "PROFILE", "COLLEGE"), SERVICE)


def login(site, url=SERVICE, **more):
    return site.get(f"/cas/login?{urlencode({'service': url, **more})}")


def ticket_of(response):
    return parse_qs(urlsplit(response.headers["Location"]).query)["ticket"][0]


def validate(site, ticket, url=SERVICE, *, path="/cas/p3/serviceValidate", **more):
    response = site.get(f"{path}?{urlencode({'service': url, 'ticket': ticket, **more})}")
    assert response.status_code == 200
    return ElementTree.fromstring(response.content)


def user_of(answer):
    return answer.findtext("cas:authenticationSuccess/cas:user", namespaces=CAS)


def code_of(answer):
    found = answer.find("cas:authenticationFailure", CAS)
    return None if found is None else found.get("code")


def test_a_ticket_tells_the_service_who_came_and_what_was_granted(site, guardian, service):
    response = login(site, f"{SERVICE}?article=3")

    ticket = ticket_of(response)
    assert response.headers["Location"] == f"{SERVICE}?article=3&ticket={ticket}"
    answer = validate(site, ticket, f"{SERVICE}?article=3")
    attributes = answer.find("cas:authenticationSuccess/cas:attributes", CAS)
    assert [(one.tag.partition("}")[2], one.text) for one in attributes] == [
        ("ent_profile", "National_TUT"),
        ("uai", guardian.college.uai),
    ]
    assert len(user_of(answer)) == 43


def test_the_older_door_tells_the_identifier_alone(site, service):
    answer = validate(site, ticket_of(login(site)), path="/cas/serviceValidate")

    assert user_of(answer)
    assert answer.find("cas:authenticationSuccess/cas:attributes", CAS) is None


def test_a_ticket_is_used_once(site, service):
    ticket = ticket_of(login(site))

    assert user_of(validate(site, ticket))
    assert code_of(validate(site, ticket)) == cas.INVALID_TICKET


def test_a_ticket_that_is_shown_for_another_service_is_spent(site, service):
    ticket = ticket_of(login(site))

    assert code_of(validate(site, ticket, f"{SERVICE}/")) == cas.INVALID_SERVICE
    assert code_of(validate(site, ticket)) == cas.INVALID_TICKET


def test_a_ticket_lives_thirty_seconds(site, service, clock):
    early, late = (ticket_of(login(site)) for _ in range(2))
    clock.shift(datetime.timedelta(seconds=29))
    assert user_of(validate(site, early))
    clock.shift(datetime.timedelta(seconds=1))

    assert code_of(validate(site, late)) == cas.INVALID_TICKET


def test_what_is_asked_by_halves_is_refused(site, service):
    for query in ("", "?ticket=ST-x", f"?service={SERVICE}"):
        answer = ElementTree.fromstring(site.get(f"/cas/serviceValidate{query}").content)
        assert code_of(answer) == cas.INVALID_REQUEST
    assert code_of(validate(site, "ST-absent")) == cas.INVALID_TICKET
    assert site.get("/cas/proxy").status_code == 404
    assert site.get("/cas/proxyValidate").status_code == 404


def test_one_person_is_the_same_for_a_service_and_another_for_the_next(site, service):
    ours = [user_of(validate(site, ticket_of(login(site)))) for _ in range(2)]
    enabled = enable("madmagz")
    Registration.objects.create(
        enabled=enabled, protocol="CAS", service_url="https://autre.example/", registered_at=AT
    )
    open_to(enabled)
    other = "https://autre.example/"

    theirs = user_of(validate(site, ticket_of(login(site, other)), other))

    assert ours[0] == ours[1] != theirs


# --- where nobody is sent ------------------------------------------------------------------------

BELOW = "https://presse.example/lire"


@pytest.mark.parametrize(
    ("address", "is_prefix"),
    [
        (f"{BELOW}", True),
        (f"{BELOW}/", True),
        (f"{BELOW}/numeros/12?page=3", True),
        (f"{BELOW}?page=3", True),
        ("https://presse.example:443/lire/a", True),
        ("https://PRESSE.example/lire/a", True),
        (BELOW, False),
    ],
)
def test_an_address_of_the_service_gets_a_ticket(site, guardian, address, is_prefix):
    register_cas(open_service("presse"), BELOW, is_prefix=is_prefix)

    assert login(site, address).headers["Location"].startswith(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://presse.example/lire-autre-chose",
        "https://presse.example/",
        "https://presse.example/lire/../admin",
        "https://presse.example/lire/%2e%2e/admin",
        "https://presse.example/lire/%252e%252e/admin",
        "https://presse.example/lire/..%2fadmin",
        "https://presse.example/lire/..\\admin",
        "https://presse.example/lire#x",
        "http://presse.example/lire",
        "https://presse.example:8443/lire",
        "https://presse.example.mechant.example/lire",
        "https://presse.example@mechant.example/lire",
        "https://moi@presse.example/lire/a",
        "https://mechant.example/?https://presse.example/lire",
        "https://mechant.example\\@presse.example/lire",
        "//presse.example/lire",
        " https://presse.example/lire/a",
        "https://presse.example/lire/a\nb",
        "https://presse.example/lire/\u2028",
        "javascript:alert(1)",
        "https://[presse.example/lire",
        "https://presse.example:x/lire",
        f"https://presse.example/lire/{'a' * 2_000}",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_the_services(site, guardian, address):
    register_cas(open_service("presse"), BELOW, is_prefix=True)

    for more in ({}, {"gateway": "true"}, {"renew": "true"}):
        refused = login(site, address, **more)
        assert refused.status_code == 400
        assert "Location" not in refused.headers
    left = site.get(f"/cas/logout?{urlencode({'service': address})}")
    assert left.headers["Location"] == "/connexion/"
    assert not CasTicket.objects.exists()


def test_an_exact_address_has_nothing_below_it_nor_after_it(site, guardian):
    register_cas(open_service("presse"), SERVICE, is_prefix=False)

    for address in (f"{SERVICE}/", f"{SERVICE}?a=b", f"{SERVICE}/a"):
        assert login(site, address).status_code == 400


# --- who comes in --------------------------------------------------------------------------------


def test_who_is_not_signed_in_signs_in_and_comes_back(site, service):
    site.client.logout()

    location = login(site).headers["Location"]

    assert location.startswith("/connexion/?next=/cas/login%3Fservice%3D")


def test_a_service_may_ask_without_showing_a_page(site, service):
    site.client.logout()

    assert login(site, gateway="true").headers["Location"] == SERVICE


def test_a_service_may_want_the_person_to_sign_in_again(site, service, clock):
    fresh = ticket_of(login(site, renew="true"))
    assert user_of(validate(site, fresh, renew="true"))
    clock.shift(datetime.timedelta(minutes=3))

    stale = ticket_of(login(site))
    assert code_of(validate(site, stale, renew="true")) == cas.INVALID_TICKET
    assert login(site, renew="true").headers["Location"].startswith("/connexion/?next=")
    assert site.get("/services/").status_code == 302


def test_who_is_not_covered_is_told_kindly(site, guardian):
    register_cas(enable("presse"), SERVICE)

    refused = login(site)

    assert refused.status_code == 403
    assert "Ce service n&#x27;est pas ouvert pour vous." in refused.content.decode()


def test_licences_are_counted_here_too(site, guardian):
    enabled = enable("presse")
    open_to(enabled, licences=1)
    register_cas(enabled, SERVICE)
    login(site)
    site.sign_in(account_of(make_family()))

    assert login(site).status_code == 403
    assert Licence.objects.count() == 1


@pytest.mark.parametrize("closing", ["service", "registration", "opening", "session"])
def test_what_is_closed_meanwhile_is_told_of_nobody(site, service, closing):
    ticket = ticket_of(login(site))
    enabled = EnabledService.objects.get()
    if closing == "service":
        operations.disable_service(enabled=enabled, actor=ACTOR, at=AT)
    elif closing == "registration":
        operations.close_registration(registration=service, actor=ACTOR, at=AT)
    elif closing == "session":
        site.post("/deconnexion/")
    else:
        for opening in enabled.openings.all():
            operations.close_opening(opening=opening, ends_on=NOW.date(), actor=ACTOR, at=AT)

    assert code_of(validate(site, ticket)) == cas.INVALID_TICKET


def test_a_service_is_told_of_a_sign_out_when_a_ticket_of_it_was_used(site, guardian):
    register_cas(open_service("presse"), SERVICE, logout_url="https://presse.example/fin")
    login(site)
    used = ticket_of(login(site))
    validate(site, used)

    site.post("/deconnexion/")

    (event,) = OutboxEvent.objects.filter(name="ent.opening.ended")
    assert ServiceOpening.objects.get(pk=event.payload["opening_id"]).ticket == used


def test_no_ticket_is_readable_before_it_is_used(site, service):
    ticket = ticket_of(login(site))

    kept = str([*CasTicket.objects.values(), *ServiceOpening.objects.values()])
    assert ticket not in kept


def test_without_a_service_one_finds_ones_own(site, service):
    assert site.get("/cas/login").headers["Location"] == "/services/"

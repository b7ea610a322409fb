"""`socle identity`, and the identity services of the demo: both sides agree, the cast is known there."""

from __future__ import annotations

import contextlib
import json

import pytest
from click.testing import CliRunner

from socle.command import main
from socle.seeding import cast, identities
from tenants.identities import queries, ways
from tenants.identities.educonnect import keys
from tenants.identities.models import LinkRequest
from tests.factories.identities import ENTITY_ID, ISSUER, SSO_URL, make_diallos, now

pytestmark = pytest.mark.usefixtures("tenant_db")
D92 = cast.DEPARTEMENTS[0]


@pytest.fixture(autouse=True)
def base(settings, tmp_path):
    settings.IDENTITY_API_BASE = "http://127.0.0.1:9"
    settings.DATA_DIR = tmp_path


def run(*arguments: str):
    return CliRunner().invoke(main, ["identity", *arguments, "--tenant", "hauts-de-seine"])


@pytest.fixture
def in_place(monkeypatch):
    """Commands enter a tenant; here the test is in it already."""
    monkeypatch.setattr("socle.command_tenant.enter", lambda tenant: contextlib.nullcontext())
    monkeypatch.setattr("socle.commands.identity.django_ready", lambda process: None)


def idp_metadata(tmp_path) -> str:
    certificate = keys.bare(keys.make("EduConnect", at=now(), bits=2048).certificate)
    path = tmp_path / "idp.xml"
    path.write_text(
        f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{ISSUER}">
        <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
        <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
        <ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>
        </ds:KeyInfo></md:KeyDescriptor>
        <md:SingleSignOnService Location="{SSO_URL}"
          Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"/>
        </md:IDPSSODescriptor></md:EntityDescriptor>""",
        encoding="utf-8",
    )
    return str(path)


def test_educonnect_is_opened_from_its_metadata_and_its_key_renewed(in_place, tmp_path):
    opened = run(
        "open", "--kind", "EDUCONNECT", "--metadata", idp_metadata(tmp_path), "--academy", "25"
    )
    assert opened.exit_code == 0, opened.output
    assert ENTITY_ID in opened.output
    provider = queries.open_provider("EDUCONNECT")
    assert (provider.issuer, provider.options["sso_url"]) == (ISSUER, SSO_URL)

    assert run("rekey", "--kind", "EDUCONNECT").exit_code == 0
    renewed = queries.open_provider("EDUCONNECT")
    assert renewed.options["certificate"] != provider.options["certificate"]
    again = run(
        "open", "--kind", "EDUCONNECT", "--metadata", idp_metadata(tmp_path), "--academy", "25"
    )
    assert again.exit_code == 1

    followed = run("follow", "--metadata", idp_metadata(tmp_path))
    assert "acceptées : 1" in followed.output
    assert (
        queries.open_provider("EDUCONNECT").options["certificates"]
        != (provider.options["certificates"])
    )
    assert run("close", "--kind", "EDUCONNECT").exit_code == 0
    assert queries.open_provider("EDUCONNECT") is None
    assert "fermé" in run("list").output
    assert run("follow", "--metadata", idp_metadata(tmp_path)).exit_code == 1


def test_a_way_is_opened_once_its_provider_is(in_place, tmp_path):
    ask = ("ways", "--profile", "PUPIL", "--way", "EDUCONNECT")
    assert run(*ask).exit_code == 1
    assert run("ways", "--profile", "PUPIL", "--way", "FRANCECONNECT").exit_code == 1
    run("open", "--kind", "EDUCONNECT", "--metadata", idp_metadata(tmp_path), "--academy", "25")

    assert "PUPIL\tEDUCONNECT\touvert" in run(*ask).output
    assert "PUPIL\tEDUCONNECT\tfermé" in run(*ask, "--closed").output
    assert ways.rules()["GUARDIAN", "PASSWORD"]


def test_the_demo_opens_both_and_leaves_some_at_the_secretarys():
    (mother,) = make_diallos().guardians
    mother.email = "aminata.diallo@exemple.fr"
    mother.save(update_fields=["email"])

    identities.open_providers(D92, at=now())
    identities.leave_some_at_the_secretarys(D92, at=now())

    assert set(ways.offer().providers) == {"FRANCECONNECT", "EDUCONNECT"}
    waiting = LinkRequest.objects.order_by("pk")
    assert {one.state for one in waiting} == {"TO_DECIDE"}
    assert [one.reason for one in waiting] == ["NAME_DIFFERS", "BIRTH_DATE_DIFFERS"]


def test_the_cast_is_known_at_both_and_no_secret_of_ours_is_told(settings):
    (mother,) = make_diallos(school_year=now().year - (now().month < 8)).guardians
    mother.email = "aminata.diallo@exemple.fr"
    mother.save(update_fields=["email"])

    command = identities._of_departement(D92)

    told = [json.loads(part) for part in command[1::2]]
    names = [one["name"] for one in told if "name" in one]
    assert names.count("Aminata Diallo") == 2
    assert names.count("Ibrahima Diallo") == 1
    (child,) = [one for one in told if one.get("name") == "Ibrahima Diallo"]
    assert child["attributes"]["FrEduCtRefId"] == ["{AAF}25|0|2001"]
    assert settings.SECRET_KEY not in " ".join(command)

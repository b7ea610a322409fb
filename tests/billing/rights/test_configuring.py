"""Sources and rules: one of a kind, sealed, given by a command, never shown."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from billing.rights import credentials, operations, queries
from billing.rights.credentials import ImpotCredentials, ParticulierCredentials
from billing.rights.models import RightsSource
from socle.command import main
from tests.factories.rights import CAF, NOW, TAX, make_source
from tests.factories.tariffs import ACTOR
from tests.sources import SIRET

BASE = "https://particulier.api.gouv.fr"


@pytest.mark.usefixtures("tenant_db")
@pytest.mark.parametrize(
    ("traits", "field"),
    [
        ({"kind": "AUTRE"}, "kind"),
        ({"base_url": "http://particulier.api.gouv.fr"}, "base_url"),
        ({"base_url": "https://x@particulier.api.gouv.fr"}, "base_url"),
        ({"base_url": "https://particulier.api.gouv.fr:99999"}, "base_url"),
        ({"recipient_siret": "19990000200016"}, "recipient_siret"),
        ({"versions": {"quotient_familial": "v2"}}, "versions"),
        ({"versions": {"revenu": "v3"}}, "versions"),
        ({"versions": {}}, "versions"),
        ({"credentials": ParticulierCredentials(token="")}, "token"),
        ({"credentials": ParticulierCredentials(token="a\nb")}, "token"),
        (
            {"credentials": ImpotCredentials(client_id="c", client_secret="s", teleservice_id="t")},
            "kind",
        ),
    ],
)
def test_what_cannot_be_is_refused(traits: dict[str, object], field: str) -> None:
    with pytest.raises(operations.SourceInvalid) as refusal:
        make_source(BASE, **traits) if "base_url" not in traits else make_source(
            str(traits["base_url"])
        )

    assert refusal.value.details["field"] == field
    assert not RightsSource.objects.exists()


@pytest.mark.usefixtures("tenant_db")
def test_one_of_a_kind_is_open_and_its_keys_are_sealed() -> None:
    source = make_source(BASE)
    with pytest.raises(operations.SourceAlreadyOpen):
        make_source(BASE)
    assert b"token-own" not in bytes(source.sealed_credentials)

    RightsSource.objects.filter(pk=source.pk).update(problem="CREDENTIAL_REFUSED", problem_at=NOW())
    changed = operations.replace_keys(
        source=source,
        credentials=ParticulierCredentials(token="new", delegation_id="d"),
        actor=ACTOR,
        at=NOW(),
    )
    assert credentials.of_particulier(changed).token == "new"
    assert changed.problem == ""

    operations.close_source(source=source, actor=ACTOR, at=NOW())
    operations.close_source(source=source, actor=ACTOR, at=NOW())
    assert queries.open_source(CAF) is None
    make_source(BASE)


@pytest.mark.usefixtures("tenant_db")
@pytest.mark.parametrize(
    "traits",
    [
        {"sla_hours": 0}, {"sla_hours": 241}, {"longest_days": 91}, {"lasting": "EVER"},
        {"document_days": 366},
    ],
)  # fmt: skip
def test_rules_that_cannot_be_are_refused(traits: dict[str, object]) -> None:
    given = {
        "sla_hours": 72, "longest_days": 10, "lasting": "SCHOOL_YEAR", "document_days": 0,
    }  # fmt: skip

    with pytest.raises(operations.RulesInvalid):
        operations.set_rules(**(given | traits), actor=ACTOR, at=NOW())  # type: ignore[arg-type]
    assert queries.rules().pk is None


def socle(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["rights", *arguments])
    return result.exit_code, result.output


def test_a_source_is_opened_changed_listed_and_closed_by_commands(
    committed_tenant_db: None, monkeypatch: pytest.MonkeyPatch, in_tenant
) -> None:
    monkeypatch.setenv("RIGHTS_TOKEN", "token-secret")
    where = ("--tenant", "hauts-de-seine", "--kind", "API_PARTICULIER")
    what = ("--siret", SIRET, "--endpoint", "quotient_familial=v3")
    assert socle("source", "close", *where)[0] != 0

    status, output = socle("source", "open", *where, *what)
    assert (status, "token-secret" in output) == (0, False), output
    assert "interroge déjà" in socle("source", "open", *where, *what)[1]
    listed = socle("source", "list", "--tenant", "hauts-de-seine")[1]
    assert "quotient_familial=v3\touvert" in listed
    assert "token-secret" not in listed

    monkeypatch.setenv("RIGHTS_TOKEN", "another")
    assert socle("source", "rekey", *where)[0] == 0
    with in_tenant("d92"):
        source = queries.open_source(CAF)
        assert source is not None
        assert credentials.of_particulier(source).token == "another"
    assert socle("source", "close", *where)[0] == 0
    with in_tenant("d94"):
        assert not RightsSource.objects.exists()


def test_the_tax_office_and_the_rules_by_commands(
    committed_tenant_db: None, monkeypatch: pytest.MonkeyPatch, in_tenant
) -> None:
    for name in ("RIGHTS_CLIENT_ID", "RIGHTS_CLIENT_SECRET", "RIGHTS_TELESERVICE_ID"):
        monkeypatch.setenv(name, name.lower())
    where = ("--tenant", "hauts-de-seine", "--kind", "API_IMPOT", "--siret", SIRET)
    endpoint = ("--endpoint", "situation_ir=1.0")
    assert "https" in socle("source", "open", *where, *endpoint, "--base-url", "ftp://x")[1]

    assert socle("source", "open", *where, *endpoint, "--base-url", "https://gw.exemple.fr")[0] == 0
    assert socle("rules", "--tenant", "hauts-de-seine", "--sla-hours", "48")[0] == 0
    assert socle("rules", "--tenant", "hauts-de-seine", "--sla-hours", "999")[0] != 0
    with in_tenant("d92"):
        source = queries.open_source(TAX)
        assert source is not None
        assert credentials.of_impot(source).teleservice_id == "rights_teleservice_id"
        assert queries.rules().sla_hours == 48

"""Becoming a partner by GraphQL: a code opens, four steps, an agent answers, a code signs."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from federation.passplus.models import (
    Partner,
    PartnerAgreement,
    PartnerApplication,
    PartnerCode,
)
from federation.passplus.partner_codes import figures_of
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tests.api.conftest import Api
from tests.factories.portal import account_of
from tests.factories.registrations import elsewhere
from ui.guessing import ASKS

SIRET, EMAIL = "55210055400013", "bureau@judo.example.org"
IBAN = "FR7630006000011234567890189"
FIELDS = """id state name domains missingSteps accountEnding answer declarations
    agreement { version articles { title } } agreementDigest partnerId"""
SELECTIONS = {"beginPartnerApplication": "isSent", "leavePartnerApplication": "isLeft"}
BODY = {
    "name": "Judo Club de Nanterre", "kind": "ASSOCIATION", "foundedOn": "2013-05-24",
    "street": "1 rue du Stade", "postalCode": "92000", "town": "Nanterre",
}  # fmt: skip
OFFER = {"domains": ["SPORT"], "activities": "Judo, jiu-jitsu"}
PAYEE = {
    "signerName": "Aïcha Diallo", "signerRole": "Trésorière", "signerPhone": "0612345678",
    "accountHolder": "Judo Club", "iban": IBAN,
}  # fmt: skip
DECLARED = {"declared": ["LAICITY", "EQUAL_ACCESS", "OFFER", "TRUE"]}


def act(api: Api, name: str, /, **given: Any) -> dict[str, Any]:
    selected = SELECTIONS.get(name, f"application {{ {FIELDS} }}")
    query = (
        f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) "
        f"{{ {selected} errors {{ code path message }} }} }}"
    )
    return api.read(query, input=given)[name]


def codes(done: dict[str, Any]) -> list[str]:
    return [error["code"] for error in done["errors"]]


def begun(email: str = EMAIL) -> Api:
    """A device on which the application is open."""
    device = Api()
    assert act(device, "beginPartnerApplication", email=email, siret=SIRET)["isSent"]
    code = figures_of(PartnerCode.objects.latest("pk"))
    opened = act(device, "openPartnerApplication", code=code)
    assert opened["errors"] == []
    return device


def filled(device: Api) -> Api:
    for name, given in (
        ("describePartnerBody", BODY),
        ("describePartnerOffer", OFFER),
        ("declareForPartner", DECLARED),
        ("givePartnerPayee", PAYEE),
    ):
        assert act(device, name, **given)["errors"] == [], name
    return device


def agent(role: Role = Role.INSTRUCTOR) -> Api:
    staff = User.objects.create(email=f"{role.value.lower()}@exemple.fr")
    StaffRole.objects.create(user=staff, role=role)
    return Api().sign_in(staff)


def test_from_the_first_code_to_the_signed_document(api: Api) -> None:
    device, staff = begun(), agent()
    early = act(device, "submitPartnerApplication", clientMutationId="a")
    assert codes(early) == ["PASSPLUS_APPLICATION_INCOMPLETE"]
    filled(device)
    sent = act(device, "submitPartnerApplication", clientMutationId="a")["application"]
    assert (sent["state"], sent["missingSteps"], sent["accountEnding"]) == (
        "SUBMITTED", [], IBAN[-4:],
    )  # fmt: skip
    assert len(sent["declarations"]) == 4

    queue = staff.read("{ partnerApplications(state: SUBMITTED) { nodes { id name } } }")
    assert queue["partnerApplications"]["nodes"] == [{"id": sent["id"], "name": BODY["name"]}]
    given = {"applicationId": sent["id"]}
    asked = act(staff, "askPartnerApplicant", **given, words="Quel âge ont vos élèves ?")
    assert asked["application"]["state"] == "TO_COMPLETE"
    read = device.read(f"{{ ownPartnerApplication {{ {FIELDS} }} }}")["ownPartnerApplication"]
    assert read["answer"] == "Quel âge ont vos élèves ?"
    act(device, "describePartnerOffer", **OFFER | {"description": "De six à seize ans."})
    act(device, "submitPartnerApplication", clientMutationId="b")
    accepted = act(staff, "acceptPartnerApplication", **given)["application"]
    assert accepted["state"] == "ACCEPTED"
    assert accepted["agreement"]["articles"]

    assert act(device, "sendPartnerSigningCode", clientMutationId="c")["errors"] == []
    wrong = act(device, "signPartnerAgreement", code="000000")
    assert wrong["errors"][0]["path"] == ["input", "code"]
    signing = figures_of(PartnerCode.objects.latest("pk"))
    signed = act(device, "signPartnerAgreement", code=signing)["application"]
    assert signed["state"] == "SIGNED"
    kept = PartnerAgreement.objects.get()
    assert signed["agreementDigest"] == hashlib.sha256(bytes(kept.document)).hexdigest()
    assert bytes(kept.document).startswith(b"%PDF")
    assert signed["partnerId"] == str(Partner.objects.get(siret=SIRET).public_id)
    assert codes(act(device, "signPartnerAgreement", code=signing)) == [
        "PASSPLUS_APPLICATION_LOCKED"
    ]


def test_a_wrong_answer_says_which_value_it_is_about(api: Api) -> None:
    device = begun()
    for name, given, path in (
        ("describePartnerBody", BODY | {"postalCode": "9200"}, "postalCode"),
        ("describePartnerBody", BODY | {"foundedOn": "2090-01-01"}, "foundedOn"),
        ("describePartnerOffer", OFFER | {"domains": []}, "domains"),
        ("declareForPartner", {"declared": ["LAICITY"]}, "declared"),
        ("givePartnerPayee", PAYEE | {"iban": "FR7630006000011234567890188"}, "iban"),
        ("givePartnerPayee", PAYEE | {"signerPhone": "12"}, "signerPhone"),
    ):
        (error,) = act(device, name, **given)["errors"]
        assert error["path"] == ["input", path], name
        assert error["message"].endswith((".", "?"))


def test_nobody_holds_an_application_without_its_code(api: Api) -> None:
    device = begun()
    other = Api()
    assert other.read("{ ownPartnerApplication { id } }") == {"ownPartnerApplication": None}
    for name, given in (("describePartnerBody", BODY), ("signPartnerAgreement", {"code": "1"})):
        assert codes(act(other, name, **given)) == ["APPLICATION_NOT_OPEN"]
    assert codes(act(other, "openPartnerApplication", code="123456")) == ["PASSPLUS_CODE_REFUSED"]
    # Asked again from elsewhere: whoever asks does not read the address.
    act(other, "beginPartnerApplication", email=EMAIL, siret=SIRET)
    right = figures_of(PartnerCode.objects.latest("pk"))
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _try in range(5):
        assert codes(act(other, "openPartnerApplication", code=wrong)) == ["PASSPLUS_CODE_REFUSED"]
    assert codes(act(other, "openPartnerApplication", code=right)) == ["PASSPLUS_CODE_TOO_MANY"]

    assert act(device, "leavePartnerApplication", clientMutationId="a")["isLeft"]
    assert codes(act(device, "describePartnerBody", **BODY)) == ["APPLICATION_NOT_OPEN"]
    assert PartnerApplication.objects.get().name == ""


def test_the_key_of_a_session_changes_when_it_opens_an_application(api: Api) -> None:
    device = Api()
    act(device, "beginPartnerApplication", email=EMAIL, siret=SIRET)
    before = device.client.cookies["sessionid"].value

    act(device, "openPartnerApplication", code=figures_of(PartnerCode.objects.latest("pk")))

    assert device.client.cookies["sessionid"].value != before


def test_a_place_does_not_begin_applications_without_end(api: Api) -> None:
    for rank in range(ASKS.most):
        act(Api(), "beginPartnerApplication", email=f"a{rank}@exemple.fr", siret=SIRET)

    refused = act(Api(), "beginPartnerApplication", email="encore@exemple.fr", siret=SIRET)

    assert codes(refused) == ["TOO_MANY_TRIES"]
    assert PartnerApplication.objects.count() == ASKS.most


@pytest.mark.parametrize("role", [Role.REGISSEUR, Role.READER])
def test_who_does_not_decide_of_partners_neither_reads_nor_answers(api: Api, role: Role) -> None:
    filled(begun())
    found = PartnerApplication.objects.get()
    read = f'{{ partnerApplication(id: "{found.public_id}") {{ id }} }}'
    for visitor, said in (
        (agent(role), {"FORBIDDEN", "NOT_FOUND"}),
        (Api().sign_in(account_of(elsewhere())), {"FORBIDDEN", "NOT_FOUND"}),
        (Api(), {"SIGN_IN_REQUIRED"}),
    ):
        assert set(visitor.refusals("{ partnerApplications { nodes { id } } }")) <= said
        assert set(visitor.refusals(read)) <= said
        for name in ("acceptPartnerApplication", "askPartnerApplicant", "refusePartnerApplication"):
            given = {"applicationId": str(found.public_id), "words": "Non."}
            assert set(codes(act(visitor, name, **given))) <= said
    found.refresh_from_db()
    assert found.state == "DRAFT"


def test_an_application_of_another_departement_is_not_here(api: Api, in_tenant: Any) -> None:
    with in_tenant("d94"):
        there = Api("d94")
        act(there, "beginPartnerApplication", email=EMAIL, siret=SIRET)
        code = figures_of(PartnerCode.objects.latest("pk"))
        act(there, "openPartnerApplication", code=code)
        found = PartnerApplication.objects.get().public_id
    foreign = Api()
    foreign.client.cookies = there.client.cookies

    assert foreign.read("{ ownPartnerApplication { id } }") == {"ownPartnerApplication": None}
    assert agent().refusals(f'{{ partnerApplication(id: "{found}") {{ id }} }}') == ["NOT_FOUND"]
    assert PartnerApplication.objects.count() == 0

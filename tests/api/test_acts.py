"""The acts of the console by GraphQL: the same effect, the same refusals, the same operation."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from billing.canteen.models import Enrolment, ServiceDay
from billing.invoicing.models import BillingRun, CreditNote, Invoice
from billing.tariffs.models import HouseholdResources
from commons import jobs
from commons.models import AuditEntry, Job
from commons.progress import reached, told_under
from console import acts as console_acts
from socle.graph_acts.by_hand import BY_HAND
from socle.graph_acts.naming import TARGETS, WITHOUT_TARGETS, field_name
from tenants.accounts import sessions
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import Guardianship
from tests.api.acting import act, acts, agent, codes, input_of, made_up
from tests.api.conftest import Api
from tests.factories.canteen import make_college, make_family
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare, review
from tests.factories.passplus import make_partner
from tests.factories.portal import account_of

NOW = datetime.datetime(2024, 10, 2, 10, 0, tzinfo=datetime.UTC)
# What names nothing, whatever the act.
NOTHING: tuple[list[str], ...] = ([str(uuid.UUID(int=7))], [], ["²"], ["\0"], ["a:b:c"] * 2)


@pytest.fixture(autouse=True)
def october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


# --- all of them ---------------------------------------------------------------------------------


def test_every_act_is_a_mutation():
    root = acts()

    for one in console_acts.catalogue():
        assert (field_name(one) in root) != (one.name in BY_HAND), one.name


def test_no_name_is_kept_of_an_act_that_is_no_more():
    from api.schema import schema

    names = {one.name for one in console_acts.catalogue()}
    mutations = set(schema.graphql_schema.mutation_type.fields)

    assert set(BY_HAND) <= names
    assert set(BY_HAND.values()) <= mutations - set(acts())
    assert set(TARGETS) | WITHOUT_TARGETS == names - set(BY_HAND)


@pytest.mark.parametrize("name", sorted(acts()))
def test_what_is_absent_is_not_found_whatever_is_answered(api: Api, name: str) -> None:
    agent(api)
    kind = input_of(acts()[name])
    is_about_something = "targets" in kind.fields

    for targets in NOTHING if is_about_something else ([],):
        for all_of_it in (False, True):
            given = made_up(kind, all_of_it=all_of_it)
            about = {"targets": targets} if is_about_something else {}
            answer = act(api, name, **given, **about, dryRun=True)
            if is_about_something and (targets or name != "prepareRun"):
                assert codes(answer) == ["NOT_FOUND"], (name, targets, answer)
                assert answer["errors"][0]["path"] == ["input", "targets"]
                assert answer["effect"] is None
            assert answer["done"] == 0
    assert not AuditEntry.objects.exists()


def test_nobody_without_the_right_learns_anything(api: Api) -> None:
    agent(api, Role.READER)

    for name, field in acts().items():
        kind = input_of(field)
        about = {"targets": NOTHING[0]} if "targets" in kind.fields else {}
        answer = act(api, name, **made_up(kind), **about)
        assert codes(answer) == ["FORBIDDEN"], name


def test_a_sensitive_act_asks_who_one_is_again(api: Api) -> None:
    agent(api)
    sensitive = {field_name(one) for one in console_acts.catalogue() if one.is_sensitive}
    kept = api.client.session
    facts = sessions.facts_of(kept)
    facts.proved_at, facts.factor_at = facts.proved_at - 3_600, facts.factor_at - 3_600
    sessions.keep_facts(kept, facts)
    kept.save()

    for name, field in acts().items():
        kind = input_of(field)
        about = {"targets": NOTHING[0]} if "targets" in kind.fields else {}
        answer = act(api, name, **made_up(kind), **about, dryRun=True)
        assert ("PROOF_REQUIRED" in codes(answer)) == (name in sensitive), name


# --- some of them, to the end --------------------------------------------------------------------


def test_a_month_is_foreseen_prepared_reviewed_and_issued(api: Api) -> None:
    make_billed_family()
    asked = {"targets": [], "regie": str(make_regie().public_id), "month": "2024-09-01"}
    agent(api)

    foreseen = act(api, "prepareRun", **asked, dryRun=True)
    assert (foreseen["errors"], foreseen["done"], foreseen["message"]) == ([], 0, None)
    assert {"label": "Total", "value": "27,00\u00a0€"} in foreseen["effect"]["figures"]
    assert not BillingRun.objects.exists()

    done = act(api, "prepareRun", **asked, seen=foreseen["effect"]["fingerprint"])
    assert (done["errors"], done["done"], done["jobId"]) == ([], 1, None)
    assert done["message"] == "1 projet de facture est prêt. Vérifiez-le maintenant."
    run = BillingRun.objects.get()
    assert act(api, "reviewRun", targets=[str(run.public_id)])["errors"] == []
    issued = act(api, "issueRun", targets=[str(run.public_id)], dueOn="2024-11-01")
    assert (issued["errors"], Invoice.objects.get().total_cents) == ([], 2700)

    again = act(api, "issueRun", targets=[str(run.public_id)], dueOn="2024-11-01")
    assert codes(again) == ["ACT_REFUSED"]
    assert again["effect"]["refusals"] == [again["errors"][0]["message"]]


def test_an_effect_that_is_no_longer_the_one_that_was_seen_stops_the_act(api: Api) -> None:
    make_billed_family()
    asked = {"targets": [], "regie": str(make_regie().public_id), "month": "2024-09-01"}
    agent(api, Role.REGISSEUR)
    seen = act(api, "prepareRun", **asked, dryRun=True)["effect"]["fingerprint"]
    make_billed_family()

    stopped = act(api, "prepareRun", **asked, seen=seen)

    assert codes(stopped) == ["ACT_CHANGED"]
    assert stopped["errors"][0]["path"] == ["input", "seen"]
    assert stopped["effect"]["fingerprint"] != seen
    assert not BillingRun.objects.exists()


JOB = """query($id: ID!) { job(id: $id) {
    kind state step { code place of } resultId errorCode errorMessage endedAt } }"""


def test_long_work_gives_the_job_that_does_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing.invoicing.queries.LONG_WORK", 1)
    make_billed_family()
    asked = {"targets": [], "regie": str(make_regie().public_id), "month": "2024-09-01"}
    agent(api, Role.REGISSEUR)

    begun = act(api, "prepareRun", **asked)
    assert begun["message"] == "C'est commencé. Vous pouvez quitter cette page."
    assert not BillingRun.objects.exists()

    with told_under(uuid.UUID(begun["jobId"])):
        reached("drafts", 2, of=2)
    waiting = api.read(JOB, id=begun["jobId"])["job"]
    assert (waiting["kind"], waiting["state"]) == ("billing.run.prepare", "WAITING")
    assert waiting["step"] == {"code": "drafts", "place": 2, "of": 2}
    jobs.perform(Job.objects.get().pk)
    done = api.read(JOB, id=begun["jobId"])["job"]
    assert (done["state"], done["resultId"]) == ("DONE", str(BillingRun.objects.get().public_id))
    assert (done["step"], done["errorCode"]) == (None, None)

    agent(api, Role.INSTRUCTOR)
    assert api.refusals(JOB, id=begun["jobId"]) == ["NOT_FOUND"]


def test_long_work_that_is_refused_says_why(api: Api) -> None:
    refused = Job.objects.create(
        kind="billing.run.issue",
        subject="month:2024-09-01",
        actor_kind="user",
        actor_id="x",
        state=Job.State.FAILED,
        error_code="BILLING_RUN_ALREADY_ISSUED",
        asked_at=NOW,
        ended_at=NOW,
    )
    agent(api, Role.REGISSEUR)

    told = api.read(JOB, id=str(refused.public_id))["job"]

    assert (told["state"], told["errorCode"]) == ("FAILED", "BILLING_RUN_ALREADY_ISSUED")
    assert "déjà émises" in told["errorMessage"]


def test_anomalies_are_answered_by_the_kind(api: Api) -> None:
    for _ in range(2):
        family = make_billed_family()
        family.guardians[0].email = ""
        family.guardians[0].save(update_fields=["email"])
    run = review(prepare())
    agent(api, Role.REGISSEUR)

    named = f"{run.public_id}:unreachable_payer"
    done = act(api, "answerAnomalies", targets=[named], answer="Courrier envoyé.")

    assert (done["done"], done["errors"]) == (2, [])
    assert done["effect"]["table"]["heads"] == ["Anomalie", "Qui", "Ce qui est étrange"]
    assert len(done["effect"]["table"]["rows"]) == 2
    assert set(run.anomalies.values_list("answer", flat=True)) == {"Courrier envoyé."}


def test_days_are_closed_together_and_what_is_refused_is_said(api: Api) -> None:
    family = make_billed_family()
    uai = family.college.uai
    agent(api, Role.INSTRUCTOR)
    asked = {"targets": [f"{uai}:2024-10-10", f"{uai}:2024-10-11"], "reason": "Grève"}

    closed = act(api, "closeServiceDays", **asked)

    assert (closed["done"], closed["errors"], closed["refusals"]) == (2, [], [])
    kept = ServiceDay.objects.filter(closed_reason="Grève", is_open=False)
    assert kept.count() == 2
    asked["targets"].append("9999999Z:2024-10-10")
    assert codes(act(api, "closeServiceDays", **asked)) == ["NOT_FOUND"]


def test_an_answer_that_does_not_fit_has_the_path_of_its_field(api: Api) -> None:
    pupil = make_family().pupil
    agent(api, Role.INSTRUCTOR)
    asked: dict[str, Any] = {"targets": [str(pupil.public_id)], "proofKind": "TAX_NOTICE"}

    refused = act(api, "recordResources", **asked, validFrom="1024-10-03", children=40)

    assert [(error["code"], error["path"]) for error in refused["errors"]] == [
        ("ANSWER_INVALID", ["input", "children"]),
        ("ANSWER_INVALID", ["input", "validFrom"]),
    ]
    assert refused["effect"] is None


def test_resources_are_recorded_with_the_figures_of_the_notice(api: Api) -> None:
    pupil = make_family().pupil
    agent(api, Role.INSTRUCTOR)
    asked = {
        "targets": [str(pupil.public_id)],
        "proofKind": "TAX_NOTICE",
        "basis": "FISCAL_QF",
        "taxIncome": "18000",
        "parts": "2.5",
        "validFrom": "2024-10-03",
    }

    assert act(api, "recordResources", **asked)["errors"] == []

    kept = HouseholdResources.objects.latest("pk")
    assert (kept.reference_tax_income_cents, kept.proof_kind) == (18_000_00, "TAX_NOTICE")


def test_two_parents_share_the_bills(api: Api) -> None:
    family = make_family(guardians=2)
    mother, father = family.guardians
    agent(api, Role.INSTRUCTOR)
    asked = {"targets": [str(family.pupil.public_id)]}

    def shared(*parts: tuple[Any, str]) -> dict[str, Any]:
        shares = [{"id": str(one), "share": share} for one, share in parts]
        return act(api, "shareBills", **asked, shares=shares)

    wrong = shared((mother.public_id, "70"), (father.public_id, "120"))
    assert wrong["errors"][0]["path"] == ["input", "shares", "1", "share"]
    stranger = make_family().guardians[0].public_id
    for parts in (((stranger, "100"),), ((mother.public_id, "50"), (mother.public_id, "50"))):
        (error,) = shared(*parts)["errors"]
        assert (error["code"], error["path"][:2]) == ("NOT_FOUND", ["input", "shares"])

    assert shared((mother.public_id, "66.66"), (father.public_id, "33.34"))["errors"] == []
    links = Guardianship.objects.filter(pupil=family.pupil)
    assert dict(links.values_list("guardian", "payer_share_bp")) == {
        mother.pk: 6666,
        father.pk: 3334,
    }


def test_a_household_is_formed_of_people_named_by_their_identifiers(api: Api) -> None:
    family, other = make_family(guardians=2), make_family()
    father = family.guardians[1]
    agent(api, Role.INSTRUCTOR)
    asked = {"targets": [str(family.pupil.public_id)], "validFrom": "2024-10-02"}

    children = [str(family.pupil.public_id)]
    refused = act(
        api,
        "formHousehold",
        **asked,
        adults=[str(father.public_id)],
        children=[*children, str(other.pupil.public_id)],
    )
    assert refused["errors"][0]["path"] == ["input", "children"]
    done = act(api, "formHousehold", **asked, adults=[str(father.public_id)], children=children)

    assert done["errors"] == []
    family.pupil.refresh_from_db()
    assert [one.guardian for one in family.pupil.household.members.all()] == [father]


def test_lines_of_an_invoice_are_credited(api: Api) -> None:
    make_billed_family()
    (invoice,) = issue(prepare())
    line = invoice.lines.get()
    agent(api, Role.REGISSEUR)
    asked = {"targets": [str(invoice.public_id)], "reason": "Absence"}

    refused = act(api, "creditInvoice", **asked, lines=[{"id": str(line.public_id), "meals": 99}])
    assert refused["errors"][0]["path"] == ["input", "lines", "0", "meals"]
    both = [{"id": str(line.public_id), "meals": 1, "cents": 100}]
    assert codes(act(api, "creditInvoice", **asked, lines=both)) == ["ANSWER_INVALID"]
    done = act(api, "creditInvoice", **asked, lines=[{"id": str(line.public_id), "cents": 105}])

    assert done["errors"] == []
    assert CreditNote.objects.get().total_cents == 105


def test_weekdays_are_those_of_the_schema(api: Api) -> None:
    family = make_billed_family()
    enrolment = family.pupil.enrolments.get()
    agent(api, Role.INSTRUCTOR)
    asked = {"targets": [str(enrolment.public_id)], "effectiveOn": "2024-11-04"}

    assert act(api, "changeWeekdays", **asked, weekdays=["TUESDAY", "FRIDAY"])["errors"] == []

    assert Enrolment.objects.latest("pk").weekdays == 2 + 16


def test_a_question_without_an_answer_has_that_of_the_page(api: Api) -> None:
    partner = make_partner()
    type(partner).objects.filter(pk=partner.pk).update(phone="0140404040", town="Nanterre")
    agent(api, Role.ADMINISTRATOR)
    domains = sorted(partner.domains)
    asked = {"targets": [str(partner.public_id)], "name": "Le Rex", "domains": domains}

    assert act(api, "changePartner", **asked, town=None)["errors"] == []

    partner.refresh_from_db()
    assert (partner.name, partner.phone, partner.town) == ("Le Rex", "0140404040", "")


def test_a_family_and_another_departement_get_nothing(api: Api, in_tenant: Any) -> None:
    family = make_billed_family()
    enrolment = str(family.pupil.enrolments.get().public_id)
    asked = {"targets": [enrolment], "endOn": "2024-11-04"}

    api.sign_in(account_of(family))
    assert codes(act(api, "endEnrolments", **asked)) == ["FORBIDDEN"]
    assert codes(act(Api(), "endEnrolments", **asked)) == ["SIGN_IN_REQUIRED"]
    with in_tenant("d94"):
        neighbour = Api("d94")
        agent(neighbour)
        assert codes(act(neighbour, "endEnrolments", **asked)) == ["NOT_FOUND"]
    assert Enrolment.objects.get().valid_until != datetime.date(2024, 11, 4)


def test_a_secretary_acts_on_their_own_collège_only(api: Api) -> None:
    ours, theirs = make_billed_family(), make_family()
    college = make_college()
    user = User.objects.create(email="secretaire@exemple.fr")
    StaffRole.objects.create(user=user, role=Role.COLLEGE_SECRETARY, college_uai=college.uai)
    api.sign_in(user)

    for family in (ours, theirs):
        answer = act(api, "giveCode", targets=[str(family.pupil.public_id)], reason="Oublié")
        assert codes(answer) == ["NOT_FOUND"]

"""A département with one of everything, and everybody who may come to a door.

There are two families, each with an enrolled child, invoices and a collège, so that a rule that
forgot whose rows it reads shows twice as many. The first child has two parents who live apart and
pay by half, and a sister who is not enrolled yet.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.test import Client

from billing.canteen.models import ServiceDay
from billing.canteen.operations import cancel_meals, save_enrolment_draft
from billing.invoicing.models import CreditNote, Invoice, Regie
from billing.invoicing.operations import accept_dispute, dispute_line
from billing.payments.credentials import Credentials
from billing.payments.models import Merchant, Notice, Payment, PaymentPart, Refund
from billing.payments.operations import ask_refund, open_merchant, start_payment
from billing.payments.providers.protocol import Outcome, Progress
from billing.payments.settling import apply_outcome
from billing.rights import operations as rights
from billing.rights.consents import TAX_TEXT
from billing.rights.credentials import ImpotCredentials
from billing.rights.identity import AskedIdentity
from billing.rights.models import RightsRequest, RightsSource, SourceCall
from billing.simulation.models import ScheduleDraft
from billing.simulation.operations import start_draft
from billing.tariffs.models import PriceDecision, TariffVersion
from billing.tariffs.operations import contest_price, refuse_contest
from billing.tariffs.schedule_files import published_schedule
from billing.tariffs.schedule_texts import schedule_text
from commons.actors import Actor
from commons.models import Job
from federation.catalogue.queries import service_named
from federation.ent import operations as ent
from federation.ent.models import EnabledService, Licence, SigningKey
from federation.usage.models import Audience, Kind, Potential, Window
from portal.acting import SESSION_KEY
from tenants.accounts.capabilities import Role
from tenants.accounts.models import Passkey, SignIn, StaffRole, User
from tenants.acting.models import ActingSession
from tenants.acting.operations import widen
from tenants.activation.models import Letters
from tenants.people.models import (
    FeedImport,
    FeedImportRow,
    Guardian,
    Guardianship,
    Pupil,
    SchoolClass,
    Schooling,
)
from tests.access import figures, integrators, messages, pass_registrations
from tests.access.announcements import announced
from tests.access.identities import (
    between_departements,
    come_by_the_other_portal,
    recognised,
)
from tests.access.money import paid_partners
from tests.access.partners import partners
from tests.access.pass_plus import carded
from tests.access.school_records import recorded
from tests.access.timetables import timetabled
from tests.access.webhooks import told
from tests.factories.acting import begin as begin_acting
from tests.factories.canteen import SCHOOL_YEAR, START, Family
from tests.factories.codes import given_code
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare, review
from tests.factories.portal import account_of, make_account
from tests.factories.rights import stored
from tests.factories.shared_services import register_cas
from tests.factories.tariffs import ACTOR, make_resources
from tests.signed_in import open_session
from tests.sources import SIRET, TAX_NUMBER

HOST = "hauts-de-seine.socle.test"
PUBLIC_HOST = "socle.test"
NOW = datetime.datetime(2024, 11, 8, 10, 0, tzinfo=datetime.UTC)
TAUGHT_ON = datetime.date(2024, 12, 2)  # a Monday
CAST = (
    "anonymous",
    "family",
    "separated",
    "other_family",
    "other_tenant",
    "administrator",
    "regisseur",
    "instructor",
    "reader",
    "secretary",
    "other_secretary",
    "pupil",  # the family's, twelve years old
    "acting",  # an instructor who reads the family's portal
    "filling",  # an instructor who fills in for the family
    "linked",  # the family's first parent, come in by the word of another département
)
_ROLES = {
    "administrator": Role.ADMINISTRATOR,
    "regisseur": Role.REGISSEUR,
    "instructor": Role.INSTRUCTOR,
    "reader": Role.READER,
}


class Keys(dict[str, Any]):
    """Objects by name. A name that two parts give is a mistake of theirs: one would hide the other."""

    def __ior__(self, other: Any) -> Keys:  # type: ignore[override,misc]
        twice = self.keys() & other.keys()
        assert not twice, twice
        self.update(other)
        return self


@dataclasses.dataclass
class World:
    """The objects behind the doors, and one client per member of the cast."""

    family: Family
    other: Family
    clients: dict[str, Client]
    users: dict[str, User]
    keys: dict[str, Any]


def build(in_tenant: Any) -> World:
    """Two families with issued invoices and a reviewed run, each in a collège with a secretary."""
    family = make_billed_family(guardians=2)
    other = make_billed_family()
    regie = make_regie()
    issued = prepare(regie)
    issue(issued)
    # Something odd in October: a payer can no longer be reached.
    Guardian.objects.filter(pk=other.guardians[0].pk).update(email="")
    run = review(prepare(regie, datetime.date(2024, 10, 1), NOW), NOW)
    users = _people(family, other)
    clients = {name: client() for name in CAST}
    for name, user in users.items():
        open_session(clients[name], user)
    come_by_the_other_portal(clients["linked"])
    with in_tenant("d94"):
        # Signed in as an administrator of Val-de-Marne; the cookie is shown on our host.
        there = User.objects.create(email="ailleurs@exemple.fr")
        StaffRole.objects.create(user=there, role=Role.ADMINISTRATOR)
        open_session(clients["other_tenant"], there)
    keys = Keys(_security(users))
    keys |= {
        "pupil": family.pupil,
        "guardian": family.guardians[0],
        "acting": _agents_act(family, users, clients),
        "college": family.college,
        "newcomer": _newcomer(family),
        "invoice": Invoice.objects.get(payer=family.guardians[0]),
        "run": run,
        "issued": issued,
        "regie": regie,
        "anomaly": run.anomalies.order_by("pk").first(),
        "version": TariffVersion.objects.order_by("pk").first(),
        "enrolment": family.pupil.enrolments.get(),
        "day": ServiceDay.objects.get(college=family.college, day=TAUGHT_ON),
        "payment": _payment(family, regie),
        "paid": _paid(other),
        "feed": _feed(),
        "open_row": _open_row(family.pupil),
    }
    keys |= _rights(family, other) | partners() | paid_partners(family.pupil)
    keys |= _services() | between_departements(users["family"], at=NOW)
    keys |= {"job": _job(), "refund": _refund(keys["paid"]), "draft": _draft()}
    keys |= _disputed(keys["invoice"], Invoice.objects.get(payer=other.guardians[0]))
    keys |= _contested(family, other) | recognised(family, other, at=NOW)
    keys |= pass_registrations.sent(family, other, keys["newcomer"], at=NOW)
    keys |= integrators.registered(at=NOW) | told(at=NOW) | announced(family, users, at=NOW)
    keys |= carded(family, other, at=NOW) | messages.talked(family, other, at=NOW)
    keys["letters"] = _letters(keys["newcomer"], users["secretary"])
    keys |= {"notice": Notice.objects.get(), "credit_note": CreditNote.objects.get()}
    for one in (family, other):
        _go_to_class(one)
        _visited(one)
    keys |= figures.prepared(at=NOW)
    keys |= timetabled(family, other, users, at=NOW) | recorded(family, other, at=NOW)
    make_resources(
        family.household,
        valid_from=datetime.date(2024, 12, 1),
        reference_tax_income_cents=36_000_00,
        tax_parts=Decimal("2.5"),
    )
    return World(family=family, other=other, clients=clients, users=users, keys=keys)


def _pupil_account(pupil: Pupil) -> User:
    """Of the family's enrolled child: twelve years old, with parents who live apart."""
    pupil.user = User.objects.create(login="enfant.diallo.472", first_name=pupil.first_name)
    pupil.save(update_fields=["user"])
    return pupil.user


def _letters(pupil: Pupil, secretary: User) -> Letters:
    """Printed by the secretary of the family's collège."""
    _written, code = given_code(pupil, at=NOW, actor=Actor.user(secretary))
    return code.letters


def _agents_act(
    family: Family, users: dict[str, User], clients: dict[str, Client]
) -> ActingSession:
    """Two agents opened the portal of the family's first guardian; the second fills in."""
    sessions = []
    for name in ("acting", "filling"):
        sessions.append(begin_acting(users[name], family, minutes=60, at=NOW))
        kept = clients[name].session
        kept[SESSION_KEY] = str(sessions[-1].public_id)
        kept.save()
    widen(session=sessions[1], reason="Elle dicte, je remplis.", actor=ACTOR, at=NOW)
    return sessions[0]


def _go_to_class(family: Family) -> None:
    """The pupil is in a class, and eats at home one day."""
    its_class = SchoolClass.objects.create(
        college=family.college, school_year=SCHOOL_YEAR, name="6e A", level="6E"
    )
    Schooling.objects.filter(pupil=family.pupil).update(school_class=its_class)
    cancel_meals(enrolment=family.pupil.enrolments.get(), days=[TAUGHT_ON], actor=ACTOR, at=NOW)


def _visited(family: Family) -> None:
    """Six parents of the family's collège came this month, for the press too."""
    month, uai = NOW.date().replace(day=1), family.college.uai
    for kind, code in ((Kind.WHOLE, ""), (Kind.THIRD_PARTY, "presse")):
        Audience.objects.create(
            window=Window.MONTH, starts_on=month, college_uai=uai, profile="PARENT", kind=kind,
            service_code=code, visits=20, visitors=6,
        )  # fmt: skip
    Potential.objects.create(month=month, college_uai=uai, profile="PARENT", people=30, accounts=9)


def _payment(family: Family, regie: Regie) -> Payment:
    """Begun by the second parent; and a notice that came."""
    merchant = open_merchant(
        regie=regie,
        provider=Merchant.Provider.STRIPE,
        credentials=Credentials(api_key="sk_test", webhook_secrets=("whsec",)),
        is_live=False,
        actor=ACTOR,
        at=NOW,
    )
    Notice.objects.create(merchant=merchant, event_ref="evt_1", kind="payout.paid", received_at=NOW)
    invoice = Invoice.objects.get(payer=family.guardians[1])
    payment = _begun(invoice)
    # The bank said something strange of it: somebody looks.
    Payment.objects.filter(pk=payment.pk).update(
        state=Payment.State.OPEN, checkout_ref="cs_1", problem="NOT_KNOWN_THERE"
    )
    payment.refresh_from_db()
    return payment


def _begun(invoice: Invoice) -> Payment:
    return start_payment(
        parts=[(invoice, invoice.total_cents)],
        return_url=lambda key: f"https://{HOST}/paiements/{key}/retour/",
        email="",
        actor=ACTOR,
        at=NOW,
    )


def _paid(other: Family) -> Payment:
    """By the other family; as the provider would have said."""
    payment = _begun(Invoice.objects.get(payer=other.guardians[0]))
    Payment.objects.filter(pk=payment.pk).update(state=Payment.State.OPEN, checkout_ref="cs_2")
    outcome = Outcome(
        key=str(payment.public_id),
        progress=Progress.PAID,
        amount_cents=payment.amount_cents,
        currency="eur",
        provider_ref="pi_2",
    )
    return apply_outcome(payment=payment, outcome=outcome, at=NOW)


def _refund(payment: Payment) -> Refund:
    """Asked for by somebody who is not of the cast: any agent may decide."""
    part = PaymentPart.objects.select_related("payment").get(payment=payment)
    return ask_refund(part=part, amount_cents=100, reason="Repas annulés", actor=ACTOR, at=NOW)


def _rights(family: Family, other: Family) -> dict[str, Any]:
    """The family's request, agreed to and not asked; the other's, with a document, in the queue."""
    source = rights.open_source(
        kind=RightsSource.Kind.API_IMPOT,
        base_url="http://127.0.0.1:9",  # nobody answers
        recipient_siret=SIRET,
        versions={"situation_ir": "1.0"},
        credentials=ImpotCredentials(client_id="c", client_secret="s", teleservice_id="t"),
        actor=ACTOR,
        at=NOW,
    )
    rights.set_rules(
        sla_hours=72, longest_days=10, lasting="SCHOOL_YEAR", document_days=0, actor=ACTOR, at=NOW
    )
    begun, waiting = (
        rights.begin_request(
            household=one.household, guardian=one.guardians[0], actor=ACTOR, at=NOW
        )
        for one in (family, other)
    )
    rights.choose_way(
        request=begun, way="TAX", guardian=family.guardians[0],
        identity=AskedIdentity(tax_number=TAX_NUMBER), actor=ACTOR, at=NOW,
    )  # fmt: skip
    consent = rights.give_consent(
        request=begun,
        text_version=TAX_TEXT.version,
        guardian=family.guardians[0],
        actor=ACTOR,
        at=NOW,
    )
    SourceCall.objects.create(
        request=begun, source=source, consent=consent, asked_by=ACTOR.id, purpose="PRICE",
        endpoint="situation_ir", version="1.0", correlation_id=begun.public_id, outcome="NOT_FOUND",
        duration_ms=1, called_at=NOW,
    )  # fmt: skip
    rights.choose_way(
        request=waiting, way="DOCUMENT", guardian=other.guardians[0], actor=ACTOR, at=NOW
    )
    document = rights.attach_document(
        request=waiting, kind="TAX_NOTICE", stored=stored(), actor=ACTOR, at=NOW
    )
    # What a source had said before: whoever reads the request reads its figures.
    RightsRequest.objects.filter(pk__in=[begun.pk, waiting.pk]).update(
        outcome="UNSURE", reason="UNSURE", answer="Un mot", quotient_euros=600, quotient_year=2024,
        quotient_month=10, provider="CNAF", reference_tax_income_cents=1, tax_parts=2, due_at=NOW,
        effective_from=TAUGHT_ON,
    )  # fmt: skip
    return {"rights": begun, "rights_waiting": waiting, "document": document}


def _draft() -> ScheduleDraft:
    text = schedule_text(published_schedule("92"))
    return start_draft(name="Essai", text=text, actor=ACTOR, at=NOW)


def _services() -> dict[str, Any]:
    """A press service, open to every guardian for two of them, one of whom is somebody else."""
    enabled = ent.enable_service(service_code="presse", granted=["PROFILE"], actor=ACTOR, at=NOW)
    opening = ent.open_to(
        enabled=enabled,
        audience=ent.Audience("GUARDIAN"),
        licences=2,
        valid_from=START,
        actor=ACTOR,
        at=NOW,
    )
    EnabledService.objects.update(down_since=NOW)
    registration = register_cas(enabled, "https://presse.example/")
    magazine = ent.enable_service(service_code="enseigno", granted=[], actor=ACTOR, at=NOW)
    library = ent.enable_service(service_code="mediatheque", granted=[], actor=ACTOR, at=NOW)
    reader = User.objects.create(email="lecteur@exemple.fr")
    Licence.objects.create(opening=opening, user=reader, taken_at=NOW)
    return {
        "service": enabled,
        "opening": opening,
        "shared_service": service_named("madmagz"),
        "oidc_service": magazine,
        "saml_service": library,
        "service_client": registration,
        "signing_key": SigningKey.objects.order_by("pk").first(),
    }


def _job() -> Job:
    return Job.objects.create(
        kind="billing.run.issue", subject="month:2024-10-01", actor_kind="system", actor_id="tests",
        asked_at=NOW,
    )  # fmt: skip


def _contested(family: Family, other: Family) -> dict[str, Any]:
    """A contest refused, of the family; one that waits for an answer, of the other."""
    price, others = (PriceDecision.objects.get(pupil=one.pupil) for one in (family, other))
    first = contest_price(
        decision=price, guardian=family.guardians[0], text="Trop cher", actor=ACTOR, at=NOW
    )
    refuse_contest(contest=first, answer="Le prix est juste.", actor=ACTOR, at=NOW)
    waiting = contest_price(
        decision=others, guardian=other.guardians[0], text="Trop cher", actor=ACTOR, at=NOW
    )
    return {"price": price, "answered_contest": first, "contest": waiting}


def _disputed(invoice: Invoice, others: Invoice) -> dict[str, Any]:
    """A dispute accepted, of the family; one that waits for an answer, of the other."""
    line = invoice.lines.get()
    first = dispute_line(line=line, text="Absent le 5", days=[line.days[0]], actor=ACTOR, at=NOW)
    accept_dispute(dispute=first, cents=1, answer="Un geste", actor=ACTOR, at=NOW)
    waiting = dispute_line(line=others.lines.get(), text="Trop cher", actor=ACTOR, at=NOW)
    return {"line": line, "dispute": waiting}


def _newcomer(family: Family) -> Pupil:
    """A sister, in the same collège and household, whose enrolment is begun and not finished."""
    sister = Pupil.objects.create(
        last_name="Diallo",
        first_name="Nouvelle",
        birth_date=datetime.date(2013, 6, 7),
        sort_key="diallo nouvelle",
        search_key="diallo nouvelle",
        household=family.household,
    )
    Schooling.objects.create(
        pupil=sister,
        college=family.college,
        school_year=SCHOOL_YEAR,
        regime="HALF_BOARD",
        valid_from=START,
    )
    for rank, guardian in enumerate(family.guardians):
        Guardianship.objects.create(
            pupil=sister,
            guardian=guardian,
            relation="FATHER" if rank else "MOTHER",
            legal_role=2 if rank else 1,
            payer_share_bp=5_000,
            valid_from=sister.birth_date,
        )
    save_enrolment_draft(
        pupil=sister,
        college=family.college,
        school_year=SCHOOL_YEAR,
        weekdays=0b00001,
        actor=ACTOR,
        at=NOW,
    )
    return sister


def _feed() -> FeedImport:
    feed = FeedImport.objects.create(
        digest="0" * 64,
        state=FeedImport.State.APPLIED,
        file_names=["eleves.xml"],
        counts={"feed_on": "2024-08-24", "read": {}, "become": {"created": 1}},
        started_at=NOW,
        ended_at=NOW,
        actor_kind="system",
        actor_id="tests",
    )
    FeedImportRow.objects.create(
        feed_import=feed, record_kind="pupil", record_id="1", outcome=FeedImportRow.Outcome.CREATED
    )
    return feed


def _open_row(pupil: Pupil) -> FeedImportRow:
    """Somebody else under the pupil's identifier, says the last feed."""
    Pupil.objects.filter(pk=pupil.pk).update(jointure_id="1")
    return FeedImportRow.objects.create(
        feed_import=FeedImport.objects.get(),
        record_kind="PUPIL",
        record_id="1",
        outcome=FeedImportRow.Outcome.AMBIGUOUS,
        reason_code="ID_REUSED",
        target_id=pupil.pk,
        diff={"first_name": [pupil.first_name, "Ali"]},
    )


def _agent(name: str, role: Role, uai: str = "") -> User:
    user = User.objects.create(email=f"{name}@exemple.fr")
    StaffRole.objects.create(user=user, role=role, college_uai=uai)
    return user


def _people(family: Family, other: Family) -> dict[str, User]:
    """The accounts of the cast, those of this département."""
    first = account_of(family)
    return {
        "family": first,
        "linked": first,
        "separated": account_of(family, 1),
        "other_family": make_account(other.guardians[0]),
        **{name: _agent(name, role) for name, role in _ROLES.items()},
        "secretary": _agent("secretary", Role.COLLEGE_SECRETARY, family.college.uai),
        "other_secretary": _agent("other", Role.COLLEGE_SECRETARY, other.college.uai),
        "pupil": _pupil_account(family.pupil),
        "acting": _agent("acting", Role.INSTRUCTOR),
        "filling": _agent("filling", Role.INSTRUCTOR),
    }


def _security(users: dict[str, User]) -> dict[str, Any]:
    """An agent's account, and what protects a family's."""
    user = users["family"]
    SignIn.objects.create(user=user, at=NOW, way="password", outcome=SignIn.Outcome.SUCCEEDED)
    key = Passkey.objects.create(
        user=user, name="Téléphone", credential_id=b"1", public_key=b"1", created_at=NOW
    )
    return {
        "account": users["regisseur"],
        "own_session": user.sessions.get(way="password"),
        "passkey": key,
    }


def client(**traits: Any) -> Client:
    return Client(headers={"host": HOST}, raise_request_exception=True, **traits)


def come_back() -> None:
    """A request leaves the connection in the public schema: be in Hauts-de-Seine again."""
    from django.db import connection

    from tenants.registry import directory

    connection.set_tenant(directory.by_schema("d92"))


def get(client: Client, path: str, *, host: str = HOST) -> HttpResponse:
    try:
        return client.get(path, headers={"host": host})
    finally:
        come_back()


def post(client: Client, path: str, data: dict[str, Any]) -> HttpResponse:
    try:
        return client.post(path, data)
    finally:
        come_back()


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """What is done in this block is taken back, so that the next of the cast finds it as it was."""
    from django.db import transaction

    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]  lets durable blocks nest
    with atomic:
        yield
        transaction.set_rollback(True)


def ask(client: Client, query: str, variables: dict[str, Any]) -> dict[str, Any]:
    try:
        response = client.post(
            "/graphql/",
            json.dumps({"query": query, "variables": variables}),
            content_type="application/json",
        )
    finally:
        come_back()
    answer: dict[str, Any] = response.json()
    return answer

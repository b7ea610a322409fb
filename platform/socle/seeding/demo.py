"""Making the demo's data, département by département, through the real operations.

Acts bear the dates they would have had: families enrol in August, months are issued in the first
days of the next one. What they ask for outside, messages and calls to the bank, is left to the worker.
Each function is one stage, and says what it does as it goes.
"""

from __future__ import annotations

import dataclasses
import datetime
import random
import secrets
import tempfile
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse

from billing.canteen import operations as canteen
from billing.canteen import queries as canteen_queries
from billing.canteen.models import Enrolment
from billing.canteen.rules import published_rules
from billing.invoicing import operations as invoicing
from billing.invoicing import queries as invoicing_queries
from billing.invoicing.models import Anomaly, BillingRun, Invoice
from billing.payments import operations as payments
from billing.payments.credentials import Credentials
from billing.payments.models import Merchant
from billing.rights import operations as rights
from billing.rights.models import RightsSource
from billing.tariffs import operations as tariffs
from billing.tariffs.engine import Basis
from billing.tariffs.models import HouseholdResources
from billing.tariffs.schedule_files import ServiceName, published_schedule
from commons import environment
from commons.actors import Actor
from commons.periods import Period, month_period
from commons.school_calendar import SchoolYear, school_year_of, teaching_days
from socle.seeding import bank, cast, feed, identities, sources
from socle.seeding.acting import help_one_family
from socle.seeding.corrections import correct_some
from socle.seeding.drafts import draft_another
from socle.seeding.figures import publish_some
from socle.seeding.integrators import connect_software
from socle.seeding.papers import give_papers
from socle.seeding.passplus import seed_passplus
from socle.seeding.portals import open_portals
from socle.seeding.requests import begin_some_requests
from socle.seeding.school_life import seed_school_life
from socle.seeding.school_records import seed_school_records
from socle.seeding.shared_services import enable_services, third_parties
from socle.seeding.visits import count_example_visits
from tenants.accounts import factors, totp
from tenants.accounts import operations as accounts
from tenants.accounts.capabilities import Role
from tenants.accounts.models import User
from tenants.people import families
from tenants.people import queries as people
from tenants.people.models import College, Guardian, Guardianship, Pupil
from tenants.registry import contexts
from ui.mail import portal_address

ACTOR = Actor.command("socle seed")
SEED = 2026
Proof = HouseholdResources.Proof
PARIS_NOON = datetime.time(10, tzinfo=datetime.UTC)  # noon in summer, 11 in winter: never midnight
ANSWER = "Vérifié avec la famille."
ONE_DAY = datetime.timedelta(days=1)
# What the cast proved: a quotient of the CAF, a tax income of 2.5 parts, nothing, or the maximum.
QUOTIENTS = {
    "marc.petit@exemple.fr": Decimal(1100),
    "sandrine.morvan@exemple.fr": Decimal(910),
    "yasmine.belhadj@exemple.fr": Decimal(560),
}
INCOMES = {
    "aminata.diallo@exemple.fr": 18_000,  # a quotient of 600.00
    "elise.lambert@exemple.fr": 30_000,  # 1000.00, in both départements
}
CHANCES = {"karine.dacosta@exemple.fr": 0.0, "stephane.guillou@exemple.fr": 0.15}
Say = Callable[[str], object]


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """Where and when the demo plays."""

    departement: cast.NewDepartement
    today: datetime.date
    say: Say

    @property
    def year(self) -> SchoolYear:
        return school_year_of(self.today)

    @property
    def draw(self) -> random.Random:
        """Draws that depend on the seed and the département alone."""
        return random.Random(f"{SEED}-{self.departement.code}")  # noqa: S311  not a secret

    @property
    def is_whole(self) -> bool:
        """Whether every month is billed, or the latest alone."""
        return self.departement.schema_name in cast.WHOLE

    @property
    def opens_on(self) -> datetime.date:
        """The first day with meals: of the school year, or of the latest month that is over.

        A month is issued after all those before it, so what is not billed must not be eaten.
        """
        start = self.year.period.start
        if self.is_whole:
            return start
        return max(start, (self.today.replace(day=1) - ONE_DAY).replace(day=1))

    def members(self) -> Iterable[cast.CastMember]:
        return (m for m in cast.CAST if m.schema_name == self.departement.schema_name)


def at(day: datetime.date) -> datetime.datetime:
    """An hour of that day."""
    return datetime.datetime.combine(day, PARIS_NOON)


def seed_departement(stage: Stage) -> None:
    """Everything of one département, which exists and is empty."""
    name = stage.departement.name
    with contexts.tenant(stage.departement.schema_name):
        stage.say(f"{name} : tarif et règles de la cantine…")
        publish_rules(stage)
        stage.say(f"{name} : annuaire de l'académie…")
        import_feed(stage)
        stage.say(f"{name} : comptes…")
        open_accounts(stage)
        stage.say(f"{name} : foyers et ressources…")
        record_situations(stage)
        stage.say(f"{name} : inscriptions à la cantine…")
        enrol_families(stage)
        stage.say(f"{name} : factures…")
        bill_months(stage)
        correct_some(at=at(stage.today))
        draft_another(code=stage.departement.code, at=at(stage.today))
        open_online_payment(stage)
        open_rights_sources(stage)
        begin_some_requests(at=at(stage.today))
        seed_passplus(stage.departement.code, year=stage.year, today=stage.today, draw=stage.draw)
        identities.open_providers(stage.departement, at=at(stage.year.period.start))
        identities.leave_some_at_the_secretarys(stage.departement, at=at(stage.today))
        enable_services(
            stage.departement,
            is_whole=stage.is_whole,
            since=stage.year.period.start,
            at=at(stage.year.period.start),
        )
        open_portals(stage.departement, at=at(stage.year.period.start))
        connect_software(slug=stage.departement.slug, at=at(stage.today))
        help_one_family(at=at(stage.today))
        seed_school_records(year=stage.year, today=stage.today, draw=stage.draw)
        count_example_visits(
            year=stage.year, today=stage.today, draw=stage.draw,
            third_parties=third_parties(is_whole=stage.is_whole),
        )  # fmt: skip
        seed_school_life(today=stage.today, at=at(stage.today))
        give_papers(schema_name=stage.departement.schema_name, at=at(stage.today))
        publish_some(first=stage.opens_on, today=stage.today)


def publish_rules(stage: Stage) -> None:
    """The published schedule and rules of the département; the months past use them too."""
    code = stage.departement.code
    schedule = published_schedule(code)
    first = at(stage.year.period.start - datetime.timedelta(days=90))
    tariffs.publish_schedule(schedule=schedule, actor=ACTOR, at=first)
    canteen.set_canteen_rules(
        definition=published_rules(code),
        valid_from=schedule.valid_from,
        actor=ACTOR,
        at=first,
    )


def import_feed(stage: Stage) -> None:
    """Import a complete feed, what the next day changes, and open the canteens."""
    when = at(datetime.date(stage.year.start_year, 8, 24))
    known = feed.population(code=stage.departement.code, year=stage.year, is_whole=stage.is_whole)
    with tempfile.TemporaryDirectory(prefix="socle-aaf-") as folder:
        feed.import_complete(Path(folder) / "complete", known, actor=ACTOR, at=when)
        if stage.is_whole:
            feed.import_delta(Path(folder) / "delta", known, actor=ACTOR, at=when + ONE_DAY)
    for college in people.colleges():
        canteen.open_service_days(
            college=college, school_year=stage.year.start_year, actor=ACTOR, at=when
        )


def open_accounts(stage: Stage) -> None:
    """An account for each member of the cast, with roles for the agents."""
    when = at(datetime.date(stage.year.start_year, 8, 25))
    for member in stage.members():
        user = accounts.create_user(
            email=member.email,
            first_name=member.first_name,
            last_name=member.last_name,
            password=cast.PASSWORD,
            actor=ACTOR,
            at=when,
        )
        if member.role is not None:
            uai = _first_college().uai if member.role is Role.COLLEGE_SECRETARY else ""
            accounts.grant_role(user=user, role=member.role, college_uai=uai, actor=ACTOR, at=when)
            give_demo_code(user, at=when)
        else:
            _connect(user, when)
    _share_the_moreaus(when)


def give_demo_code(user: User, *, at: datetime.datetime) -> None:
    """The application of codes that the demo shows to whoever tries it (`/boite/`)."""
    secret = settings.DEMO_CODE_SECRET
    factors.set_authenticator(
        user=user,
        secret=secret,
        written=totp.code_of(secret, totp.step_at(at)),
        actor=ACTOR,
        at=at,
    )


def _first_college() -> College:
    diallo = Guardian.objects.filter(email="aminata.diallo@exemple.fr").first()
    if diallo is not None:
        link = diallo.guardianships.select_related("pupil").order_by("pk").first()
        schooling = link.pupil.schoolings.select_related("college").first() if link else None
        if schooling is not None:
            return schooling.college
    return College.objects.order_by("uai")[0]


def _connect(user: User, when: datetime.datetime) -> None:
    guardian = Guardian.objects.filter(email=user.email, user__isnull=True).first()
    if guardian is not None:
        families.connect_guardian(guardian=guardian, user=user, actor=ACTOR, at=when)


def _share_the_moreaus(when: datetime.datetime) -> None:
    """Separated parents, each paying half."""
    parents = Guardian.objects.filter(
        email__in=("julie.moreau@exemple.fr", "thomas.moreau@exemple.fr")
    )
    shares = {parent.pk: 5000 for parent in parents}
    if len(shares) != 2:
        return
    pupils = Pupil.objects.filter(guardianships__guardian__in=parents).distinct()
    for pupil in pupils:
        families.share_bills(pupil=pupil, shares=shares, actor=ACTOR, at=when)


def record_situations(stage: Stage) -> None:
    """One tax household per financial guardian, and what most of them proved."""
    when = at(datetime.date(stage.year.start_year, 8, 26))
    start = stage.year.period.start
    basis = published_schedule(stage.departement.code).services[ServiceName.HALF_BOARD].basis
    draw = stage.draw
    dated_on = when.date() - datetime.timedelta(days=20)
    by_payer: dict[int, list[Pupil]] = {}
    links = Guardianship.objects.filter(
        is_financial=True, pupil__missing_since__isnull=True
    ).select_related("pupil")
    for link in links.order_by("pupil__sort_key", "pk"):
        by_payer.setdefault(link.guardian_id, []).append(link.pupil)
    for payer_id, pupils in by_payer.items():
        payer = Guardian.objects.get(pk=payer_id)
        household = families.form_household(
            label=f"Foyer {payer.last_name} {payer.first_name}",
            guardians=_living_together(payer, pupils),
            pupils=pupils,
            valid_from=start,
            actor=ACTOR,
            at=when,
        )
        situation = _situation(payer.email, basis, len(pupils), draw)
        if situation:
            tariffs.record_resources(
                household=household,
                proof_dated_on=None if "choose_maximum" in situation else dated_on,
                valid_from=start,
                actor=ACTOR,
                at=when,
                **situation,
            )


def _living_together(payer: Guardian, pupils: list[Pupil]) -> list[Guardian]:
    """The payer, and the other parent at the same address."""
    others = (
        Guardian.objects.filter(guardianships__pupil__in=pupils, guardianships__legal_role__gte=1)
        .exclude(pk=payer.pk)
        .distinct()
    )
    same = [g for g in others if (g.street, g.postal_code) == (payer.street, payer.postal_code)]
    return [payer, *same]


def _situation(
    email: str, basis: Basis, children: int, draw: random.Random
) -> dict[str, Any] | None:
    """What a household proved: the cast's is fixed, the others' is drawn."""
    chance = draw.random()
    income = draw.choice((9_000, 14_400, 18_000, 24_000, 30_000, 36_000, 48_000, 66_000))
    quotient = Decimal(draw.choice((320, 560, 600, 780, 910, 1025, 1100, 1390, 1600, 2100, 2600)))
    if email == "lan.nguyen@exemple.fr":
        return {"statuses": ["RSA"], "proof_kind": Proof.STATUS_CERTIFICATE}
    if email in QUOTIENTS:
        quotient, chance = QUOTIENTS[email], 0.5
    if email in INCOMES:
        income, children, chance = INCOMES[email], 1, 0.5  # 2.5 parts
    if email in CHANCES:
        chance = CHANCES[email]
    if chance < 0.12:
        return None
    if chance < 0.18:
        return {"choose_maximum": True}
    if basis is Basis.CAF_QF:
        return {
            "basis": "CAF_QF",
            "quotient_familial": quotient,
            "proof_kind": Proof.CAF_CERTIFICATE,
        }
    return {
        "basis": "FISCAL_QF",
        "reference_tax_income_cents": income * 100,
        "tax_parts": Decimal(2) + Decimal(children) / 2,
        "proof_kind": Proof.TAX_NOTICE,
    }


def enrol_families(stage: Stage) -> None:
    """Half-boarders are enrolled; one child of the Diallos is left for the visitor."""
    when = at(datetime.date(stage.year.start_year, 8, 27))
    start = stage.opens_on
    draw = stage.draw
    left = _left_for_the_visitor()
    pupils = Pupil.objects.filter(
        household__isnull=False, schoolings__regime="HALF_BOARD"
    ).distinct()
    for pupil in pupils.order_by("sort_key", "pk"):
        weekdays = draw.choice((0b11011, 0b11011, 0b01011, 0b10001, 0b01001))
        cancels = draw.random()
        schooling = people.schooling_on(pupil, start)
        if schooling is None or pupil.pk in left:
            continue
        payers = [
            canteen.Payer(link.guardian, link.payer_share_bp)
            for link in people.payers_of(pupil, on=start).select_related("guardian")
        ]
        if not payers:
            continue
        enrolment = canteen.enrol(
            pupil=pupil,
            college=schooling.college,
            school_year=stage.year.start_year,
            weekdays=weekdays,
            start_on=start,
            payers=payers,
            actor=ACTOR,
            at=when,
        )
        if cancels < 0.25:
            _cancel_some(stage, enrolment, draw)


def _left_for_the_visitor() -> set[int]:
    """The youngest child of Aminata Diallo is not enrolled: the visitor does it."""
    child = (
        Pupil.objects.filter(guardianships__guardian__email="aminata.diallo@exemple.fr")
        .order_by("-birth_date")
        .first()
    )
    return {child.pk} if child else set()


def _cancel_some(stage: Stage, enrolment: Enrolment, draw: random.Random) -> None:
    """Cancel two meals in time, and one too late."""
    days = canteen_queries.meals_for(enrolment, Period(stage.opens_on, stage.today + ONE_DAY))
    if len(days) < 8:
        return
    chosen = sorted(draw.sample(days[4:], 3))
    for index, day in enumerate(chosen):
        notice = 0 if index == 1 else 10
        canteen.cancel_meals(
            enrolment=enrolment,
            days=[day],
            actor=ACTOR,
            at=at(day - datetime.timedelta(days=notice)) - datetime.timedelta(hours=3),
        )


def bill_months(stage: Stage) -> None:
    """Issue the months that are over; leave the current one reviewed, for the régisseur."""
    regie = invoicing.open_regie(
        code="restauration",
        name=f"Régie de restauration scolaire · {stage.departement.name}",
        siret="",
        actor=ACTOR,
        at=at(stage.year.period.start),
    )
    month = stage.opens_on
    while month <= stage.today.replace(day=1):
        end = month_period(month.year, month.month).end
        assert end is not None
        is_over = end <= stage.today
        when = at(end if is_over else stage.today)
        has_school = any(
            True for _ in teaching_days(Period(month, min(end, stage.today + ONE_DAY)))
        )
        if has_school:
            run = invoicing.prepare_run(regie=regie, month=month, actor=ACTOR, at=when)
            invoicing.review_run(run=run, actor=ACTOR, at=when)
            if is_over:
                _issue(run, when)
        month = end


def open_online_payment(stage: Stage) -> None:
    """Have the régie paid at the test bank; at Stripe, in its test mode, when a key is given."""
    regie = invoicing_queries.meals_regie()
    keys = _keys(stage)
    if keys is None or regie is None:
        return
    payments.open_merchant(
        regie=regie,
        provider=Merchant.Provider.STRIPE,
        credentials=keys,
        is_live=False,
        actor=ACTOR,
        at=at(stage.year.period.start),
    )
    _begin_a_payment(stage)


def _keys(stage: Stage) -> Credentials | None:
    if settings.STRIPE_API_BASE:
        known = bank.account_of(stage.departement.schema_name, secret=settings.SECRET_KEY)
        return Credentials(api_key=known.key, webhook_secrets=(known.webhook_secret,))
    key = environment.text("STRIPE_API_KEY", "")
    # Without a secret no notice is taken; the sweep finds by itself what was paid.
    secret = environment.text("STRIPE_WEBHOOK_SECRET", "") or secrets.token_hex(24)
    return Credentials(api_key=key, webhook_secrets=(secret,)) if key else None


def _begin_a_payment(stage: Stage) -> None:
    """Somebody without an account here began to pay and went no further: agents have one to read."""
    invoice = (
        Invoice.objects.filter(payer__user__isnull=True)
        .select_related("ledger_account")
        .order_by("number")
        .first()
    )
    if invoice is None:
        return
    payments.start_payment(
        parts=[(invoice, invoice.total_cents)],
        return_url=lambda key: portal_address(reverse("portal:payment-return", args=[key])),
        email="",
        actor=ACTOR,
        at=at(stage.today),
    )


def open_rights_sources(stage: Stage) -> None:
    """Have the CAF and the tax office asked, at what stands in for them."""
    if not settings.RIGHTS_API_BASE:
        return
    keys = sources.keys_of(stage.departement.schema_name, secret=settings.SECRET_KEY)
    when = at(stage.year.period.start)
    for kind, versions, credentials in (
        (RightsSource.Kind.API_PARTICULIER, sources.PARTICULIER_VERSIONS, keys.particulier),
        (RightsSource.Kind.API_IMPOT, sources.IMPOT_VERSIONS, keys.impot),
    ):
        rights.open_source(
            kind=kind,
            base_url=settings.RIGHTS_API_BASE,
            recipient_siret=sources.RECIPIENT,
            versions=versions,
            credentials=credentials,
            actor=ACTOR,
            at=when,
        )


def _issue(run: BillingRun, when: datetime.datetime) -> None:
    for anomaly in run.anomalies.filter(severity=Anomaly.Severity.BLOCKING):
        invoicing.answer_anomaly(anomaly=anomaly, answer=ANSWER, actor=ACTOR, at=when)
    due_on = (when + datetime.timedelta(days=30)).date()
    invoicing.issue_run(run=run, due_on=due_on, actor=ACTOR, at=when)

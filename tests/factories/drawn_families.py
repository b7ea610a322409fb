"""Families drawn at random, odd ones included: what a fast read and a plain one must agree on.

Links, memberships, schoolings, enrolments and prices that ended, are to come, or are empty; parents apart,
siblings of other households, twins with one name; invoices of other payers, paid too much, about pupils who
are nobody's child any more. Everything is drawn from the seed; days are around `TODAY`.
"""

from __future__ import annotations

import dataclasses
import datetime
import random
from decimal import Decimal
from typing import Any

from billing.canteen.models import Enrolment, EnrolmentPayer
from billing.canteen.rules import published_rules
from billing.invoicing.models import BillingRun, Invoice, InvoiceLine, Regie
from billing.ledger.models import Account, AccountKind
from billing.ledger.operations import open_account
from billing.tariffs.engine import Basis, Situation, decide, parse_definition
from billing.tariffs.models import (
    HouseholdResources,
    PriceDecision,
    Service,
    TariffSchedule,
    TariffVersion,
)
from billing.tariffs.schedule_files import ServiceName, published_schedule
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import (
    College,
    Guardian,
    Guardianship,
    Household,
    HouseholdMember,
    Pupil,
    SchoolClass,
    Schooling,
)
from tests.factories.canteen import make_college, set_rules
from tests.factories.invoicing import make_regie

TODAY = datetime.date(2024, 11, 14)
AT = datetime.datetime(2024, 11, 14, 10, tzinfo=datetime.UTC)
YEARS_AGO = datetime.date(2020, 9, 1)
YEARS = (2023, 2024)
SITUATIONS = (
    Situation(
        basis=Basis.FISCAL_QF,
        reference_tax_income_cents=18_000_00,
        parts=Decimal("2.5"),
        source="TAX_NOTICE",
    ),
    Situation(basis=Basis.FISCAL_QF, stated_quotient=Decimal("120.00"), source="CAF_CERTIFICATE"),
    Situation(basis=Basis.FISCAL_QF, stated_quotient=Decimal("9000.00"), source="TAX_NOTICE"),
    Situation(chooses_maximum=True),
    Situation(),
)


@dataclasses.dataclass(frozen=True)
class Drawn:
    """The accounts that were drawn; some are agents too, and some nobody's parent."""

    users: list[User]


class _Draw:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.numbers = iter(range(1, 10_000))

    def day(self, around: int = 200) -> datetime.date:
        """A day around today; often today itself, or next to it, where periods begin and end."""
        near = self.random.random() < 0.4
        away = self.random.choice((-1, 0, 1)) if near else self.random.randint(-around, around)
        return TODAY + datetime.timedelta(days=away)

    def periods(self, most: int, *, may_be_empty: bool = True) -> list[tuple[datetime.date, Any]]:
        """Periods that do not overlap, in order; the last may be open."""
        count = self.random.randint(0, most)
        days = sorted(self.day() for _ in range(2 * count))
        pairs: list[tuple[datetime.date, Any]] = []
        for start, end in zip(days[::2], days[1::2], strict=True):
            if start == end and not may_be_empty:
                continue
            if not pairs or pairs[-1][1] <= start:
                pairs.append((start, end))
        if pairs and self.random.random() < 0.6:
            pairs[-1] = (pairs[-1][0], None)
        return pairs

    def some(self, things: Any, most: int) -> list[Any]:
        return self.random.sample(list(things), self.random.randint(0, min(most, len(things))))


def draw_families(seed: int) -> Drawn:
    """Fill the tenant with what a seed says."""
    draw = _Draw(seed)
    if draw.random.random() < 0.85:
        _rules(draw)
    guardians, users = _guardians(draw)
    households = [Household.objects.create(label=f"Foyer {n}") for n in range(2)]
    for guardian in guardians:
        for start, end in draw.periods(2):
            HouseholdMember.objects.create(
                household=draw.random.choice(households),
                guardian=guardian,
                valid_from=start,
                valid_until=end,
            )
    colleges = [
        make_college(phone="01 40 97 00 00", street=f"{n} rue des Écoles") for n in range(3)
    ]
    pupils = [_pupil(draw, households) for _ in range(draw.random.randint(2, 6))]
    for pupil in pupils:
        _links(draw, pupil, guardians)
        _schoolings(draw, pupil, colleges)
        _enrolments(draw, pupil, colleges, guardians)
    _prices(draw, pupils)
    _invoices(draw, pupils, guardians)
    return Drawn(users)


def _rules(draw: _Draw) -> None:
    """Rules that hold, that begin about today, or that others follow."""
    opens_on = draw.random.choice((None, TODAY, TODAY + datetime.timedelta(days=1)))
    since = draw.random.choice((YEARS_AGO, YEARS_AGO, TODAY, TODAY + datetime.timedelta(days=1)))
    set_rules(dataclasses.replace(published_rules("92"), enrolment_opens_on=opens_on), since=since)
    if draw.random.random() < 0.5:
        set_rules(since=TODAY + datetime.timedelta(days=20))


def _guardians(draw: _Draw) -> tuple[list[Guardian], list[User]]:
    guardians, users = [], []
    for rank in range(4):
        user = User.objects.create(email=f"p{rank}@exemple.fr", first_name=f"Prénom{rank}")
        users.append(user)
        if rank == 3 and draw.random.random() < 0.5:
            role = draw.random.choice((Role.READER, Role.INSTRUCTOR, Role.REGISSEUR))
            StaffRole.objects.create(user=user, role=role)
        guardians.append(
            Guardian.objects.create(
                last_name="N'Diaye",
                first_name=f"Parent {rank}",
                sort_key="n diaye parent",
                search_key="n diaye parent",
                user=None if rank == 2 else user,
            )
        )
    return guardians, users


def _pupil(draw: _Draw, households: list[Household]) -> Pupil:
    number = next(draw.numbers)
    name = draw.random.choice(("Zoé", "Élise", '"Ali" d\'Été', "Nolwenn"))
    return Pupil.objects.create(
        last_name="N'Diaye",
        first_name=name,
        sort_key=f"n diaye {name.lower()}",
        search_key=f"n diaye {number}",
        household=draw.random.choice([*households, None]),
        birth_date=datetime.date(2012, 5, draw.random.randint(1, 3)),
    )


def _links(draw: _Draw, pupil: Pupil, guardians: list[Guardian]) -> None:
    standing = [(pupil.birth_date, None)]
    for guardian in draw.some(guardians, 3):
        for start, end in standing if draw.random.random() < 0.5 else draw.periods(2):
            Guardianship.objects.create(
                pupil=pupil,
                guardian=guardian,
                relation="MOTHER",
                legal_role=1,
                payer_share_bp=draw.random.choice((0, 5000, 10000)),
                valid_from=start,
                valid_until=end,
            )


def _schoolings(draw: _Draw, pupil: Pupil, colleges: list[College]) -> None:
    for year in YEARS:
        for college in draw.some(colleges, 2):
            start = draw.day()
            school_class = None
            if draw.random.random() < 0.6:
                school_class, _is_new = SchoolClass.objects.get_or_create(
                    college=college, school_year=year, name="6e A", defaults={"level": "6E"}
                )
            days = datetime.timedelta(days=draw.random.randint(1, 200))
            Schooling.objects.create(
                pupil=pupil,
                college=college,
                school_year=year,
                school_class=school_class,
                regime=draw.random.choice(("HALF_BOARD", "BOARDER", "DAY")),
                valid_from=start,
                valid_until=draw.random.choice((None, start + days)),
            )


def _enrolments(
    draw: _Draw, pupil: Pupil, colleges: list[College], guardians: list[Guardian]
) -> None:
    to_come = [(TODAY + datetime.timedelta(days=draw.random.randint(1, 60)), None)]
    for start, end in to_come if draw.random.random() < 0.25 else draw.periods(3):
        enrolment = Enrolment.objects.create(
            pupil=pupil,
            college=draw.random.choice(colleges),
            school_year=draw.random.choice((2024, 2024, 2023)),
            service=draw.random.choice((Service.HALF_BOARD, Service.BOARDER)),
            weekdays=draw.random.randint(1, 31),
            valid_from=start,
            valid_until=end,
            state=draw.random.choice((Enrolment.State.ACTIVE, Enrolment.State.ENDED)),
            created_at=AT - datetime.timedelta(days=draw.random.randint(0, 90), microseconds=7),
        )
        for guardian in draw.some(guardians, 2):
            EnrolmentPayer.objects.create(
                enrolment=enrolment,
                guardian=guardian,
                share_bp=draw.random.choice((2500, 5000, 10000)),
            )
    if draw.random.random() < 0.3:
        Enrolment.objects.create(
            pupil=pupil,
            college=colleges[0],
            school_year=draw.random.choice(YEARS),
            service=draw.random.choice((Service.HALF_BOARD, Service.BOARDER)),
            created_at=AT,
        )


def _versions() -> list[TariffVersion]:
    """A scale by effort, then one of brackets with a cost that is shared."""
    schedule = TariffSchedule.objects.create(
        code="drawn", service=Service.HALF_BOARD, label="Tirés"
    )
    bounds = ((datetime.date(2020, 9, 1), TODAY), (TODAY, None))
    found = []
    for (start, end), departement in zip(bounds, ("92", "94"), strict=True):
        definition = published_schedule(departement).services[ServiceName.HALF_BOARD]
        found.append(
            TariffVersion.objects.create(
                schedule=schedule,
                valid_from=start,
                valid_until=end,
                legal_basis="Délibération",
                definition=definition.as_dict(),
                digest=definition.digest,
                is_illustrative=departement == "94",
                source_note="",
            )
        )
    return found


def _proofs() -> list[HouseholdResources | None]:
    """What each household proved, that of the pupil or another: whose may be read differs."""
    proven = [
        HouseholdResources.objects.create(
            household=household,
            basis=HouseholdResources.Basis.FISCAL_QF,
            quotient_familial=Decimal(600),
            proof_kind=HouseholdResources.Proof.TAX_NOTICE,
            valid_from=TODAY,
            recorded_at=AT,
        )
        for household in Household.objects.order_by("pk")
    ]
    return [None, *proven]


def _prices(draw: _Draw, pupils: list[Pupil]) -> None:
    versions = _versions()
    proofs = _proofs()
    for pupil in pupils:
        for service in (Service.HALF_BOARD, Service.BOARDER):
            soon = TODAY + datetime.timedelta(days=draw.random.randint(0, 30))
            standing = [(pupil.birth_date, soon), (soon, None)]
            for start, end in standing if draw.random.random() < 0.6 else draw.periods(3):
                version = draw.random.choice(versions)
                definition = parse_definition(version.definition)
                situation = draw.random.choice(SITUATIONS)
                if situation.chooses_maximum and not definition.may_choose_maximum:
                    situation = Situation()
                decision = decide(definition, situation)
                PriceDecision.objects.create(
                    pupil=pupil,
                    service=service,
                    tariff_version=version,
                    resources=draw.random.choice(proofs),
                    unit_price_cents=decision.unit_price_cents,
                    inputs=dict(decision.inputs),
                    steps=[step.as_dict() for step in decision.steps],
                    source=decision.source,
                    valid_from=start,
                    valid_until=end,
                    decided_at=AT,
                )


def _invoices(draw: _Draw, pupils: list[Pupil], guardians: list[Guardian]) -> None:
    regie = make_regie()
    for months in range(draw.random.randint(0, 8)):
        month = datetime.date(2024, 3 + months, 1)
        run = BillingRun.objects.create(
            regie=regie, month=month, state=BillingRun.State.ISSUED, prepared_at=AT
        )
        for guardian in draw.some(guardians, 4):
            _invoice(draw, regie, run, guardian, pupils)


def _invoice(
    draw: _Draw, regie: Regie, run: BillingRun, payer: Guardian, pupils: list[Pupil]
) -> None:
    number = next(draw.numbers)
    total = draw.random.randint(1, 9_999)
    account = open_account(code=f"invoice:{number}", kind=AccountKind.INVOICE)
    paid = draw.random.choice((0, 0, total, total // 2, total + 5))
    Account.objects.filter(pk=account.pk).update(debits_posted=total, credits_posted=paid)
    issued_on = run.month + datetime.timedelta(days=draw.random.randint(31, 40))
    invoice = Invoice.objects.create(
        regie=regie,
        number=f"2024-{number:06d}",
        run=run,
        payer=payer,
        month=run.month,
        payer_first_name=payer.first_name,
        payer_last_name=payer.last_name,
        regie_name=regie.name,
        payer_street="",
        payer_postal_code="",
        payer_city="",
        payer_country="",
        regie_siret="",
        issued_on=issued_on,
        due_on=issued_on + datetime.timedelta(days=draw.random.randint(0, 40)),
        total_cents=total,
        ledger_account=account,
    )
    enrolments = list(Enrolment.objects.order_by("pk"))
    for pupil in draw.some(pupils, 3):
        for _line in range(draw.random.randint(1, 2)):
            if enrolments:
                _line_of(draw, invoice, pupil, draw.random.choice(enrolments))


def _line_of(draw: _Draw, invoice: Invoice, pupil: Pupil, enrolment: Enrolment) -> None:
    quantity = draw.random.randint(1, 9)
    InvoiceLine.objects.create(
        invoice=invoice,
        pupil=pupil,
        enrolment=enrolment,
        price_decision=draw.random.choice([None, *PriceDecision.objects.order_by("pk")]),
        pupil_first_name=pupil.first_name,
        pupil_last_name=pupil.last_name,
        label="Demi-pension",
        quantity=quantity,
        unit_price_cents=300,
        share_bp=draw.random.choice((5000, 10000)),
        amount_cents=quantity * 300,
        days=[invoice.month + datetime.timedelta(days=n) for n in range(quantity)],
    )

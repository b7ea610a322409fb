"""The three steps of an enrolment: what each one asks, and what the last one shows.

The draft itself says where to resume: no weekday yet is step 1, no first day yet is step 2.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from billing.canteen import overviews
from billing.canteen import queries as canteen_queries
from billing.canteen.overviews import EnrolmentPage
from billing.tariffs import access, decisions, queries
from billing.tariffs.engine import Situation, decide
from billing.tariffs.models import Service
from billing.tariffs.queries import ExplainedPrice
from billing.tariffs.timeline import situation_of
from commons.errors import DomainError
from commons.periods import Period
from commons.school_calendar import school_year_of
from portal.screens.family import running_enrolment
from ui import wording
from ui.errors import explain, explain_code, tenant_phone
from ui.price_story import PriceStory, price_story, price_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billing.canteen.models import Enrolment
    from tenants.accounts.models import User
    from tenants.people.models import College, Pupil

KEEP, MAXIMUM = "KEEP", "MAXIMUM"
SERVICE = Service.HALF_BOARD


@dataclasses.dataclass(frozen=True, slots=True)
class Canteen:
    """The canteen on a child's page."""

    year_label: str
    may_enrol: bool
    why_not: str
    next_meal: datetime.date | None
    own_share_bp: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """What is confirmed at the last step."""

    college_name: str
    weekdays: int
    first_meal_on: datetime.date
    own_share_bp: int | None
    price: ExplainedPrice | None
    story: PriceStory | None
    ends_known_situation: bool


def page_of(pupil: Pupil, *, at: datetime.datetime) -> EnrolmentPage:
    """All that the steps need for the current school year.

    :raises NoCanteenRules: if the département has no rules in force then
    """
    year = school_year_of(wording.local_date(at)).start_year
    return overviews.enrolment_page(pupil, school_year=year, at=at, service=SERVICE)


def college_of(page: EnrolmentPage) -> College | None:
    """Where the child goes; when two are known, the one of the draft or the latest."""
    if page.draft is not None:
        return page.draft.enrolment.college
    return page.colleges[0] if page.colleges else None


def why_not(pupil: Pupil, page: EnrolmentPage, *, at: datetime.datetime) -> str:
    """Why nobody can begin an enrolment online; empty when one can."""
    phone = tenant_phone()
    year = page.school_year.start_year
    if running_enrolment(pupil, school_year=year, on=wording.local_date(at)):
        return str(explain_code("CANTEEN_ALREADY_ENROLLED", {}, phone=phone))
    if not page.colleges:
        return str(explain_code("CANTEEN_NOT_SCHOOLED_THERE", {}, phone=phone))
    if not page.is_open_for_families:
        opens_on = page.rules.enrolment_opens_on
        details = {"opens_on": opens_on}
        return str(explain_code("CANTEEN_ENROLMENT_NOT_OPEN", details, phone=phone))
    return ""


def canteen_of(user: User, pupil: Pupil, *, at: datetime.datetime) -> Canteen:
    """The canteen of a child, for the page this person sees."""
    today = wording.local_date(at)
    year = school_year_of(today)
    try:
        page = page_of(pupil, at=at)
    except DomainError as error:
        return Canteen(year.label, False, str(explain(error)), None, None)
    enrolment = running_enrolment(pupil, school_year=year.start_year, on=today)
    if enrolment is None:
        refusal = why_not(pupil, page, at=at)
        return Canteen(year.label, not refusal, refusal, None, None)
    view = next(view for view in page.enrolments if view.enrolment.pk == enrolment.pk)
    share_bp = own_share_bp(user, view.payers)
    return Canteen(year.label, False, "", _next_meal(enrolment, today), share_bp)


def _next_meal(enrolment: Enrolment, today: datetime.date) -> datetime.date | None:
    soon = Period(today, today + datetime.timedelta(days=60))
    return next(iter(canteen_queries.meals_for(enrolment, soon)), None)


def starts_on(page: EnrolmentPage) -> datetime.date:
    """The first day of the enrolment: the day chosen, or the first the kitchen can still serve."""
    chosen = page.draft.enrolment.valid_from if page.draft else None
    return max(chosen or page.first_free_day, page.first_free_day)


def situation_options(
    user: User, pupil: Pupil, page: EnrolmentPage
) -> tuple[list[tuple[str, str]], str]:
    """The answers of step 2, and the one ticked as long as nobody answered.

    A person who may not read the household's resources can neither see nor change them.
    """
    day = starts_on(page)
    if not access.may_read_resources(user, pupil, on=day):
        return [(KEEP, _("Selon la situation du foyer de l'enfant"))], KEEP
    resources = queries.resources_on(pupil.household_id, day)
    version = queries.version_on(SERVICE, day)
    if resources is not None and resources.choose_maximum:
        return [(KEEP, _("Garder le prix le plus haut, comme maintenant"))], KEEP
    kept = _("Garder ma situation déjà connue")
    later = _("Je donnerai ma pièce plus tard")
    options = [(KEEP, kept if resources else later)]
    if version is None or pupil.household_id is None:
        return options, KEEP
    definition = queries.definition_of(version)
    expected = expected_price(pupil, on=day)
    if expected is not None:
        amount = price_text(expected.unit_price_cents, is_example=version.is_illustrative)
        words = (
            _("%(answer)s : %(amount)s par repas")
            if resources
            else _("%(answer)s : %(amount)s par repas en attendant")
        )
        options = [(KEEP, wording.typographic(words % {"answer": options[0][1], "amount": amount}))]
    if definition.may_choose_maximum:
        words = _("Je ne donne rien : je paie le prix le plus haut, %(amount)s")
        amount = price_text(definition.highest_cents, is_example=version.is_illustrative)
        options.append((MAXIMUM, wording.typographic(words % {"amount": amount})))
    return options, KEEP if resources else ""


def expected_price(
    pupil: Pupil, *, on: datetime.date, chooses_maximum: bool = False
) -> ExplainedPrice | None:
    """The price that enrolling from a day would decide; None without a tariff in force."""
    version = queries.version_on(SERVICE, on)
    if version is None:
        return None
    definition = queries.definition_of(version)
    resources = None
    situation = Situation(chooses_maximum=True)
    if not chooses_maximum:
        resources = decisions.resources_that_price(pupil, definition, on=on)
        situation = situation_of(resources)
    decided = decide(definition, situation, day=on)
    return queries.foreseen_price(
        decided,
        version,
        public_id=uuid.UUID(int=0),  # not decided yet
        service=SERVICE,
        valid_from=on,
        decided_at=datetime.datetime.combine(on, datetime.time(), tzinfo=datetime.UTC),
        household_id=resources.household_id if resources else None,
    )


def payers_of(page: EnrolmentPage) -> tuple[overviews.PayerView, ...]:
    """Who will pay: the draft's payers, else what the guardianships say."""
    known = page.draft.payers if page.draft and page.draft.payers else page.possible_payers
    return tuple(payer for payer in known if payer.share_bp > 0)


def _first_of(weekdays: int, day: datetime.date) -> datetime.date:
    """The first day from `day` on that is one of these weekdays; collèges' closures not counted."""
    week = (day + datetime.timedelta(days=ahead) for ahead in range(7))
    return next((one for one in week if weekdays >> one.weekday() & 1), day)


def own_share_bp(user: User, payers: Sequence[overviews.PayerView]) -> int | None:
    """What this person pays, in ten-thousandths; None while nobody is known to pay.

    Pages say no more: separated parents must learn nothing of each other here.
    """
    if not payers:
        return None
    return sum(payer.share_bp for payer in payers if payer.guardian.user_id == user.pk)


def summary_of(
    user: User, pupil: Pupil, page: EnrolmentPage, draft: Enrolment, *, answer: str
) -> Summary:
    """What the last step shows, with the answer given to step 2."""
    day = starts_on(page)
    chooses_maximum = answer == MAXIMUM
    expected = expected_price(pupil, on=day, chooses_maximum=chooses_maximum)
    price = access.price_for(user, pupil, expected, on=day) if expected else None
    return Summary(
        college_name=draft.college.name,
        weekdays=draft.weekdays,
        first_meal_on=_first_of(draft.weekdays, day),
        own_share_bp=own_share_bp(user, payers_of(page)),
        price=price,
        story=price_story(price) if price else None,
        ends_known_situation=chooses_maximum
        and queries.resources_on(pupil.household_id, day) is not None,
    )

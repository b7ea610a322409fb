"""The canteen of a child: enrolling in three steps, the price and why, the calendar."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.canteen import operations
from billing.canteen import queries as canteen
from billing.canteen.overviews import EnrolmentPage
from billing.tariffs import queries as prices
from billing.tariffs.access import price_for
from commons.actors import Actor
from commons.errors import DomainError, NotFound
from commons.school_calendar import school_year_of
from portal import answers
from portal.doors import family_page, refuse, show
from portal.forms import ConfirmForm, DaysForm, MealForm, SituationForm
from portal.screens import calendar as calendar_screen
from portal.screens import enrolment as steps
from portal.screens import family, places
from tenants.people.access import access_own_child
from tenants.people.models import College, Pupil
from ui import wording
from ui.errors import explain
from ui.price_story import price_story
from ui.requests import SignedInRequest


def _step_names() -> list[str]:
    return [_("Les jours"), _("Votre situation"), _("Confirmation")]


class _Stopped(Exception):
    """The steps cannot go on; the answer sends the person elsewhere."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def _begin(request: SignedInRequest, public_id: uuid.UUID) -> tuple[Pupil, EnrolmentPage, College]:
    """The pupil and the state of the steps.

    :raises NotFound: if the pupil is absent or not this person's
    :raises _Stopped: if no enrolment can be made online now
    """
    pupil = access_own_child(request.user, public_id)
    at = timezone.now()
    try:
        page = steps.page_of(pupil, at=at)
    except DomainError as error:
        messages.error(request, str(explain(error)))
        raise _Stopped(redirect("portal:child", public_id)) from error
    refusal = steps.why_not(pupil, page, at=at)
    college = steps.college_of(page)
    if refusal or college is None:
        messages.error(request, refusal)
        raise _Stopped(redirect("portal:child", public_id))
    return pupil, page, college


def _show(
    request: SignedInRequest,
    step: int,
    pupil: Pupil,
    college: College,
    form: object,
    **context: object,
) -> HttpResponse:
    name = ("days", "resources", "confirm")[step - 1]
    has_errors = bool(getattr(form, "errors", None))
    return show(
        request,
        f"portal/canteen/step_{name}.html",
        {"child": pupil, "form": form, "step": step, "steps": _step_names(), **context},
        places=[places.place_of(college)],
        status=422 if has_errors else 200,
    )


@family_page("GET", "HEAD")
def enrolment(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Begin, or resume where one stopped."""
    try:
        pupil, page, _college = _begin(request, public_id)
    except _Stopped as stopped:
        return stopped.response
    step = page.draft.next_step if page.draft else 1
    if step == len(_step_names()) and not _answer(request, pupil, page):
        step -= 1
    name = ("enrolment-days", "enrolment-resources", "enrolment-confirm")[step - 1]
    return redirect(f"portal:{name}", public_id)


@family_page("GET", "HEAD", "POST")
def enrolment_days(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 1."""
    try:
        pupil, page, college = _begin(request, public_id)
    except _Stopped as stopped:
        return stopped.response
    chosen = page.draft.enrolment.weekdays if page.draft else 0
    form = DaysForm(
        request.POST if request.method == "POST" else None,
        initial={"weekdays": [1 << day for day in wording.mask_days(chosen)]},
        first_name=pupil.first_name,
        allowed=page.allowed_weekdays,
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_enrolment_draft(
                pupil=pupil,
                college=college,
                school_year=page.school_year.start_year,
                weekdays=form.mask(),
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect("portal:enrolment-resources", public_id)
    return _show(request, 1, pupil, college, form)


@family_page("GET", "HEAD", "POST")
def enrolment_resources(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 2. Its answer fixes the first day too: the first one the kitchen can still serve."""
    try:
        pupil, page, college = _begin(request, public_id)
    except _Stopped as stopped:
        return stopped.response
    if page.draft is None or not page.draft.enrolment.weekdays:
        return redirect("portal:enrolment-days", public_id)
    options, usual = steps.situation_options(request.user, pupil, page)
    form = SituationForm(
        request.POST if request.method == "POST" else None,
        options=options,
        initial={"choice": answers.kept(request.session, pupil, among=options) or usual},
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.save_enrolment_draft(
                pupil=pupil,
                college=college,
                school_year=page.school_year.start_year,
                start_on=steps.starts_on(page),
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except DomainError as error:
            refuse(form, error)
        else:
            answers.keep(request.session, pupil, form.cleaned_data["choice"])
            return redirect("portal:enrolment-confirm", public_id)
    return _show(request, 2, pupil, college, form)


def _answer(request: SignedInRequest, pupil: Pupil, page: EnrolmentPage) -> str:
    """What this person answered to step 2, if it can still be answered."""
    options, _usual = steps.situation_options(request.user, pupil, page)
    return answers.kept(request.session, pupil, among=options)


@family_page("GET", "HEAD", "POST")
def enrolment_confirm(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 3."""
    try:
        pupil, page, college = _begin(request, public_id)
    except _Stopped as stopped:
        return stopped.response
    if page.draft is None or page.draft.next_step < len(_step_names()):
        return redirect("portal:enrolment", public_id)
    answer = _answer(request, pupil, page)
    if not answer:
        return redirect("portal:enrolment-resources", public_id)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.enrol(
                pupil=pupil,
                college=college,
                school_year=page.school_year.start_year,
                weekdays=page.draft.enrolment.weekdays,
                start_on=steps.starts_on(page),
                payers=[
                    operations.Payer(guardian=payer.guardian, share_bp=payer.share_bp)
                    for payer in steps.payers_of(page)
                ],
                choose_maximum=answer == steps.MAXIMUM,
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except DomainError as error:
            refuse(form, error)
        else:
            answers.forget(request.session, pupil)
            messages.success(
                request,
                _("C'est fait. L'inscription %(of_name)s est confirmée.")
                % {"of_name": wording.of_name(pupil.first_name)}
                + " "
                + _("Les personnes qui paient reçoivent un message."),
            )
            return redirect("portal:child", public_id)
    summary = steps.summary_of(request.user, pupil, page, page.draft.enrolment, answer=answer)
    return _show(request, 3, pupil, college, form, summary=summary)


@family_page()
def price(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The price of a meal, and why."""
    pupil = access_own_child(request.user, public_id)
    today = timezone.localdate()
    decision, day = family.price_shown(pupil, on=today)
    contest = prices.latest_contest(request.user, pupil, steps.SERVICE)
    explained = price_for(request.user, pupil, prices.explained_price(decision), on=day)
    cost_cents = explained.unit_price_cents + (explained.borne_cents or 0)
    context = {
        "child": pupil,
        "price": explained,
        "story": price_story(explained),
        "full_cost_cents": cost_cents if explained.borne_cents else None,
        "contest": contest,
        "may_contest": contest is None or not contest.is_open or contest.decision_id != decision.pk,
    }
    found = places.of_pupils([pupil], on=today)
    return show(request, "portal/canteen/price.html", context, places=found)


@family_page("GET", "HEAD", "POST")
def calendar(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A month of meals; cancel one, add one."""
    pupil = access_own_child(request.user, public_id)
    at = timezone.now()
    today = timezone.localdate(at)
    year = school_year_of(today)
    enrolments = list(canteen.enrolments_of(pupil, school_year=year.start_year))
    if not enrolments:
        return redirect("portal:child", public_id)
    if request.method == "POST":
        return _change_meal(request, pupil)
    month = calendar_screen.parse_month(
        request.GET.get("mois", ""), within=year.period, default=today
    )
    context = {
        "child": pupil,
        "calendar": calendar_screen.month_screen(enrolments, month=month, at=at),
        "act_url": reverse("portal:calendar", args=[public_id]),
    }
    found = places.of_pupils([pupil], on=today)
    return show(request, "portal/canteen/calendar.html", context, places=found)


def _change_meal(request: SignedInRequest, pupil: Pupil) -> HttpResponse:
    """One act on one day, then the month again, at that day."""
    url = reverse("portal:calendar", args=[pupil.public_id])
    form = MealForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Ce jour n'est pas possible. Choisissez dans le calendrier."))
        return redirect(url)
    day, actor, at = form.cleaned_data["day"], Actor.user(request.user), timezone.now()
    held = canteen.enrolment_on(pupil, day)
    if held is None:
        raise NotFound(pupil=str(pupil.public_id))
    said = {"day": wording.long_date(day)}
    try:
        if form.cleaned_data["act"] == "add":
            operations.add_meal(enrolment=held, day=day, actor=actor, at=at)
            messages.success(request, _("Un repas est prévu le %(day)s.") % said)
        else:
            kept = operations.cancel_meals(enrolment=held, days=[day], actor=actor, at=at)
            if any(exception.is_late for exception in kept):
                late = _("L'absence du %(day)s est notée. C'est trop tard : le repas reste compté.")
                messages.warning(request, wording.typographic(late % said))
            else:
                messages.success(
                    request, _("Le repas du %(day)s est annulé. Il ne sera pas compté.") % said
                )
    except DomainError as error:
        messages.error(request, str(explain(error)))
    return redirect(f"{url}?mois={day:%Y-%m}#jour-{day.isoformat()}")

"""The pages of a pupil: their own day, their own canteen. No price: it tells what their parents earn."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.canteen import operations
from billing.canteen import queries as canteen_queries
from commons.actors import Actor
from commons.errors import DomainError, NotFound
from commons.school_calendar import school_year_of
from portal.doors import family_page, show
from portal.forms import MealForm
from portal.screens import calendar as calendar_screen
from portal.screens import pass_plus, places
from portal.screens import pupil as pupil_screen
from portal.screens.home import announcement_todos
from tenants.activation.queries import acts_alone, code_to_tell, pupil_of
from tenants.people.models import Pupil
from ui import wording
from ui.errors import explain
from ui.requests import SignedInRequest


def pupil_home(request: SignedInRequest, pupil: Pupil) -> HttpResponse:
    """Home, as a pupil has it."""
    at = timezone.now()
    left = pass_plus.at_home([(pupil.public_id, pupil.first_name)], on=timezone.localdate(at))
    context = {
        "page": pupil_screen.home_of(pupil, at=at),
        "pass_plus": left[0] if left else None,
        "told": code_to_tell(request.user, at=at),
        "todos": announcement_todos(request.user, on=timezone.localdate(at)),
    }
    found = places.of_pupils([pupil], on=timezone.localdate(at))
    return show(request, "portal/pupils/home.html", context, places=found)


@family_page("GET", "HEAD", "POST", pupils=True)
def canteen(request: SignedInRequest) -> HttpResponse:
    """A pupil's month of meals: to read; who is of age, or set free, may say that they will be away."""
    pupil = pupil_of(request.user)
    if pupil is None:
        raise Http404
    at = timezone.now()
    today = timezone.localdate(at)
    may_act = acts_alone(pupil, on=today)
    if request.method == "POST":
        if not may_act:
            raise NotFound(pupil=str(pupil.public_id))
        return _cancel(request, pupil)
    year = school_year_of(today)
    enrolments = list(canteen_queries.enrolments_of(pupil, school_year=year.start_year))
    month = calendar_screen.parse_month(
        request.GET.get("mois", ""), within=year.period, default=today
    )
    context = {
        "calendar": pupil_screen.month_of(enrolments, month=month, at=at, may_cancel=may_act),
        "may_act": may_act,
        "act_url": reverse("portal:own-canteen"),
    }
    found = places.of_pupils([pupil], on=today)
    return show(request, "portal/pupils/canteen.html", context, places=found)


def _cancel(request: SignedInRequest, pupil: Pupil) -> HttpResponse:
    """One meal less. One more would be for somebody else to pay."""
    url = reverse("portal:own-canteen")
    form = MealForm(request.POST)
    if not form.is_valid() or form.cleaned_data["act"] != "cancel":
        messages.error(request, _("Ce jour n'est pas possible. Choisissez dans le calendrier."))
        return redirect(url)
    day, actor = form.cleaned_data["day"], Actor.user(request.user)
    held = canteen_queries.enrolment_on(pupil, day)
    if held is None:
        raise NotFound(pupil=str(pupil.public_id))
    try:
        operations.cancel_meals(enrolment=held, days=[day], actor=actor, at=timezone.now())
    except DomainError as error:
        messages.error(request, str(explain(error)))
    else:
        said = _("L'absence du %(day)s est notée.") % {"day": wording.long_date(day)}
        messages.success(request, wording.typographic(said))
    return redirect(f"{url}?mois={day:%Y-%m}#jour-{day.isoformat()}")

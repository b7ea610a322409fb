"""Enrolling a child in three steps, as a family does it, without JavaScript."""

import datetime
import re

import pytest
import time_machine

from billing.canteen.models import Enrolment
from billing.tariffs.models import HouseholdResources, PriceDecision
from commons.models import OutboxEvent
from tenants.people.models import HouseholdMember
from tests.factories.canteen import make_enrolment, make_family, open_canteen
from tests.factories.portal import account_of
from tests.factories.tariffs import make_resources, make_version

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
FIRST_FREE_DAY = datetime.date(2024, 10, 11)

pytestmark = pytest.mark.usefixtures("october")


@pytest.fixture
def october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def family(site):
    """A family of Hauts-de-Seine whose collège serves meals, and nobody enrolled."""
    found = make_family()
    open_canteen(found.college)
    make_version("92")
    site.sign_in(account_of(found))
    return found


def path(family, step=""):
    return f"/enfants/{family.pupil.public_id}/cantine/inscription/{step}"


def text(response):
    return re.sub(r"[ \t\r\n]+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def ticked(response):
    """The values of the boxes and buttons that are ticked."""
    return re.findall(r'<input[^>]*value="(\w+)"[^>]*checked', response.content.decode())


def test_beginning_leads_to_the_first_step(site, family):
    response = site.get(path(family))

    assert response.headers["Location"] == path(family, "jours/")


def test_first_step_asks_one_question_and_offers_no_wednesday(site, family):
    page = text(site.get(path(family, "jours/")))

    assert "Étape 1 sur 3" in page
    assert f"Jours de cantine d&#x27;{family.pupil.first_name}" in page
    assert "Vendredi" in page
    assert "Mercredi" not in page


def test_no_day_is_refused_next_to_the_question(site, family):
    response = site.post(path(family, "jours/"))

    assert response.status_code == 422
    assert text(response).count("Cochez au moins un jour.") == 2
    assert ' href="#id_weekdays">' in response.content.decode()
    assert not Enrolment.objects.exists()


def test_day_that_is_not_offered_is_refused(site, family):
    response = site.post(path(family, "jours/"), weekdays=["4"])

    assert response.status_code == 422
    assert not Enrolment.objects.exists()


def test_days_are_saved_at_once_and_the_next_question_comes(site, family):
    response = site.post(path(family, "jours/"), weekdays=["1", "8"])

    assert response.headers["Location"] == path(family, "situation/")
    draft = Enrolment.objects.get()
    assert (draft.state, draft.weekdays) == ("DRAFT", 1 | 8)


def test_going_back_keeps_the_days(site, family):
    site.post(path(family, "jours/"), weekdays=["1", "8"])

    assert ticked(site.get(path(family, "jours/"))) == ["1", "8"]


def test_stopping_resumes_at_the_next_question(site, family):
    site.post(path(family, "jours/"), weekdays=["1"])

    assert site.get(path(family)).headers["Location"] == path(family, "situation/")


def test_home_offers_to_finish_what_was_begun(site, family):
    site.post(path(family, "jours/"), weekdays=["1"])

    page = text(site.get("/"))

    assert "Finir l&#x27;inscription" in page
    assert "Vos réponses sont gardées" in page


def test_skipping_a_step_leads_back_to_it(site, family):
    assert site.get(path(family, "situation/")).headers["Location"] == path(family, "jours/")
    assert site.get(path(family, "confirmation/")).headers["Location"] == path(family)


def test_situation_offers_the_maximum_with_its_price(site, family):
    site.post(path(family, "jours/"), weekdays=["1"])

    page = text(site.get(path(family, "situation/")))

    assert "je paie le prix le plus haut, 7,00\u00a0€ (exemple)" in page
    assert "Je donnerai ma pièce plus tard" in page


def test_choosing_the_maximum_changes_nothing_before_confirmation(site, family):
    proven = make_resources(family.household)
    site.post(path(family, "jours/"), weekdays=["1"])

    response = site.post(path(family, "situation/"), choice="MAXIMUM")

    assert response.headers["Location"] == path(family, "confirmation/")
    page = text(site.follow(response))
    assert "Vous avez choisi le prix le plus haut." in page
    assert "Votre choix remplace la situation déjà connue de votre foyer." in page
    assert "7,00\u00a0€" in page
    resources = HouseholdResources.objects.get()
    assert (resources.pk, resources.valid_until) == (proven.pk, None)
    assert not PriceDecision.objects.exists()


def test_confirming_the_maximum_ends_the_proven_situation_and_decides_the_price(site, family):
    make_resources(family.household)
    site.post(path(family, "jours/"), weekdays=["1"])
    site.post(path(family, "situation/"), choice="MAXIMUM")

    site.post(path(family, "confirmation/"))

    rows = HouseholdResources.objects.order_by("valid_from")
    assert [(row.choose_maximum, row.valid_until) for row in rows] == [
        (False, FIRST_FREE_DAY),
        (True, None),
    ]
    assert PriceDecision.objects.get().unit_price_cents == 700


def test_going_back_lets_one_choose_otherwise(site, family):
    make_resources(family.household)
    site.post(path(family, "jours/"), weekdays=["1", "8"])
    site.post(path(family, "situation/"), choice="MAXIMUM")

    back = site.get(path(family, "situation/"))
    site.post(path(family, "situation/"), choice="KEEP")
    site.post(path(family, "confirmation/"))

    assert ticked(back) == ["MAXIMUM"]
    assert 'value="KEEP"' in back.content.decode()
    assert HouseholdResources.objects.get().valid_until is None
    assert PriceDecision.objects.get().unit_price_cents == 300


def test_situation_given_later_stays_ticked_when_going_back(site, family):
    site.post(path(family, "jours/"), weekdays=["1"])
    asked = site.get(path(family, "situation/"))
    site.post(path(family, "situation/"), choice="KEEP")

    assert ticked(asked) == []
    assert ticked(site.get(path(family, "situation/"))) == ["KEEP"]
    assert ticked(site.get(path(family, "jours/"))) == ["1"]


def test_answer_lost_with_its_session_is_asked_again(site, family):
    site.post(path(family, "jours/"), weekdays=["1"])
    site.post(path(family, "situation/"), choice="MAXIMUM")
    answered = site.get(path(family))
    site.client.logout()
    site.sign_in(family.guardians[0].user)

    assert answered.headers["Location"] == path(family, "confirmation/")
    assert site.get(path(family)).headers["Location"] == path(family, "situation/")
    response = site.post(path(family, "confirmation/"))
    assert response.headers["Location"] == path(family, "situation/")
    assert Enrolment.objects.get().state == "DRAFT"


def test_other_parent_does_not_confirm_the_maximum_one_of_them_chose(site):
    family = make_family(guardians=2)
    open_canteen(family.college)
    make_version("92")
    make_resources(family.household)
    site.sign_in(account_of(family))
    site.post(path(family, "jours/"), weekdays=["1"])
    site.post(path(family, "situation/"), choice="MAXIMUM")
    site.sign_in(account_of(family, rank=1))

    asked = site.get(path(family, "confirmation/"))
    site.post(path(family, "situation/"), choice="KEEP")
    site.post(path(family, "confirmation/"))

    assert asked.headers["Location"] == path(family, "situation/")
    assert Enrolment.objects.get().state == "ACTIVE"
    assert HouseholdResources.objects.get().choose_maximum is False


def test_maximum_that_is_no_longer_offered_is_asked_again(site, family):
    site.post(path(family, "jours/"), weekdays=["1"])
    site.post(path(family, "situation/"), choice="MAXIMUM")
    HouseholdMember.objects.update(valid_until=NOW.date())

    response = site.post(path(family, "confirmation/"))

    assert response.headers["Location"] == path(family, "situation/")
    assert not HouseholdResources.objects.exists()


def test_price_shown_is_the_one_confirming_decides(site, family):
    make_enrolment(family)  # decided at the highest price, without a proof
    Enrolment.objects.update(valid_until=NOW.date(), state="ENDED")
    make_resources(family.household, valid_from=NOW.date())
    site.post(path(family, "jours/"), weekdays=["1"])
    site.post(path(family, "situation/"), choice="KEEP")

    page = text(site.get(path(family, "confirmation/")))
    site.post(path(family, "confirmation/"))

    assert "3,00\u00a0€" in page
    assert PriceDecision.objects.latest("valid_from").unit_price_cents == 300


def test_known_situation_is_kept_and_its_price_shown(site, family):
    make_resources(family.household)
    site.post(path(family, "jours/"), weekdays=["1"])

    page = text(site.get(path(family, "situation/")))

    assert "Garder ma situation déjà connue\u00a0: 3,00\u00a0€ (exemple) par repas" in page


def test_confirmation_shows_days_price_payer_and_first_day(site, family):
    make_resources(family.household)
    site.post(path(family, "jours/"), weekdays=["1", "8"])
    site.post(path(family, "situation/"), choice="KEEP")

    page = text(site.get(path(family, "confirmation/")))

    assert "Étape 3 sur 3" in page
    assert "3,00\u00a0€" in page
    assert "lundi et jeudi" in page
    assert "Qui paie Vous" in page
    assert FIRST_FREE_DAY.weekday() == 4  # no day of the choice: the first one is the Monday after
    assert "À partir du lundi\u00a014\u00a0octobre" in page


def test_confirming_enrols_and_decides_the_price(site, family):
    make_resources(family.household)
    site.post(path(family, "jours/"), weekdays=["1", "8"])
    site.post(path(family, "situation/"), choice="KEEP")

    response = site.post(path(family, "confirmation/"))

    enrolment = Enrolment.objects.get()
    assert (enrolment.state, enrolment.weekdays) == ("ACTIVE", 9)
    assert enrolment.valid_from == FIRST_FREE_DAY
    assert PriceDecision.objects.get().unit_price_cents == 300
    assert OutboxEvent.objects.filter(name="canteen.enrolment.created").count() == 1
    assert "est confirmée" in text(site.follow(response))


def test_confirming_twice_enrols_once(site, family):
    site.post(path(family, "jours/"), weekdays=["1"])
    site.post(path(family, "situation/"), choice="KEEP")
    site.post(path(family, "confirmation/"))

    response = site.post(path(family, "confirmation/"))

    assert Enrolment.objects.count() == 1
    assert "est déjà inscrit" in text(site.follow(response))


def test_child_already_enrolled_has_no_steps(site, family):
    make_enrolment(family)

    response = site.get(path(family, "jours/"))

    assert response.headers["Location"] == f"/enfants/{family.pupil.public_id}/"


def test_separated_parent_confirms_their_own_share(site):
    family = make_family(guardians=2)
    open_canteen(family.college)
    make_version("92")
    site.sign_in(account_of(family))
    site.post(path(family, "jours/"), weekdays=["1"])
    site.post(path(family, "situation/"), choice="KEEP")

    page = text(site.get(path(family, "confirmation/")))

    assert "Qui paie Vous, pour 50\u00a0%" in page
    assert family.guardians[1].first_name not in page


def test_parent_outside_the_household_learns_nothing_of_its_resources(site):
    family = make_family(guardians=2)
    open_canteen(family.college)
    make_version("92")
    make_resources(family.household)
    site.sign_in(account_of(family, rank=1))
    site.post(path(family, "jours/"), weekdays=["1"])

    situation = text(site.get(path(family, "situation/")))
    forced = site.post(path(family, "situation/"), choice="MAXIMUM")
    site.post(path(family, "situation/"), choice="KEEP")
    confirmation = text(site.get(path(family, "confirmation/")))

    assert "Selon la situation du foyer de l&#x27;enfant" in situation
    assert "600,00" not in situation + confirmation
    assert forced.status_code == 422
    assert HouseholdResources.objects.get().choose_maximum is False


@pytest.mark.parametrize("step", ["", "jours/", "situation/", "confirmation/"])
def test_child_of_another_family_does_not_exist(site, family, step):
    other = make_family()

    assert site.get(path(other, step)).status_code == 404
    assert not Enrolment.objects.exists()


def test_draft_in_progress_opens_each_step_to_its_family_and_to_nobody_else(site, family):
    """The access matrix has no draft: there, each step answers by leading elsewhere."""
    site.post(path(family, "jours/"), weekdays=["1"])
    site.post(path(family, "situation/"), choice="KEEP")
    steps = [path(family, step) for step in ("jours/", "situation/", "confirmation/")]
    stranger = account_of(make_family())

    assert [site.get(step).status_code for step in steps] == [200, 200, 200]
    resumed = site.get(path(family))
    assert resumed.headers["Location"] == steps[-1]
    assert site.follow(resumed).status_code == 200
    site.sign_in(stranger)
    assert [site.get(step).status_code for step in [path(family), *steps]] == [404] * 4
    site.client.logout()
    assert [site.get(step).headers["Location"] for step in steps] == [
        f"/connexion/?next={step}" for step in steps
    ]


@pytest.mark.parametrize("step", ["jours/", "situation/", "confirmation/"])
def test_posting_for_a_child_of_another_family_changes_nothing(site, family, step):
    other = make_family()

    response = site.post(path(other, step), weekdays=["1"], choice="MAXIMUM")

    assert response.status_code == 404
    assert not Enrolment.objects.exists()
    assert not HouseholdResources.objects.exists()


def test_collège_without_rules_says_whom_to_call(site):
    family = make_family()
    site.sign_in(account_of(family))

    page = text(site.get(f"/enfants/{family.pupil.public_id}/"))

    assert (
        "La cantine n&#x27;a pas encore de règles pour le 8\u00a0octobre\u00a02024."
        " Le Département doit les fixer avant toute inscription."
        " Une question\u00a0? Appelez le 09\u00a069\u00a032\u00a060\u00a092."
    ) in page

"""What two départements agreed on for pupils who move, in words."""

from federation.correspondence.models import Agreement
from ui.exchange_texts import terms_said


def test_what_a_pupil_who_lives_elsewhere_is_worth_is_said():
    said = terms_said(Agreement(items=["RIGHTS"], most_a_year=50, pupil_cents=85_000))

    assert any("850,00 € par an, dès 10 % du collège." in one.replace("\xa0", " ") for one in said)

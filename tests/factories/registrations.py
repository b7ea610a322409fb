"""Registrations for tests: a family of the autumn of 2023, what it gives, and a picture that may be kept."""

from __future__ import annotations

import io
import itertools
from typing import Any

from PIL import Image

from federation.passplus.models import Campaign
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations import operations
from federation.passplus.registrations.operations import Declared
from tenants.people.models import Guardian, Guardianship, SchoolClass, Schooling
from tests.factories.canteen import Family, make_college, make_family
from tests.factories.passplus import AUTUMN
from tests.factories.rights import AGENT, PARENT, stored

Kind = RegistrationDocument.Kind
_numbers = itertools.count(1)
AT_HOME = Declared(home_postal_code="92000")


def make_pupil(
    *, departement: str = "092", home: str = "92000", level: str = "5E", **schooling: Any
) -> Family:
    """A family with two parents who live in `home`, and a child in a class of a collège."""
    family = make_family(
        guardians=2,
        school_year=2023,
        college=make_college(uai=f"{departement}{next(_numbers):04d}B"),
    )
    its_class = SchoolClass.objects.create(
        college=family.college, school_year=2023, name="5e B", level=level
    )
    Schooling.objects.filter(pupil=family.pupil).update(school_class=its_class, **schooling)
    Guardian.objects.filter(pk__in=[g.pk for g in family.guardians]).update(postal_code=home)
    Guardianship.objects.filter(pupil=family.pupil).update(legal_role=1)
    return family


def elsewhere(**traits: Any) -> Family:
    """A child who is schooled in Paris: where they live decides, and is to be proved."""
    return make_pupil(departement="075", **traits)


def begin(campaign: Campaign, family: Family, *, rank: int = 0, at: Any = AUTUMN) -> Registration:
    return operations.begin_registration(
        campaign=campaign,
        pupil=family.pupil,
        guardian=family.guardians[rank],
        actor=PARENT,
        at=at,
    )


def give(registration: Registration, kind: str, *, at: Any = AUTUMN) -> RegistrationDocument:
    """A document that is kept; its bytes are not looked into."""
    return operations.attach_document(
        registration=registration, kind=kind, stored=stored(kind), actor=PARENT, at=at
    )


def send(
    registration: Registration, *kinds: str, declared: Declared | None = AT_HOME, at: Any = AUTUMN
) -> Registration:
    """Say, give and send."""
    if declared is not None:
        operations.tell_situation(registration=registration, declared=declared, actor=PARENT, at=at)
    for kind in kinds:
        give(registration, kind, at=at)
    return operations.submit_registration(registration=registration, actor=PARENT, at=at)


def grant(registration: Registration, *, at: Any = AUTUMN, **more: Any) -> Registration:
    return operations.grant_registration(registration=registration, actor=AGENT, at=at, **more)


def picture(width: int = 600, height: int = 800, kind: str = "JPEG") -> io.BytesIO:
    """A picture of these sizes, as a telephone would give it."""
    found = io.BytesIO()
    Image.new("RGB", (width, height), (120, 140, 160)).save(found, kind)
    found.seek(0)
    return found

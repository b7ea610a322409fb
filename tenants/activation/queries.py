"""Reads on codes: whom letters are for, who has an account, what a person is told. `on` is a local day."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet
from django.utils import timezone

from tenants.accounts.models import User
from tenants.activation import links
from tenants.activation.letters import Recipient
from tenants.activation.models import ActivationCode, AddressClaim, Audience, Emancipation, Letters
from tenants.people.models import College, Guardian, Guardianship, Pupil, SchoolClass, Schooling
from tenants.people.queries import guardian_of, in_force, schooling_on

OF_AGE = 18  # Code civil, art. 414
TOLD_FOR = datetime.timedelta(days=30)


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """A person of a collège: have they an account, or a code that waits until a moment?"""

    person: Guardian | Pupil
    children: tuple[str, ...]
    has_account: bool
    waits_until: datetime.datetime | None
    is_staff: bool

    @property
    def state(self) -> str:
        """`ACCOUNT`, `CODE` or `NONE`."""
        return "ACCOUNT" if self.has_account else "CODE" if self.waits_until else "NONE"


@dataclasses.dataclass(frozen=True, slots=True)
class ClassStanding:
    """The people of a class."""

    pupils: tuple[Standing, ...]
    guardians: tuple[Standing, ...]


def classes_of(college: College, *, on: datetime.date) -> QuerySet[SchoolClass]:
    """The classes of a collège in which somebody is today, by name."""
    running = Schooling.objects.filter(in_force(on), college=college)
    found = SchoolClass.objects.filter(pk__in=running.values("school_class_id"))
    return found.select_related("college").order_by("name", "pk")


def standing_of_class(school_class: SchoolClass, *, at: datetime.datetime) -> ClassStanding:
    """Who of a class has an account, who has a code waiting, who has neither."""
    on = timezone.localdate(at)
    pupils = list(_pupils(school_class.college, school_class, on=on).select_related("user"))
    held = _links([pupil.pk for pupil in pupils], on=on)
    guardians: dict[int, Guardian] = {}
    children: dict[int, list[str]] = {}
    for link in held:
        guardians[link.guardian_id] = link.guardian
        children.setdefault(link.guardian_id, []).append(link.pupil.first_name)
    waiting = _waiting(pupils, guardians.values(), at=at)
    accounts = [pupil.user_id for pupil in pupils] + [one.user_id for one in guardians.values()]
    staff, usable = _staff(accounts), usable_accounts(accounts)
    return ClassStanding(
        pupils=tuple(
            Standing(
                person=pupil,
                children=(),
                has_account=pupil.user_id in usable,
                waits_until=waiting.get(("pupil", pupil.pk)),
                is_staff=pupil.user_id in staff,
            )
            for pupil in pupils
        ),
        guardians=tuple(
            Standing(
                person=guardian,
                children=tuple(children[guardian.pk]),
                has_account=guardian.user_id in usable,
                waits_until=waiting.get(("guardian", guardian.pk)),
                is_staff=guardian.user_id in staff,
            )
            for guardian in sorted(guardians.values(), key=lambda one: (one.sort_key, one.pk))
        ),
    )


def recipients(
    college: College,
    school_class: SchoolClass | None,
    *,
    audience: str,
    on: datetime.date,
    again: bool,
    at: datetime.datetime,
) -> list[Recipient]:
    """
    Those of a class, or of a collège, who have no account, class by class.

    Guardians are those who hold parental authority or pay; each comes once, with all their children of
    this collège, in the first class of these. Unless `again`, who has a code waiting is left out.
    """
    pupils = list(_pupils(college, school_class, on=on))
    classes = _class_names(pupils, college=college, on=on)
    if audience == Audience.PUPILS:
        usable = usable_accounts(pupil.user_id for pupil in pupils)
        found = [
            Recipient(pupil, class_name=classes.get(pupil.pk, ""), children=())
            for pupil in pupils
            if pupil.user_id not in usable
        ]
    else:
        found = _guardians(pupils, classes, on=on)
    if not again:
        waiting = _waiting(
            [one.person for one in found if isinstance(one.person, Pupil)],
            [one.person for one in found if isinstance(one.person, Guardian)],
            at=at,
        )
        kind = "pupil" if audience == Audience.PUPILS else "guardian"
        found = [one for one in found if (kind, one.person.pk) not in waiting]
    return sorted(found, key=lambda one: (one.class_name, one.person.sort_key, one.person.pk))


def _guardians(
    pupils: list[Pupil], classes: dict[int, str], *, on: datetime.date
) -> list[Recipient]:
    by_guardian: dict[int, list[Guardianship]] = {}
    links = list(_links([pupil.pk for pupil in pupils], on=on))
    usable = usable_accounts(link.guardian.user_id for link in links)
    for link in links:
        answers = link.legal_role > 0 or link.is_financial or link.payer_share_bp > 0
        if answers and link.guardian.user_id not in usable:
            by_guardian.setdefault(link.guardian_id, []).append(link)
    return [
        Recipient(
            held[0].guardian,
            class_name=min(classes.get(link.pupil_id, "") for link in held),
            children=tuple(link.pupil.full_name for link in held),
        )
        for held in by_guardian.values()
    ]


def _pupils(
    college: College, school_class: SchoolClass | None, *, on: datetime.date
) -> QuerySet[Pupil]:
    running = Schooling.objects.filter(in_force(on), college=college)
    if school_class is not None:
        running = running.filter(school_class=school_class)
    return Pupil.objects.filter(pk__in=running.values("pupil_id")).order_by("sort_key", "pk")


def _class_names(pupils: list[Pupil], *, college: College, on: datetime.date) -> dict[int, str]:
    rows = Schooling.objects.filter(
        in_force(on), college=college, pupil__in=pupils, school_class__isnull=False
    )
    return dict(rows.order_by("pk").values_list("pupil_id", "school_class__name"))


def _links(pupil_ids: list[int], *, on: datetime.date) -> list[Guardianship]:
    rows = Guardianship.objects.filter(in_force(on), pupil_id__in=pupil_ids)
    return list(
        rows.select_related("guardian", "pupil").order_by(
            "pupil__birth_date", "pupil__sort_key", "pk"
        )
    )


def _waiting(
    pupils: Iterable[Pupil | Guardian],
    guardians: Iterable[Pupil | Guardian],
    *,
    at: datetime.datetime,
) -> dict[tuple[str, int], datetime.datetime]:
    """Until when each person's code waits, for those who have one that works."""
    whose = Q(pupil_id__in=[one.pk for one in pupils]) | Q(
        guardian_id__in=[one.pk for one in guardians]
    )
    rows = ActivationCode.objects.filter(whose, ended_at__isnull=True, expires_at__gt=at)
    return {
        ("pupil", row.pupil_id) if row.pupil_id else ("guardian", row.guardian_id or 0): (
            row.expires_at
        )
        for row in rows
    }


def _staff(user_ids: Iterable[int | None]) -> set[int]:
    """Those of these accounts that have a role."""
    known = [key for key in user_ids if key is not None]
    return set(
        User.objects.filter(pk__in=known, staff_roles__isnull=False).values_list("pk", flat=True)
    )


def usable_accounts(user_ids: Iterable[int | None]) -> set[int]:
    """
    Those of these accounts that somebody can sign in to, or has.

    An agent who acts for a person without an account has one opened for them: it has no address, no
    identifier and no password, nobody ever came in by it, and a first code makes it theirs.
    """
    known = [key for key in user_ids if key is not None]
    if not known:
        return set()
    opened_for_them = {
        "email": None,
        "login": None,
        "last_login": None,
        "password__startswith": UNUSABLE_PASSWORD_PREFIX,
    }
    return set(
        User.objects.filter(pk__in=known).exclude(**opened_for_them).values_list("pk", flat=True)
    )


def children_on(guardian: Guardian, *, on: datetime.date) -> list[Pupil]:
    """The pupils a guardian answers for on a day, oldest first."""
    rows = Guardianship.objects.filter(in_force(on), guardian=guardian).select_related("pupil")
    return [row.pupil for row in rows.order_by("pupil__birth_date", "pupil__sort_key", "pk")]


def code_named(public_id: uuid.UUID) -> ActivationCode | None:
    """A code and whose it is."""
    return (
        ActivationCode.objects.filter(public_id=public_id)
        .select_related("guardian__user", "pupil__user")
        .first()
    )


def code_by_id(code_id: int) -> ActivationCode:
    """A code and whose it is, by the number an event holds."""
    return ActivationCode.objects.select_related("guardian__user", "pupil__user").get(pk=code_id)


def claim_by_id(claim_id: int) -> AddressClaim:
    """An address to confirm and whose it is, by the number an event holds."""
    return AddressClaim.objects.select_related("user").get(pk=claim_id)


def user_by_id(user_id: int) -> User:
    """An account, by the number an event holds."""
    return User.objects.get(pk=user_id)


def claim_of_link(token: str) -> AddressClaim | None:
    """The address a link confirms, if the link is ours; used and old ones included."""
    public_id = links.claim_id(token)
    claim = (
        AddressClaim.objects.filter(public_id=public_id).select_related("user").first()
        if public_id
        else None
    )
    return claim if claim is not None and links.is_address_of(claim, token) else None


def user_of_link(token: str, *, at: datetime.datetime) -> User | None:
    """The account whose password a link may replace now, if the link is ours."""
    public_id = links.recovered_id(token, at=at)
    user = User.objects.filter(public_id=public_id, is_active=True).first() if public_id else None
    return user if user is not None and links.is_recovery_of(user, token) else None


def waiting_address(user: User, *, at: datetime.datetime) -> str:
    """The address a person has still to confirm; empty if there is none."""
    claim = AddressClaim.objects.filter(user=user, ended_at__isnull=True, expires_at__gt=at).first()
    return claim.email if claim else ""


def code_to_tell(user: User, *, at: datetime.datetime) -> ActivationCode | None:
    """The latest code that was given for an account its person has already, of the last month."""
    return (
        ActivationCode.objects.filter(
            Q(guardian__user_id=user.pk) | Q(pupil__user_id=user.pk),
            is_recovery=True,
            given_at__gt=at - TOLD_FOR,
        )
        .order_by("-given_at", "-pk")
        .first()
    )


def pupil_of(user: User) -> Pupil | None:
    """The pupil this account belongs to, if it is a pupil's and nobody else's; asked once per instance."""
    if "_pupil" not in user.__dict__:
        pupil = Pupil.objects.filter(user_id=user.pk).first()
        is_more = pupil is not None and (guardian_of(user) is not None or bool(user.roles()))
        user.__dict__["_pupil"] = None if is_more else pupil
    found: Pupil | None = user.__dict__["_pupil"]
    return found


def note_guardian(user: User) -> None:
    """Spare `pupil_of` its question: this account is known to be a guardian's."""
    user.__dict__["_pupil"] = None


def acts_alone(pupil: Pupil, *, on: datetime.date) -> bool:
    """Whether a pupil is of age on a day, or was set free before."""
    return is_of_age(pupil.birth_date, on=on) or Emancipation.objects.filter(pupil=pupil).exists()


def is_of_age(birth_date: datetime.date, *, on: datetime.date) -> bool:
    """Whether eighteen years are over on a day; who is born on 29 February is of age on 1 March."""
    return (on.year - birth_date.year) - (
        (on.month, on.day) < (birth_date.month, birth_date.day)
    ) >= OF_AGE


def emancipation_of(pupil: Pupil) -> Emancipation | None:
    """How a pupil was set free, if they were."""
    return Emancipation.objects.filter(pupil=pupil).first()


def letters_of_job(job_id: uuid.UUID) -> Letters | None:
    """What a printing made, if it is done."""
    return Letters.objects.filter(job_id=job_id).defer("sealed").first()


def school_line(pupil: Pupil, *, on: datetime.date) -> str:
    """`5e B, Collège Jean Moulin`: where a pupil is on a day; empty if nowhere."""
    schooling = schooling_on(pupil, on)
    if schooling is None:
        return ""
    its_class = f"{schooling.school_class.name}, " if schooling.school_class else ""
    return f"{its_class}{schooling.college.name}"


def printed_for(college_id: int, class_id: int | None) -> tuple[College, SchoolClass | None]:
    """The collège and the class a printing was asked for, by the numbers a job holds."""
    college = College.objects.get(pk=college_id)
    return college, SchoolClass.objects.get(pk=class_id, college=college) if class_id else None


def class_name(pupil: Pupil, *, on: datetime.date) -> str:
    """The class a pupil is in on a day; empty if it is not known."""
    schooling = schooling_on(pupil, on)
    return schooling.school_class.name if schooling and schooling.school_class else ""


def college_of(person: Guardian | Pupil, *, on: datetime.date) -> College | None:
    """The collège of a pupil on a day, or of a guardian's eldest child who has one."""
    pupils = [person] if isinstance(person, Pupil) else children_on(person, on=on)
    found = (schooling_on(pupil, on) for pupil in pupils)
    return next((schooling.college for schooling in found if schooling), None)


def place_named(
    uai: str, class_name: str | None, *, on: datetime.date
) -> tuple[College, SchoolClass | None] | None:
    """A collège by its UAI, and a class of today by its name if one is given; None without either."""
    college = College.objects.filter(uai=uai).first()
    if college is None or class_name is None:
        return (college, None) if college else None
    school_class = classes_of(college, on=on).filter(name=class_name).first()
    return (college, school_class) if school_class else None

"""Announcements of the demo: some read, one that waits for « J'ai lu », one corrected, one for all."""

from __future__ import annotations

import datetime

from commons.actors import Actor
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole
from tenants.people import queries as people
from tenants.people.models import College, Guardian, Guardianship
from tenants.schoollife.announcements import operations
from tenants.schoollife.announcements.models import Announcement
from tenants.schoollife.announcements.moments import Chosen, Terms
from tenants.schoollife.announcements.writing import Audience, Text

ONE_DAY = datetime.timedelta(days=1)
ACTOR = Actor.system("portal")
WAITING = 3  # of five guardians, three have still to read


def announce(*, today: datetime.date, at: datetime.datetime) -> None:
    """What the collèges that have pupils announced of late, in their secretary's name where they have one."""
    morning = at - 2 * ONE_DAY
    published = [
        one for college in _colleges(today) for one in _of_college(college, today=today, at=morning)
    ]
    published.append(_of_departement(today=today, at=morning))
    for announcement in published:
        _read(announcement, at=morning + ONE_DAY)
    _choose_digest(at=morning)
    operations.set_terms(terms=Terms(), actor=ACTOR, at=morning)


def _colleges(today: datetime.date) -> list[College]:
    keys = [
        schooling.college_id
        for schooling in people.schoolings_on(
            list(people.schooled_pupils(on=today).values_list("pk", flat=True)), today
        ).values()
    ]
    return list(people.colleges().filter(pk__in=keys))


def _of_college(
    college: College, *, today: datetime.date, at: datetime.datetime
) -> list[Announcement]:
    secretary = (
        StaffRole.objects.filter(role=Role.COLLEGE_SECRETARY, college_uai=college.uai)
        .select_related("user")
        .first()
    )
    actor = Actor.user(secretary.user) if secretary else ACTOR
    outing = operations.write(
        college=college,
        text=Text(
            title="Sortie au musée",
            body="Jeudi, les élèves vont au musée. Le retour est à 16 h.\n\n"
            "Prévoyez un repas froid et des chaussures de marche.",
            asks_acknowledgement=True,
            shown_until=today + 20 * ONE_DAY,
        ),
        audience=Audience(is_for_pupils=True),
        actor=actor,
        at=at,
    )
    meeting = operations.write(
        college=college,
        text=Text(
            title="Réunion des parents",
            body="La réunion est le mardi à 18 h, dans le préau.",
            shown_until=today + 20 * ONE_DAY,
        ),
        audience=Audience(),
        actor=actor,
        at=at,
    )
    for one in (outing, meeting):
        operations.publish(announcement=one, actor=actor, at=at)
    operations.correct(
        announcement=meeting,
        title="Réunion des parents",
        body="La réunion est le jeudi à 18 h, dans le préau.",
        correction="La réunion est le jeudi, et non le mardi.",
        asks_again=False,
        actor=actor,
        at=at + ONE_DAY,
    )
    operations.write(
        college=college,
        text=Text(title="Photo de classe", body="Le photographe vient lundi matin."),
        audience=Audience(),
        actor=actor,
        at=at,
    )
    return [outing, meeting]


def _of_departement(*, today: datetime.date, at: datetime.datetime) -> Announcement:
    made = operations.write(
        college=None,
        text=Text(
            title="Une semaine du goût dans les cantines",
            body="La semaine prochaine, les cuisines préparent un repas de chaque région.",
            shown_until=today + 20 * ONE_DAY,
        ),
        audience=Audience(),
        actor=ACTOR,
        at=at,
    )
    operations.publish(announcement=made, actor=ACTOR, at=at)
    return made


def _read(announcement: Announcement, *, at: datetime.datetime) -> None:
    """By some of those who have an account; the first families of the cast have still to."""
    announcement.refresh_from_db()
    keys = announcement.recipients.filter(guardian__user__isnull=False).values("guardian_id")
    for rank, guardian in enumerate(Guardian.objects.filter(pk__in=keys).order_by("pk")):
        if rank % 5 < WAITING or guardian.user is None:
            continue
        operations.note_read(announcement=announcement, reader=guardian, at=at)
        if announcement.asks_acknowledgement:
            operations.acknowledge(
                announcement=announcement,
                reader=guardian,
                actor=Actor.user(guardian.user),
                at=at,
            )


def _choose_digest(*, at: datetime.datetime) -> None:
    """A parent who lives apart prefers the evening."""
    link = (
        Guardianship.objects.filter(guardian__user__isnull=False, relation="FATHER")
        .select_related("guardian__user")
        .order_by("pk")
        .first()
    )
    if link is not None and link.guardian.user is not None:
        user = link.guardian.user
        operations.choose(user=user, chosen=Chosen(mode="DIGEST"), actor=Actor.user(user), at=at)

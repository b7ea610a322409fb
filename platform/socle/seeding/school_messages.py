"""Threads of the demo: each parent of the cast wrote and was answered, and something waits for the collège.

One message is reported and another contested, at the collège of the cast's secretary. Days are those
before today, so that the newest are yesterday's.
"""

from __future__ import annotations

import datetime
import io

from commons.actors import Actor
from socle.seeding.pictures import drawn
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole
from tenants.people.models import College, Guardian, Pupil
from tenants.schoollife.messages import operations, queries, rights
from tenants.schoollife.messages.models import Message, Participant
from tenants.schoollife.messages.operations import Draft, Given

ACTOR = Actor.command("socle seed")
DAY = datetime.timedelta(days=1)
MINUTES = datetime.timedelta(minutes=25)
TEMPLATES = (
    (
        "Absence bien reçue",
        "Absence",
        "Bonjour,\n\nVotre message sur [élève] est bien reçu. L'absence est notée.\n\nLe secrétariat",
    ),
    (
        "Rendez-vous",
        "Rendez-vous avec le professeur principal",
        "Bonjour,\n\nLe professeur principal de [élève] veut vous voir. Quel jour ?\n\nLe secrétariat",
    ),
    (
        "Document manquant",
        "Une pièce à nous donner",
        "Bonjour,\n\nIl manque une pièce à [élève]. Joignez-la à votre réponse.\n\nLe secrétariat",
    ),
)
# What a parent writes, and what the collège answers; the first with a document.
TALKS = (
    (
        "Absence de mardi",
        "Bonjour,\n\n{child} est malade et ne viendra pas mardi. Je joins le certificat.",
        "Bonjour,\n\nC'est noté. Nous lui souhaitons un bon rétablissement.",
    ),
    (
        "Sortie au théâtre",
        "Bonjour,\n\nÀ quelle heure le car revient-il de la sortie au théâtre ?",
        "Bonjour,\n\nLe car est de retour à 17 h 30 devant le collège.",
    ),
)
MEETING = (
    "Réunion parents-professeurs",
    "Bonjour,\n\nLa réunion a lieu jeudi à 18 h, salle 12. Dites-nous si vous venez.",
)
RUDE = "Vous ne répondez jamais. C'est une honte, et je ne suis pas le seul à le dire."
CURT = "Il faut toujours tout vous répéter. Vous le faites exprès."
HARSH = "Franchement, à quoi sert cette réunion ? Personne n'écoute les parents."


def write_some_messages(*, at: datetime.datetime) -> None:
    """What the parents with an account and their collèges wrote of late, in the current département."""
    on = at.date()
    parents = Guardian.objects.filter(user__isnull=False).order_by("sort_key", "pk")
    known: set[int] = set()
    invited: dict[int, tuple[College, Pupil]] = {}
    for rank, parent in enumerate(parents):
        assert parent.user is not None
        children = [one for one in queries.addressees_of(parent.user, on=on) if one.pupil]
        for (subject, asked, answered), to in zip(TALKS, children, strict=False):
            assert to.pupil is not None
            _give_templates(to.college, known, at=at)
            first = _talk(parent, to.college, to.pupil, (subject, asked, answered), at=at)
            if rank == 0 and subject == TALKS[0][0]:
                _hide_an_answer(first, parent, at=at)
            invited[to.pupil.pk] = (to.college, to.pupil)
    for college, child in invited.values():
        _invite(college, child, at=at)
    for college in _secretaries():
        _leave_some_to_look_at(college, at=at)


def _give_templates(college: College, known: set[int], *, at: datetime.datetime) -> None:
    if college.pk in known:
        return
    known.add(college.pk)
    for name, subject, text in TEMPLATES:
        operations.save_template(
            college=college, name=name, subject=subject, text=text, actor=ACTOR, at=at - 30 * DAY
        )


def _talk(
    parent: Guardian,
    college: College,
    child: Pupil,
    words: tuple[str, str, str],
    *,
    at: datetime.datetime,
) -> Message:
    subject, asked, answered = words
    is_first = words == TALKS[0]
    notice = Given(io.BytesIO(drawn(f"Certificat\n{child.full_name}")), "certificat.png")
    first = operations.write_to_college(
        writer=parent,
        college=college,
        pupil=child,
        draft=Draft(subject, asked.format(child=child.first_name), (notice,) if is_first else ()),
        actor=_hand(parent),
        at=at - 3 * DAY,
    )
    desk = Participant.objects.get(thread=first.thread, college=college)
    operations.mark_read(participant=desk, number=1, actor=ACTOR, at=at - 3 * DAY + MINUTES)
    if is_first or _is_even(child):
        operations.reply(participant=desk, text=answered, actor=ACTOR, at=at - 3 * DAY + MINUTES)
    return first


def _hide_an_answer(first: Message, parent: Guardian, *, at: datetime.datetime) -> None:
    """What a parent wrote back is hidden; they may still contest it."""
    written = operations.reply(
        participant=Participant.objects.get(thread=first.thread, guardian=parent),
        text=CURT,
        actor=_hand(parent),
        at=at - 2 * DAY,
    )
    desk = Participant.objects.get(thread=first.thread, college__isnull=False)
    operations.mark_read(participant=desk, number=written.number, actor=ACTOR, at=at - DAY)
    operations.hide(
        message=written, reason="Des reproches à une personne.", actor=ACTOR, at=at - DAY
    )


def _invite(college: College, child: Pupil, *, at: datetime.datetime) -> None:
    """The collège writes to whoever has authority, both parents in one thread."""
    people = list(rights.guardians_with_authority(child, on=at.date()))
    if people:
        operations.write_to_family(
            college=college,
            pupil=child,
            recipients=people,
            draft=Draft(*MEETING),
            actor=ACTOR,
            at=at - DAY,
        )


def _secretaries() -> list[College]:
    uais = StaffRole.objects.filter(role=Role.COLLEGE_SECRETARY).values("college_uai")
    return list(College.objects.filter(uai__in=uais).order_by("pk"))


def _leave_some_to_look_at(college: College, *, at: datetime.datetime) -> None:
    """A message reported by the other parent, and one that was hidden and is contested."""
    on = at.date()
    pairs = []
    for pupil in rights.pupils_at(college, on=on).order_by("sort_key", "pk"):
        people = list(rights.guardians_with_authority(pupil, on=on))
        if len(people) > 1 and not any(one.user_id for one in people):
            pairs.append((pupil, people))
    for (pupil, (writer, other, *_more)), text in zip(pairs, (RUDE, HARSH), strict=False):
        first = operations.write_to_college(
            writer=writer,
            college=college,
            pupil=pupil,
            draft=Draft("Réunion du mois dernier", text),
            with_other_guardians=True,
            actor=ACTOR,
            at=at - 2 * DAY,
        )
        _report(first, other, at=at - DAY)
        if text == HARSH:
            _contest(first, writer, at=at - DAY)


def _report(message: Message, reader: Guardian, *, at: datetime.datetime) -> None:
    operations.report(
        message=message,
        participant=Participant.objects.get(thread=message.thread, guardian=reader),
        reason="Ce ton n'a rien à faire ici.",
        actor=ACTOR,
        at=at,
    )


def _contest(message: Message, author: Guardian, *, at: datetime.datetime) -> None:
    hiding = operations.hide(
        message=message, reason="Propos qui visent toute l'équipe.", actor=ACTOR, at=at + MINUTES
    )
    operations.appeal(
        hiding=hiding,
        participant=Participant.objects.get(thread=message.thread, guardian=author),
        words="Je parlais de la réunion, de personne en particulier.",
        actor=ACTOR,
        at=at + 2 * MINUTES,
    )


def _hand(person: Guardian) -> Actor:
    return Actor.user(person.user) if person.user else ACTOR


def _is_even(child: Pupil) -> bool:
    return child.birth_date.day % 2 == 0

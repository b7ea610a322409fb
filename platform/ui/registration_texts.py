"""What we say of registrations for Pass+: refusals (a part of `ui.error_texts`), and where one stands.

The page and the e-mail say the same: what happened, then what to do. Level B1, *vous*, fifteen words a
sentence at most.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from commons.money import format_euros
from federation.passplus.engine.campaign import Status
from federation.passplus.engine.facts import ClassLevel, Fact, Sector
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations.queries import WAITING
from ui import wording

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from federation.passplus.engine.campaign import DocumentRule
    from federation.passplus.models import Card

State = Registration.State
Reason = Registration.Reason
Kind = RegistrationDocument.Kind

REGISTRATIONS: dict[str, tuple[str | Promise, str | Promise]] = {
    "PASSPLUS_ANSWER_INVALID": (
        _("Il manque une réponse, ou elle ne convient pas."),
        _("Vérifiez ce que vous avez écrit."),
    ),
    "PASSPLUS_TOO_MANY_DOCUMENTS": (
        _("Cette inscription a déjà %(most)s pièces."),
        _("Attendez la réponse, ou appelez-nous."),
    ),
    "PASSPLUS_DOCUMENT_NOT_ASKED": (
        _("Cette campagne ne demande pas cette pièce."),
        _("Choisissez une pièce de la liste."),
    ),
    "PASSPLUS_PHOTO_REFUSED": (
        _("Cette photo ne convient pas."),
        _("Prenez une autre photo, de face, téléphone debout."),
    ),
    "PASSPLUS_PHOTO_REFUSED.PDF": (
        _("Ce fichier est un PDF. Il nous faut une photo."),
        _("Envoyez une photo JPEG ou PNG."),
    ),
    "PASSPLUS_PHOTO_REFUSED.HEAVY": (
        _("Cette photo dépasse %(limit_mb)s\u00a0Mo."),
        _("Prenez une autre photo, ou une capture d'écran de celle-ci."),
    ),
    "PASSPLUS_PHOTO_REFUSED.SMALL": (
        _("Cette photo est trop petite : %(width)s sur %(height)s points."),
        _("Il faut au moins %(lowest_width)s sur %(lowest_height)s. Prenez une autre photo."),
    ),
    "PASSPLUS_PHOTO_REFUSED.LYING": (
        _("Cette photo est plus large que haute."),
        _("Tenez le téléphone debout, puis prenez une autre photo."),
    ),
    "PASSPLUS_REGISTRATION_OVER": (
        _("Cette inscription est déjà terminée."),
        _("Rouvrez sa page : elle dit comment."),
    ),
    "PASSPLUS_REGISTRATION_NOT_READY": (
        _("Cela ne peut pas être fait maintenant."),
        _("Rouvrez la page de l'inscription : elle dit où elle en est."),
    ),
    "PASSPLUS_REGISTRATION_UNDER_WAY": (
        _("L'autre responsable a déjà fait cette inscription."),
        _("Attendez la réponse : elle vaut pour vous deux."),
    ),
    "PASSPLUS_REGISTRATION_TAKEN": (
        _("Une autre personne étudie cette inscription."),
        _("Choisissez-en une autre. Ou remettez celle-ci dans la file."),
    ),
    "PASSPLUS_WORDS_MISSING": (
        _("Il manque l'explication pour la famille."),
        _("Écrivez pourquoi, en une ou deux phrases."),
    ),
    "PASSPLUS_NOTHING_TO_LOOK_AT": (
        _("Aucune pièce de cette inscription n'attend."),
        _("Rouvrez la liste : elle a changé."),
    ),
}

FACTS: dict[Fact, str | Promise] = {
    Fact.BIRTH_DATE: _("la date de naissance"),
    Fact.HOME: _("l'adresse"),
    Fact.SCHOOL: _("l'établissement"),
    Fact.CLASS_LEVEL: _("la classe"),
    Fact.SECTOR: _("le type d'établissement"),
    Fact.CHILD_WELFARE: _("le suivi par l'aide sociale à l'enfance"),
    Fact.BURSARY: _("la bourse"),
    Fact.AWARDED: _("les aides déjà reçues"),
}
LEVELS: dict[ClassLevel, str | Promise] = {
    ClassLevel.SIXTH: _("6e"),
    ClassLevel.FIFTH: _("5e"),
    ClassLevel.FOURTH: _("4e"),
    ClassLevel.THIRD: _("3e"),
    ClassLevel.SECOND: _("Seconde"),
    ClassLevel.FIRST: _("Première"),
    ClassLevel.LAST: _("Terminale"),
    ClassLevel.CAP: _("CAP"),
    ClassLevel.SPECIALISED: _("Ulis, Erea ou IME"),
}
SECTORS: dict[Sector, str | Promise] = {
    Sector.PUBLIC: _("Public"),
    Sector.PRIVATE: _("Privé"),
}


def facts_in_words(facts: Iterable[str | Fact]) -> str:
    """The names of facts: « l'adresse et la classe »."""
    return wording.and_list(str(FACTS[Fact(fact)]) for fact in facts)


def kinds_in_words(kinds: Iterable[str]) -> str:
    """The names of documents."""
    return wording.and_list(str(Kind(kind).label).lower() for kind in kinds)


def way_in_words(way: Iterable[DocumentRule]) -> str:
    """The documents of one way to prove: « un justificatif de domicile ou …, et … »."""
    return wording.and_list(
        say(" ou ").join(str(Kind(str(kind)).label).lower() for kind in rule.any_of) for rule in way
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """Where a registration stands: the subject of the e-mail, what happened, what to do."""

    subject: str
    sentences: tuple[str, ...]
    action: str


_SUBJECTS: dict[str, str | Promise] = {
    State.DRAFT: _("Finir l'inscription %(of_name)s au Pass+"),
    State.SUBMITTED: _("L'inscription %(of_name)s au Pass+ est envoyée"),
    State.UNDER_REVIEW: _("Un agent étudie l'inscription %(of_name)s au Pass+"),
    State.INCOMPLETE: _("Pass+ %(of_name)s : une pièce à ajouter"),
    State.GRANTED: _("Le Pass+ %(of_name)s est accordé"),
    State.REFUSED: _("Le Pass+ %(of_name)s est refusé"),
    State.CLOSED: _("L'inscription %(of_name)s au Pass+ est close"),
    "completed": _("Le Pass+ %(of_name)s est complété"),
    "document_asked": _("Pass+ %(of_name)s : une pièce à refaire"),
}
_CLOSED: dict[str, tuple[str | Promise, ...]] = {
    Reason.WITHDRAWN: (_("Vous avez abandonné cette inscription."),),
    Reason.TOO_LATE: (
        _("Les inscriptions de cette campagne sont finies."),
        _("La prochaine campagne sera annoncée sur ce site."),
    ),
    Reason.OTHER_PARENT: (
        _("L'autre responsable a inscrit %(name)s."),
        _("Vous n'avez rien d'autre à faire."),
    ),
    Reason.RENEWED: (
        _("%(name)s a déjà son Pass+ : nous l'avons accordé sans attendre."),
        _("Vous n'avez rien d'autre à faire."),
    ),
    Reason.CAMPAIGN_OVER: (_("La campagne est finie. Les pièces et la photo sont effacées."),),
}


def said_of(registration: Registration, *, what: str = "") -> Said:
    """What is told of a registration: of its state, or of `what` happened to a card that is granted."""
    name = registration.pupil.first_name
    subject = _subject(what or registration.state, name)
    found = [
        wording.typographic(str(sentence) % {"name": name})
        for sentence in _sentences(registration, what)
    ]
    return Said(
        subject=subject,
        sentences=tuple(found),
        action=str(_action(registration, what)),
    )


def _subject(what: str, name: str) -> str:
    return wording.typographic(str(_SUBJECTS[what]) % {"of_name": wording.of_name(name)})


def _action(registration: Registration, what: str) -> str | Promise:
    if registration.state == State.INCOMPLETE or what == "document_asked":
        return _("Ajouter la pièce")
    if registration.state == State.DRAFT:
        return _("Reprendre l'inscription")
    return _("Voir l'inscription")


def _sentences(registration: Registration, what: str) -> list[str | Promise]:
    if what == "completed":
        return [_granted(registration), _("La preuve de bourse est acceptée.")]
    if what == "document_asked":
        return [
            _("Le Pass+ reste utilisable."),
            say("À refaire : %(kinds)s.") % {"kinds": kinds_in_words(registration.asked)},
        ]
    if registration.state == State.GRANTED:
        return [_granted(registration)]
    if registration.state == State.CLOSED:
        return list(_CLOSED.get(registration.reason, ()))
    if registration.state in WAITING and registration.due_at is not None:
        first = (
            _("Un agent étudie votre inscription.")
            if registration.state == State.UNDER_REVIEW
            else _("Nous avons reçu votre inscription.")
        )
        day = wording.long_date(wording.local_date(registration.due_at))
        return [first, say("Notre réponse est attendue le %(day)s.") % {"day": day}]
    return [_WAITS.get((registration.state, registration.reason), _WAITS[registration.state, ""])]


_WAITS: dict[tuple[str, str], str | Promise] = {
    (State.DRAFT, ""): _("Vos réponses sont gardées. Reprenez où vous étiez."),
    (State.SUBMITTED, ""): _("Nous avons reçu votre inscription."),
    (State.UNDER_REVIEW, ""): _("Un agent étudie votre inscription."),
    (State.INCOMPLETE, ""): _("Il manque une pièce pour continuer."),
    (State.INCOMPLETE, Reason.DOCUMENTS_MISSING): _("Il manque une pièce pour continuer."),
    (State.INCOMPLETE, Reason.DOCUMENT_ASKED): _("Un agent demande une autre pièce."),
    (State.REFUSED, ""): _("Nous ne pouvons pas accorder ce Pass+."),
}


def said_of_completed_card(card: Card) -> Said:
    """What is told when the feed says a bursary."""
    name = card.pupil.first_name
    return Said(
        subject=_subject("completed", name),
        sentences=(
            _worth(card),
            wording.typographic(say("Le collège dit que %(name)s est boursier.") % {"name": name}),
        ),
        action=say("Voir les inscriptions"),
    )


def _granted(registration: Registration) -> str:
    card = registration.card
    return say("Le Pass+ est accordé.") if card is None else _worth(card)


def _worth(card: Card) -> str:
    """How much is granted, all purses together."""
    cents = sum(card.campaign.rules.amount_of(Status(card.status)).values())
    return say("Le Pass+ vaut %(amount)s en tout.") % {"amount": format_euros(cents)}


def why_not(facts: Iterable[str | Fact], *, is_too_late: bool) -> str:
    """Why a pupil cannot be registered, and what to do: who corrects it is who knows it."""
    if is_too_late:
        return say("Les inscriptions sont finies pour son année de naissance.")
    found = [Fact(fact) for fact in facts]
    if not found:
        return say("Ce Pass+ n'est pas ouvert à cet enfant.")
    said = say("Ce Pass+ dépend de ceci : %(facts)s.") % {"facts": facts_in_words(found)}
    return wording.typographic(said)

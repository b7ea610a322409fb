"""Letters that carry a code, one a page, folded in three for a window envelope (NF Z 10-011).

They come class by class. The code is in the letter alone: not in the title, nor in the name of the file.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from tenants.activation.letters import Letter, Typeset
from tenants.people.models import Guardian, Pupil
from ui import mail, wording
from ui.documents.sheets import Fact, Sender, sender_of
from ui.documents.typesetting import FOLDER, compiled, said

TEMPLATE = FOLDER / "letters.typ"


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """What one letter says."""

    place: str
    addressee: tuple[str, ...]
    heading: str
    opening: tuple[str, ...]
    code_name: str
    code: str
    facts: tuple[Fact, ...]
    steps_name: str
    steps: tuple[str, ...]
    notes: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Bundle:
    """A file of letters."""

    title: str
    sender: Sender
    pages: tuple[Page, ...]


def typesetter(*, at: datetime.datetime) -> Typeset:
    """What sets letters, for the operations that draw their codes."""
    return lambda letters: letters_file(letters, at=at)


def letters_file(letters: Sequence[Letter], *, at: datetime.datetime) -> bytes:
    """The letters, in one PDF that is read aloud as it is seen."""
    return compiled(TEMPLATE, said("bundle", bundle_of(letters)), at=at)


def bundle_of(letters: Sequence[Letter]) -> Bundle:
    """What a file of letters says."""
    departement = mail.current_departement()
    return Bundle(
        title=_("Lettres de première connexion"),
        sender=sender_of(departement, regie_name="", regie_siret=""),
        pages=tuple(_page(letter) for letter in letters),
    )


def _page(letter: Letter) -> Page:
    person = letter.recipient.person
    college = letter.college.name if letter.college else ""
    is_pupil = isinstance(person, Pupil)
    if letter.is_recovery:
        heading, opening = (
            _("Votre nouveau code"),
            _("Avec ce code, choisissez un nouveau mot de passe."),
        )
    elif is_pupil:
        heading, opening = _("Ouvrez votre compte d'élève"), _("Ce compte est à vous seul.")
    else:
        heading = _("Ouvrez votre compte sur le portail des familles")
        opening = _("Un seul compte suffit pour tous vos enfants collégiens du département.")
    return Page(
        place=" · ".join(part for part in (letter.recipient.class_name, college) if part),
        addressee=_addressee(letter),
        heading=heading,
        opening=tuple(wording.typographic(line) for line in (opening, _for_whom(letter)) if line),
        code_name=_("Votre code"),
        code=letter.code,
        facts=(
            (_("Adresse de la page"), _address()),
            (_("Code valable jusqu'au"), wording.full_date(letter.expires_at)),
        ),
        steps_name=_("Comment faire"),
        steps=_steps(is_pupil=is_pupil),
        notes=(
            wording.typographic(_("Ce code sert une seule fois. Gardez cette lettre pour vous.")),
            wording.typographic(_("Personne n'a le droit de vous demander votre mot de passe.")),
            wording.typographic(
                _("Lettre perdue ? Le secrétariat du collège vous donne un autre code.")
            ),
        ),
    )


def _steps(*, is_pupil: bool) -> tuple[str, ...]:
    knows = (
        _("Recopiez le code, puis écrivez votre date de naissance.")
        if is_pupil
        else _("Recopiez le code, puis écrivez la date de naissance d'un de vos enfants.")
    )
    return (
        _("Ouvrez cette page sur un téléphone ou un ordinateur."),
        knows,
        _("Choisissez un mot de passe, et notez votre identifiant."),
    )


def _for_whom(letter: Letter) -> str:
    if not letter.recipient.children:
        return ""
    return _("Cette lettre est pour qui répond de %(children)s.") % {
        "children": wording.and_list(letter.recipient.children)
    }


def _addressee(letter: Letter) -> tuple[str, ...]:
    """A guardian at home; a pupil in their class."""
    person = letter.recipient.person
    if isinstance(person, Guardian):
        town = f"{person.postal_code} {person.city}".strip()
        name = f"{person.title} {person.full_name}".strip()
        return tuple(line for line in (name, person.street, town) if line)
    college = letter.college.name if letter.college else ""
    return tuple(line for line in (person.full_name, letter.recipient.class_name, college) if line)


def _address() -> str:
    """Where one types a code, as one types it: without what browsers add."""
    origin = settings.PORTAL_ORIGIN.format(
        host=f"{mail.current_departement().slug}.{settings.BASE_DOMAIN}"
    )
    return origin.removeprefix("https://") + reverse("portal:activation")

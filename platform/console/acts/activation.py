"""Codes on paper: one for a person, letters for a class or a collège; and pupils set free by a judge.

What is given is a file of letters, for who had it made. Who has an account gets a new code only when
the agent says what was shown, and why.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import NotFound
from console.acts.billing import begin, uuid_of
from console.acts.enrolling import OnOnePupil
from console.acts.framework import (
    Act,
    Answers,
    Effect,
    Figure,
    Outcome,
    named,
    register,
)
from tenants.accounts.capabilities import Capability
from tenants.activation import operations, queries, terms
from tenants.activation.access import (
    access_helped_class,
    access_helped_college,
    access_helped_guardian,
    access_helped_pupil,
)
from tenants.activation.letters import Printing, Recipient, Seen
from tenants.activation.models import Audience, IdentityShown
from tenants.people.models import College, Guardian, Pupil, SchoolClass
from ui import wording
from ui.documents.letters import typesetter

if TYPE_CHECKING:
    from tenants.accounts.models import User

MOST_AT_ONCE = 12  # letters made while one waits; more are long work
_CLASS, _COLLEGE = "classe-", "college-"


class CodeForm(forms.Form):
    """What the person showed. For who has no account yet, nothing is needed."""

    shown = forms.MultipleChoiceField(
        label=gettext_lazy("Ce que la personne a montré"),
        help_text=gettext_lazy("Obligatoire si elle a déjà un compte."),
        choices=IdentityShown.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi un nouveau code"),
        help_text=gettext_lazy("La personne le lira. Exemple : mot de passe oublié."),
        max_length=300,
        required=False,
    )


@register
class GiveCode(Act):
    """A code for one person, in a letter to hand over."""

    name = "give-code"
    title = gettext_lazy("Donner un code")
    verb = gettext_lazy("Donner un code")
    icon = "key"
    capability = Capability.GIVE_CODES
    form_class = CodeForm

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(keys) != 1:
            raise NotFound(person="")
        key = uuid_of(keys[0])
        try:
            return [access_helped_pupil(user, key)]
        except NotFound:
            return [access_helped_guardian(user, key)]

    def about(self, targets: list[Any]) -> str:
        return str(targets[0].full_name)

    def back(self, targets: list[Any]) -> str:
        return reverse("console:helped")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        (person,) = targets
        name = person.full_name
        if person.user is None:
            return Effect(
                sentences=(
                    _("%(name)s n'a pas encore de compte.") % {"name": name},
                    _("Une lettre est faite. Un code d'avant ne marche plus."),
                )
            )
        if person.user.roles():
            raise operations.AccountOfStaff
        if not (answers["shown"] and answers["reason"].strip()):
            raise operations.IdentityNotShown
        return Effect(
            sentences=(
                _("Une lettre est faite. Elle permet de choisir un nouveau mot de passe."),
                _("Alors, tous les appareils de la personne sont déconnectés."),
            ),
            warnings=(_("La personne verra que vous avez donné un code, et le journal le garde."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        (person,) = targets
        operations.give_code(
            recipient=_recipient(person, at=at),
            college=_college_of(person, at=at),
            typeset=typesetter(at=at),
            seen=Seen(tuple(map(IdentityShown, answers["shown"])), answers["reason"]),
            actor=actor,
            at=at,
            lasts=terms.code_lasts(),
        )
        return Outcome(
            message=_("La lettre est prête. Ouvrez-la, imprimez-la, donnez-la."),
            url=reverse("console:letters"),
        )


def _recipient(person: Guardian | Pupil, *, at: datetime.datetime) -> Recipient:
    on = timezone.localdate(at)
    if isinstance(person, Guardian):
        children = queries.children_on(person, on=on)
        return Recipient(person, children=tuple(child.full_name for child in children))
    return Recipient(person, class_name=queries.class_name(person, on=on))


def _college_of(person: Guardian | Pupil, *, at: datetime.datetime) -> College | None:
    return queries.college_of(person, on=timezone.localdate(at))


class LettersForm(forms.Form):
    """For whom."""

    audience = forms.ChoiceField(
        label=gettext_lazy("Des lettres pour"),
        choices=Audience.choices,
        widget=forms.RadioSelect,
        initial=Audience.GUARDIANS,
    )
    again = forms.BooleanField(
        label=gettext_lazy("Refaire les codes en attente"),
        help_text=gettext_lazy("Les lettres déjà données ne marcheront plus."),
        required=False,
    )


@register
class PrintLetters(Act):
    """First codes for those of a class, or of a collège, who have no account."""

    name = "print-letters"
    title = gettext_lazy("Imprimer des lettres")
    verb = gettext_lazy("Faire les lettres")
    icon = "print"
    capability = Capability.GIVE_CODES
    form_class = LettersForm

    def key_of(self, row: Any) -> str:
        if isinstance(row, SchoolClass):
            return f"{_CLASS}{row.college.uai}:{row.school_year}:{row.name}"
        return f"{_COLLEGE}{row.uai}"

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        key = keys[0] if len(keys) == 1 else ""
        if key.startswith(_CLASS):
            uai, year, name = [*key.removeprefix(_CLASS).split(":", 2), "", ""][:3]
            number = int(year) if re.fullmatch(r"\d{4}", year, re.ASCII) else 0
            return [access_helped_class(user, uai=uai, school_year=number, name=name)]
        return [access_helped_college(user, key.removeprefix(_COLLEGE))]

    def about(self, targets: list[Any]) -> str:
        college, school_class = _place(targets[0])
        return f"{school_class.name} · {college.name}" if school_class else college.name

    def back(self, targets: list[Any]) -> str:
        return reverse("console:helped")

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        found = _found(targets[0], answers, at=at)
        if not found:
            raise operations.NobodyToWriteTo
        return Effect(
            figures=(Figure(_("Lettres"), str(len(found))),),
            sentences=(
                named([one.person.full_name for one in found]),
                _("Chaque lettre porte un code qui sert une fois."),
                _("Le fichier est pour vous seul, pendant un jour."),
            ),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        college, school_class = _place(targets[0])
        audience = Audience(answers["audience"])
        found = _found(targets[0], answers, at=at)
        if len(found) > MOST_AT_ONCE:
            place = f"class:{school_class.pk}" if school_class else f"college:{college.pk}"
            arguments = {
                "college": college.pk,
                "school_class": school_class.pk if school_class else None,
                "audience": audience.value,
                "again": answers["again"],
            }
            return begin(
                "activation.letters.print",
                subject=f"{place}:{audience.value}",
                arguments=arguments,
                actor=actor,
                at=at,
            )
        operations.print_letters(
            printing=Printing(audience, college, school_class),
            recipients=found,
            typeset=typesetter(at=at),
            actor=actor,
            at=at,
            lasts=terms.code_lasts(),
        )
        return Outcome(
            message=_("Les lettres sont prêtes. Ouvrez-les et imprimez-les."),
            url=reverse("console:letters"),
        )


def _place(target: College | SchoolClass) -> tuple[College, SchoolClass | None]:
    return (target.college, target) if isinstance(target, SchoolClass) else (target, None)


def _found(
    target: College | SchoolClass, answers: Answers, *, at: datetime.datetime
) -> list[Recipient]:
    college, school_class = _place(target)
    return queries.recipients(
        college,
        school_class,
        audience=answers["audience"],
        on=timezone.localdate(at),
        again=answers["again"],
        at=at,
    )


class EmancipationForm(forms.Form):
    """What says that a judge did."""

    reason = forms.CharField(
        label=gettext_lazy("Jugement : tribunal et date"),
        help_text=gettext_lazy("Exemple : tribunal judiciaire de Nanterre, 12 mai 2026."),
        max_length=300,
    )


@register
class NoteEmancipation(OnOnePupil):
    """A pupil whom a judge set free before eighteen."""

    name = "note-emancipation"
    title = gettext_lazy("Noter une émancipation")
    verb = gettext_lazy("Noter une émancipation")
    icon = "gavel"
    capability = Capability.EDIT_PEOPLE
    form_class = EmancipationForm

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        del answers, at
        if queries.emancipation_of(targets[0]) is not None:
            raise operations.AlreadyEmancipated
        said = _("Avec son compte, %(name)s pourra annuler ses repas.")
        return Effect(
            sentences=(wording.typographic(said % {"name": targets[0].first_name}),),
            warnings=(_("Une émancipation ne s'efface pas."),),
        )

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operations.note_emancipation(pupil=targets[0], reason=answers["reason"], actor=actor, at=at)
        return Outcome(message=_("L'émancipation est notée."), url=self.back(targets))

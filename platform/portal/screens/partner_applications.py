"""What an applicant is shown: the steps, where the application stands, and what to do now."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from federation.passplus.applying import missing_steps
from federation.passplus.models import PartnerApplication
from federation.passplus.terms import signable_from
from portal.screens.partner_directory import domains_in_words
from ui import wording

STEPS = ("body", "offer", "declarations", "payee")
State = PartnerApplication.State


def step_names() -> list[str]:
    """The four steps."""
    return [_("La structure"), _("L'offre"), _("Les engagements"), _("La signature et le compte")]


def url_of_step(step: str) -> str:
    """The page of a step."""
    return reverse(f"portal:partner-apply-{step}")


def resumes_at(application: PartnerApplication) -> str:
    """Where to go on: the first step that is missing, else the page of the application."""
    missing = missing_steps(application)
    if application.state == State.DRAFT and missing:
        return url_of_step(missing[0])
    return reverse("portal:partner-application")


def next_after(step: str, application: PartnerApplication) -> str:
    """The page after a step."""
    later = STEPS[STEPS.index(step) + 1 :]
    if application.state == State.DRAFT and later and missing_steps(application):
        return url_of_step(later[0])
    return resumes_at(application)


def before(step: str) -> str:
    """The page before a step."""
    rank = STEPS.index(step)
    return url_of_step(STEPS[rank - 1]) if rank else reverse("portal:partner-application")


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """A field, and whether it is a list of choices."""

    bound: forms.BoundField
    is_choice: bool


def fields_of(form: forms.Form) -> list[Question]:
    """The fields of a step, in order."""
    choices = (forms.RadioSelect, forms.CheckboxSelectMultiple)
    return [Question(bound, isinstance(bound.field.widget, choices)) for bound in form]


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """What one step said, and where to change it."""

    title: str
    facts: Sequence[tuple[str, str]]
    url: str
    is_missing: bool


@dataclasses.dataclass(frozen=True, slots=True)
class ApplicationPage:
    """The page of an application."""

    told: str
    todo: str
    parts: Sequence[Part]
    may_change: bool
    may_submit: bool
    may_sign: bool
    may_abandon: bool
    has_agreement: bool


def page_of(application: PartnerApplication) -> ApplicationPage:
    """Where it stands."""
    missing = missing_steps(application) if application.state != State.SIGNED else []
    may_change = application.state in {State.DRAFT, State.TO_COMPLETE}
    told, todo = _told(application, is_missing=bool(missing))
    return ApplicationPage(
        told=told,
        todo=todo,
        parts=_parts(application, missing),
        may_change=may_change,
        may_submit=may_change and not missing,
        may_sign=application.state == State.ACCEPTED and not _waits_until(application),
        may_abandon=application.is_open,
        has_agreement=application.state in {State.ACCEPTED, State.SIGNED},
    )


def _waits_until(application: PartnerApplication) -> str:
    """The first day on which an accepted body may sign, if it is not there yet."""
    if application.terms is None:
        return ""
    first_day = signable_from(application, application.terms.least_years)
    if first_day is None or first_day <= timezone.localdate():
        return ""
    return wording.full_date(first_day)


def _told(application: PartnerApplication, *, is_missing: bool) -> tuple[str, str]:
    if application.state == State.DRAFT:
        if is_missing:
            return _("Votre demande est commencée."), _("Donnez ce qui manque, puis envoyez-la.")
        return _("Votre demande est prête."), _("Relisez-la, puis envoyez-la.")
    if application.state == State.ACCEPTED and (day := _waits_until(application)):
        return (
            _("Votre demande est acceptée."),
            _("Vous pourrez signer à partir du %(day)s.") % {"day": day},
        )
    return {
        State.SUBMITTED: (
            _("Nous étudions votre demande."),
            _("Vous n'avez rien à faire. Nous vous écrirons."),
        ),
        State.TO_COMPLETE: (
            _("Nous attendons une réponse de vous."),
            _("Changez ce qu'il faut, puis envoyez de nouveau."),
        ),
        State.ACCEPTED: (
            _("Votre demande est acceptée."),
            _("Lisez la convention, puis signez-la."),
        ),
        State.SIGNED: (
            _("Votre structure est partenaire du Pass+."),
            _("Elle est dans l'annuaire. Gardez votre convention."),
        ),
        State.REFUSED: (
            _("Votre demande est refusée."),
            _("Une question ? Appelez-nous. Vous pouvez faire une autre demande."),
        ),
    }.get(
        State(application.state),
        (_("Vous avez abandonné cette demande."), _("Vous pouvez en faire une autre.")),
    )


def _parts(application: PartnerApplication, missing: Sequence[str]) -> list[Part]:
    one = application
    founded = wording.long_date(one.founded_on) if one.founded_on else ""
    account = f"{one.account_holder}, IBAN …{one.iban_ending}" if one.iban_ending else ""
    signer = f"{one.signer_name}, {one.signer_role}" if one.signer_name else ""
    facts = {
        "body": (
            (_("Nom"), one.name),
            (_("SIRET"), one.siret),
            (_("Forme"), one.get_kind_display() if one.kind else ""),
            (_("Existe depuis le"), founded),
            (_("Adresse"), f"{one.street} {one.postal_code} {one.town}".strip()),
        ),
        "offer": (
            (_("Domaines"), domains_in_words(one.domains) if one.domains else ""),
            (_("Activités"), one.activities),
            (_("Présentation"), one.description),
            (
                _("Pour les familles"),
                " · ".join(filter(None, (one.public_phone, one.public_email))),
            ),
            (_("Site"), one.site),
        ),
        "declarations": tuple(
            (str(rank), wording.typographic(said["words"]))
            for rank, said in enumerate(one.declarations, start=1)
        ),
        "payee": ((_("Signataire"), signer), (_("Compte"), account)),
    }
    return [
        Part(title, [fact for fact in facts[step] if fact[1]], url_of_step(step), step in missing)
        for step, title in zip(STEPS, step_names(), strict=True)
    ]

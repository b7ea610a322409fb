"""The acts of agents on partners: answer an application, change a sheet, check an account, end."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import NotFound
from commons.rehearsing import rehearse
from console.acts.billing import uuid_of
from console.acts.framework import (
    PREVIEW,
    Act,
    Answers,
    Effect,
    Figure,
    NoAnswers,
    Outcome,
    named,
    register,
)
from federation.passplus import operations, partner_access
from federation.passplus.directory import town_written
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Partner, PartnerApplication
from federation.passplus.operations import PartnerDetails
from federation.passplus.terms import Article, articles_of
from tenants.accounts.capabilities import Capability
from ui.passplus_texts import DOMAINS

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from tenants.accounts.models import User

State = PartnerApplication.State


class OnOne(Act):
    """An act on one row, by one operation that `call` gives with what it takes."""

    capability = Capability.MANAGE_PARTNERS
    access: ClassVar[Callable[..., Any]]
    page: ClassVar[str]
    told: ClassVar[str | Promise]
    done_words: ClassVar[str | Promise]

    def targets(self, user: User, keys: Sequence[str]) -> list[Any]:
        if len(dict.fromkeys(keys)) != 1:
            raise NotFound(row="")
        return [type(self).access(user, uuid_of(keys[0]))]

    def call(self, row: Any, answers: Answers) -> tuple[Callable[..., Any], dict[str, Any]]:
        """The operation, and what it takes."""
        raise NotImplementedError

    def about(self, targets: list[Any]) -> str:
        return named([str(row) for row in targets])

    def back(self, targets: list[Any]) -> str:
        return reverse(f"console:passplus_{self.page}_change", args=[targets[0].pk])

    def figures(self, row: Any) -> tuple[Figure, ...]:
        del row
        return ()

    def preview(self, *, targets: list[Any], answers: Answers, at: datetime.datetime) -> Effect:
        operation, given = self.call(targets[0], answers)
        rehearse(operation, **given, actor=PREVIEW, at=at)
        return Effect(figures=self.figures(targets[0]), sentences=(str(self.told),))

    def perform(
        self, *, targets: list[Any], answers: Answers, actor: Actor, at: datetime.datetime
    ) -> Outcome:
        operation, given = self.call(targets[0], answers)
        operation(**given, actor=actor, at=at)
        return Outcome(message=str(self.done_words), url=self.back(targets))


def _words(*, is_required: bool) -> Any:
    return forms.CharField(
        label=gettext_lazy("Ce que la structure lira"),
        help_text=gettext_lazy("Une ou deux phrases simples."),
        max_length=1000,
        required=is_required,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WordsForm(forms.Form):
    words = _words(is_required=True)


class MaybeWordsForm(forms.Form):
    words = _words(is_required=False)


class _OnApplication(OnOne):
    access = staticmethod(partner_access.access_application)
    page = "partnerapplication"
    form_class: ClassVar[type[forms.Form]] = WordsForm
    states: ClassVar[tuple[str, ...]] = (State.SUBMITTED,)
    operation: ClassVar[Callable[..., Any]]

    def is_offered(self, row: Any) -> bool:
        return row.state in self.states

    def call(self, row: Any, answers: Answers) -> tuple[Callable[..., Any], dict[str, Any]]:
        return type(self).operation, {"application": row, "words": answers["words"]}

    def figures(self, row: Any) -> tuple[Figure, ...]:
        return (Figure(_("SIRET"), row.siret), Figure(_("IBAN, fin"), row.iban_ending or "–"))


@register
class AcceptApplication(_OnApplication):
    name = "accept-partner-application"
    title = gettext_lazy("Accepter une demande de partenariat")
    verb = gettext_lazy("Accepter")
    icon = "check"
    form_class = MaybeWordsForm
    operation = staticmethod(operations.accept_application)
    told = gettext_lazy("La structure signe ensuite en ligne. Son compte servira à la payer.")
    done_words = gettext_lazy("La demande est acceptée. La structure reçoit un courriel.")


@register
class AskApplicant(_OnApplication):
    name = "ask-partner-applicant"
    title = gettext_lazy("Demander une réponse à la structure")
    verb = gettext_lazy("Demander une réponse")
    icon = "help"
    operation = staticmethod(operations.ask_applicant)
    told = gettext_lazy("La structure peut changer sa demande, puis l'envoyer de nouveau.")
    done_words = gettext_lazy("La structure reçoit votre question par courriel.")


@register
class RefuseApplication(_OnApplication):
    name = "refuse-partner-application"
    title = gettext_lazy("Refuser une demande de partenariat")
    verb = gettext_lazy("Refuser")
    icon = "block"
    states = (State.SUBMITTED, State.TO_COMPLETE, State.ACCEPTED)
    warning = gettext_lazy("Une demande refusée ne se rouvre pas. Son compte bancaire est oublié.")
    operation = staticmethod(operations.refuse_application)
    told = gettext_lazy("La structure lit votre explication. Elle peut faire une autre demande.")
    done_words = gettext_lazy("La demande est refusée. La structure reçoit un courriel.")


class OnPartner(OnOne):
    access = staticmethod(partner_access.access_partner)
    page = "partner"

    def is_offered(self, row: Any) -> bool:
        return row.ended_at is None


class PartnerForm(forms.Form):
    """What families read of a partner. Its town says where it is."""

    name = forms.CharField(label=gettext_lazy("Nom"), max_length=200)
    domains = forms.MultipleChoiceField(
        label=gettext_lazy("Domaines"),
        choices=[(domain.value, DOMAINS[domain.value]) for domain in Domain],
        widget=forms.CheckboxSelectMultiple,
    )
    activities = forms.CharField(label=gettext_lazy("Activités"), max_length=300, required=False)
    description = forms.CharField(
        label=gettext_lazy("Présentation"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    street = forms.CharField(label=gettext_lazy("Adresse"), max_length=200, required=False)
    postal_code = forms.CharField(label=gettext_lazy("Code postal"), max_length=5, required=False)
    town = forms.CharField(label=gettext_lazy("Ville"), max_length=100, required=False)
    phone = forms.CharField(label=gettext_lazy("Téléphone"), max_length=30, required=False)
    email = forms.CharField(label=gettext_lazy("E-mail public"), max_length=254, required=False)
    site = forms.CharField(label=gettext_lazy("Site"), max_length=200, required=False)


@register
class ChangePartner(OnPartner):
    name = "change-partner"
    title = gettext_lazy("Changer la fiche d'un partenaire")
    verb = gettext_lazy("Changer la fiche")
    icon = "edit"
    form_class = PartnerForm
    told = gettext_lazy("Les familles verront cette fiche dans l'annuaire.")
    done_words = gettext_lazy("La fiche est changée.")

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        return {name: getattr(targets[0], name) for name in PartnerForm.base_fields}

    def call(self, row: Partner, answers: Answers) -> tuple[Callable[..., Any], dict[str, Any]]:
        said = dict(answers)
        name, domains = said.pop("name"), [Domain(one) for one in said.pop("domains")]
        point: dict[str, Any] = {"latitude": row.latitude, "longitude": row.longitude}
        if (said["town"], said["postal_code"]) != (row.town, row.postal_code):
            point = point_of(said)
        details = PartnerDetails(kind=row.kind, **said, **point)
        given = {"partner": row, "name": name, "domains": domains, "details": details}
        return operations.change_partner, given


def point_of(said: Answers) -> dict[str, Any]:
    """Where the town that was written is; nowhere without one.

    :raises DomainError: if it is no town that we know
    """
    town = town_written(f"{said['postal_code']} {said['town']}") if said["town"] else None
    return {
        "latitude": town.latitude if town else None,
        "longitude": town.longitude if town else None,
    }


class EndForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Ce que le partenaire lira"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@register
class EndPartner(OnPartner):
    name = "end-partner"
    title = gettext_lazy("Mettre fin à un partenariat")
    verb = gettext_lazy("Mettre fin")
    icon = "block"
    form_class = EndForm
    warning = gettext_lazy("Le partenaire ne valide plus aucun ticket dès maintenant.")
    told = gettext_lazy("Il quitte l'annuaire. Les tickets déjà validés lui seront payés.")
    done_words = gettext_lazy("Le partenariat est terminé. Le partenaire reçoit un courriel.")

    def call(self, row: Any, answers: Answers) -> tuple[Callable[..., Any], dict[str, Any]]:
        return operations.end_affiliation, {"partner": row, "reason": answers["reason"]}


class IbanForm(forms.Form):
    iban = forms.CharField(label=gettext_lazy("IBAN"), max_length=50)
    holder = forms.CharField(label=gettext_lazy("Titulaire du compte"), max_length=140)


@register
class GiveIban(OnPartner):
    name = "give-partner-iban"
    title = gettext_lazy("Donner un autre compte bancaire")
    verb = gettext_lazy("Donner un compte")
    icon = "account_balance"
    form_class = IbanForm
    is_sensitive = True
    told = gettext_lazy("Une autre personne doit le vérifier avant qu'il serve.")
    done_words = gettext_lazy("Le compte attend d'être vérifié. Le partenaire est prévenu.")

    def call(self, row: Any, answers: Answers) -> tuple[Callable[..., Any], dict[str, Any]]:
        given = {"partner": row, "iban": answers["iban"], "holder": answers["holder"]}
        return operations.give_iban, given


@register
class ConfirmIban(OnOne):
    access = staticmethod(partner_access.access_iban)
    page = "partneriban"
    form_class = NoAnswers
    name = "confirm-partner-iban"
    title = gettext_lazy("Vérifier le compte d'un partenaire")
    verb = gettext_lazy("Compte vérifié")
    icon = "verified"
    is_sensitive = True
    warning = gettext_lazy("Appelez le partenaire au numéro que vous connaissez déjà.")
    told = gettext_lazy("Le partenaire sera payé sur ce compte.")
    done_words = gettext_lazy("Le compte est vérifié. Il sert dès le prochain virement.")

    def is_offered(self, row: Any) -> bool:
        return row.confirmed_at is None and row.closed_at is None

    def figures(self, row: Any) -> tuple[Figure, ...]:
        return (Figure(_("Titulaire"), row.holder), Figure(_("IBAN, fin"), row.ending))

    def call(self, row: Any, answers: Answers) -> tuple[Callable[..., Any], dict[str, Any]]:
        del answers
        return operations.confirm_iban, {"iban": row}


class _OnSheet(OnOne):
    access = staticmethod(partner_access.access_proposal)
    page = "sheetproposal"

    def is_offered(self, row: Any) -> bool:
        return row.state == row.State.WAITING

    def about(self, targets: list[Any]) -> str:
        return named([targets[0].partner.name])


@register
class AcceptSheet(_OnSheet):
    form_class = NoAnswers
    name = "accept-partner-sheet"
    title = gettext_lazy("Accepter un changement de fiche")
    verb = gettext_lazy("Accepter")
    icon = "check"
    told = gettext_lazy("Les familles verront cette fiche dans l'annuaire.")
    done_words = gettext_lazy("La fiche est changée. Le partenaire reçoit un courriel.")

    def call(self, row: Any, answers: Answers) -> tuple[Callable[..., Any], dict[str, Any]]:
        del answers
        return operations.accept_sheet, {"proposal": row}


@register
class RefuseSheet(_OnSheet):
    form_class = EndForm
    name = "refuse-partner-sheet"
    title = gettext_lazy("Refuser un changement de fiche")
    verb = gettext_lazy("Refuser")
    icon = "block"
    told = gettext_lazy("La fiche reste ainsi. Le partenaire lit votre explication.")
    done_words = gettext_lazy("La demande est refusée. Le partenaire reçoit un courriel.")

    def call(self, row: Any, answers: Answers) -> tuple[Callable[..., Any], dict[str, Any]]:
        return operations.refuse_sheet, {"proposal": row, "reason": answers["reason"]}


class TermsForm(forms.Form):
    """An agreement: its articles are separated by an empty line, each under its title."""

    version = forms.CharField(label=gettext_lazy("Nom de la version"), max_length=30)
    title = forms.CharField(label=gettext_lazy("Titre"), max_length=200)
    least_years = forms.IntegerField(
        label=gettext_lazy("Années d'existence demandées"), min_value=0, max_value=20
    )
    articles = forms.CharField(
        label=gettext_lazy("Articles"),
        help_text=gettext_lazy("Le titre sur une ligne, le texte dessous, puis une ligne vide."),
        widget=forms.Textarea(attrs={"rows": 20}),
    )


@register
class PublishTerms(OnOne):
    access = staticmethod(partner_access.access_terms)
    page = "partnerterms"
    form_class = TermsForm
    name = "publish-partner-terms"
    title = gettext_lazy("Publier une autre convention")
    verb = gettext_lazy("Publier une autre version")
    icon = "article"
    warning = gettext_lazy("Un texte publié ne se change plus. Les conventions signées restent.")
    told = gettext_lazy("Les demandes acceptées ensuite signeront ce texte.")
    done_words = gettext_lazy("La convention est publiée.")

    def initial(self, targets: list[Any]) -> dict[str, Any]:
        (terms,) = targets
        texts = [f"{one.title}\n{one.text}" for one in articles_of(terms)]
        return {
            "title": terms.title,
            "least_years": terms.least_years,
            "articles": "\n\n".join(texts),
        }

    def call(self, row: Any, answers: Answers) -> tuple[Callable[..., Any], dict[str, Any]]:
        del row
        blocks = [
            one
            for one in re.split(r"\n\s*\n", answers["articles"].replace("\r", ""))
            if one.strip()
        ]
        articles = [
            Article(title, text)
            for title, _sep, text in (one.strip().partition("\n") for one in blocks)
        ]
        return operations.publish_terms, dict(answers) | {"articles": articles}

"""Anomalies of a billing run, in words an agent reads: what is odd, and what to do about it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.invoicing.models import Anomaly
from commons.money import format_euros
from tenants.people.models import College, Guardian, Pupil
from ui import wording
from ui.templatetags.ui import percent

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """A kind of anomaly: its name, its sentence (filled with the details) and the advice."""

    title: str | Promise
    sentence: str | Promise
    advice: str | Promise


_L = gettext_lazy
KINDS: dict[str, Kind] = {
    "price_changed": Kind(
        _L("Prix très différent"),
        _L("Le prix passe de %(before_cents)s à %(now_cents)s."),
        _L("Vérifiez les ressources du foyer."),
    ),
    "invoice_far_above_median": Kind(
        _L("Facture très haute"),
        _L("%(total_cents)s, quand la moitié des factures est sous %(median_cents)s."),
        _L("Vérifiez le nombre de repas et d'enfants."),
    ),
    "enrolled_without_price": Kind(
        _L("Inscrit sans prix"),
        _L("%(days)s repas n'ont pas de prix. Le premier est le %(first_day)s."),
        _L("Décidez le prix, puis préparez à nouveau le mois."),
    ),
    "college_without_open_day": Kind(
        _L("Cantine ouverte aucun jour"),
        _L("Des élèves sont inscrits (%(pupils)s), et aucun jour n'est ouvert ce mois-ci."),
        _L("Ouvrez les jours du collège, puis préparez à nouveau le mois."),
    ),
    "not_schooled_there": Kind(
        _L("Repas hors de son collège"),
        _L(
            "%(days)s repas au collège %(uais)s, sans y être élève. Le premier est le %(first_day)s."
        ),
        _L("Vérifiez le départ, arrêtez l'inscription, puis préparez à nouveau le mois."),
    ),
    "no_payer": Kind(
        _L("Personne ne paie"),
        _L("L'inscription n'a aucun payeur."),
        _L("Ajoutez un payeur, puis préparez à nouveau le mois."),
    ),
    "shares_not_whole": Kind(
        _L("Parts incomplètes"),
        _L("Les parts des payeurs font %(share_bp)s, pas 100 %%."),
        _L("Corrigez les parts, puis préparez à nouveau le mois."),
    ),
    "meals_on_closed_day": Kind(
        _L("Repas un jour fermé"),
        _L("Repas ajouté un jour fermé : %(days)s. Il n'est pas facturé."),
        _L("Prévenez le collège si le repas a été servi."),
    ),
    "pupil_in_two_colleges": Kind(
        _L("Élève dans deux collèges"),
        _L("Deux collèges le même jour : %(uais)s."),
        _L("Demandez au collège quitté de corriger l'annuaire."),
    ),
    "zero_invoice": Kind(
        _L("Facture à zéro"),
        _L("Le total est de 0 €. La facture ne sera pas émise."),
        _L("Vérifiez le prix de l'élève."),
    ),
    "duplicate_guardian": Kind(
        _L("Responsable en double"),
        _L("Un autre payeur porte le même nom et la même adresse."),
        _L("Demandez au collège de corriger l'annuaire."),
    ),
    "unreachable_payer": Kind(
        _L("Payeur injoignable"),
        _L("Ni courriel ni adresse, pour %(total_cents)s à payer."),
        _L("Trouvez un moyen de lui envoyer sa facture."),
    ),
    "payer_to_post": Kind(
        _L("Facture à envoyer par la poste"),
        _L("Pas de courriel, mais une adresse, pour %(total_cents)s à payer."),
        _L("Imprimez la facture et envoyez-la."),
    ),
    "billed_again": Kind(
        _L("Facture annulée, puis refaite"),
        _L("Annulée : %(numbers)s. La régularisation facture à nouveau %(total_cents)s."),
        _L("Vérifiez que c'est voulu. Sinon, corrigez les repas ou le payeur d'abord."),
    ),
}


@dataclasses.dataclass(frozen=True, slots=True)
class AnomalyRow:
    """One anomaly as a page shows it."""

    anomaly: Anomaly
    title: str
    who: str
    sentence: str
    advice: str
    url: str

    @property
    def is_blocking(self) -> bool:
        return self.anomaly.severity == Anomaly.Severity.BLOCKING


def title_of(code: str) -> str:
    """The name of a kind; its code when nobody named it."""
    kind = KINDS.get(code)
    return str(kind.title) if kind else code


def advice_of(code: str) -> str:
    """What to do about a kind."""
    kind = KINDS.get(code)
    return str(kind.advice) if kind else ""


def sentence_of(code: str, details: Mapping[str, Any]) -> str:
    """What is odd, with its figures."""
    kind = KINDS.get(code)
    if kind is None:
        return ""
    try:
        written = str(kind.sentence) % {
            name: _write(name, value) for name, value in details.items()
        }
    except KeyError:
        return ""
    return wording.typographic(written)


def _write(name: str, value: Any) -> str:
    if name.endswith("_cents") and isinstance(value, int):
        return format_euros(value)
    if name.endswith("_bp") and isinstance(value, int):
        return percent(value)
    if isinstance(value, list):
        return wording.and_list(_write("", item) for item in value)
    if isinstance(value, str) and len(value) == 10 and value[4:5] == "-":
        return wording.long_date(datetime.date.fromisoformat(value))
    return str(value)


def described(anomalies: Iterable[Anomaly]) -> tuple[AnomalyRow, ...]:
    """Anomalies with the names they are about: one query per kind of subject, however many."""
    listed = list(anomalies)

    def subjects(kind: str) -> list[int]:
        return [row.subject_id for row in listed if row.subject_type == kind]

    pupils = Pupil.objects.in_bulk(subjects("pupil"))
    payers = Guardian.objects.in_bulk(subjects("payer"))
    colleges = College.objects.in_bulk(subjects("College"))
    rows = []
    for anomaly in listed:
        who, url = _("inconnu"), ""
        if pupil := pupils.get(anomaly.subject_id) if anomaly.subject_type == "pupil" else None:
            who, url = pupil.full_name, reverse("console:pupil-file", args=[pupil.public_id])
        elif payer := payers.get(anomaly.subject_id) if anomaly.subject_type == "payer" else None:
            who, url = payer.full_name, reverse("console:people_guardian_change", args=[payer.pk])
        elif anomaly.subject_type == "College" and anomaly.subject_id in colleges:
            college = colleges[anomaly.subject_id]
            who, url = college.name, reverse("console:people_college_change", args=[college.pk])
        rows.append(
            AnomalyRow(
                anomaly=anomaly,
                title=title_of(anomaly.code),
                who=who,
                sentence=sentence_of(anomaly.code, anomaly.details),
                advice=advice_of(anomaly.code),
                url=url,
            )
        )
    return tuple(rows)

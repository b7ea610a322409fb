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
from tenants.people.models import Guardian, Pupil
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
        _L("Deux collèges ce mois-ci : %(uais)s."),
        _L("Vérifiez la date du changement."),
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
    """Anomalies with the names they are about: two queries, however many there are."""
    listed = list(anomalies)
    pupils = Pupil.objects.in_bulk(
        [row.subject_id for row in listed if row.subject_type == "pupil"]
    )
    payers = Guardian.objects.in_bulk(
        [row.subject_id for row in listed if row.subject_type == "payer"]
    )
    rows = []
    for anomaly in listed:
        person: Pupil | Guardian | None
        if anomaly.subject_type == "pupil":
            person = pupils.get(anomaly.subject_id)
            url = reverse("console:pupil-file", args=[person.public_id]) if person else ""
        else:
            person = payers.get(anomaly.subject_id)
            url = reverse("console:people_guardian_change", args=[person.pk]) if person else ""
        rows.append(
            AnomalyRow(
                anomaly=anomaly,
                title=title_of(anomaly.code),
                who=person.full_name if person else _("inconnu"),
                sentence=sentence_of(anomaly.code, anomaly.details),
                advice=advice_of(anomaly.code),
                url=url,
            )
        )
    return tuple(rows)

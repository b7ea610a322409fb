"""What the academic feed tells, in words: kinds of records, fields, reasons, refusals.

Codes are those of `tenants.people.aaf.reasons` and of the report rows. A test fails when one has no
words. Command and console say the same.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.errors import DomainError
from tenants.people.feeding import Leaving
from tenants.people.models import Regime, Relation
from ui import errors, wording
from ui.templatetags.ui import percent

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from tenants.people.models import FeedImport, FeedImportRow

NOTHING = "–"
KINDS: dict[str, str | Promise] = {
    "PUPIL": gettext_lazy("Élève"),
    "GUARDIAN": gettext_lazy("Responsable"),
    "COLLEGE": gettext_lazy("Établissement"),
    "STAFF": gettext_lazy("Personnel"),
    "SUBJECT": gettext_lazy("Matière"),
    "FORMATION": gettext_lazy("Formation"),
    "UNKNOWN": gettext_lazy("Fiche d'un type inconnu"),
}
FIELDS: dict[str, str | Promise] = {
    "attribute": gettext_lazy("champ en cause"),
    "jointure_id": gettext_lazy("identifiant académique"),
    "ine": gettext_lazy("INE"),
    "title": gettext_lazy("civilité"),
    "last_name": gettext_lazy("nom"),
    "first_name": gettext_lazy("prénom"),
    "other_first_names": gettext_lazy("autres prénoms"),
    "birth_date": gettext_lazy("naissance"),
    "college": gettext_lazy("collège"),
    "class": gettext_lazy("classe"),
    "regime": gettext_lazy("régime"),
    "is_boursier": gettext_lazy("boursier"),
    "guardians": gettext_lazy("responsables"),
    "missing_since": gettext_lazy("absent depuis"),
    "email": gettext_lazy("courriel"),
    "mobile_phone": gettext_lazy("mobile"),
    "home_phone": gettext_lazy("téléphone"),
    "phone": gettext_lazy("téléphone"),
    "street": gettext_lazy("adresse"),
    "postal_code": gettext_lazy("code postal"),
    "city": gettext_lazy("commune"),
    "country": gettext_lazy("pays"),
    "uai": gettext_lazy("UAI"),
    "name": gettext_lazy("nom"),
    "sector": gettext_lazy("secteur"),
    "is_open": gettext_lazy("ouvert"),
}
# Said to have changed, and not shown on a terminal, whose lines are kept elsewhere.
PRIVATE = frozenset({"ine", "email", "mobile_phone", "home_phone", "street"})
REASONS: dict[str, str | Promise] = {
    # refused
    "BAD_STRUCTURE": gettext_lazy("La fiche n'a pas la forme attendue."),
    "ENTITY": gettext_lazy("La fiche contient une entité, que nous refusons."),
    "UNKNOWN_REQUEST": gettext_lazy(
        "Cette ligne n'est ni un ajout, ni un changement, ni un retrait."
    ),
    "UNKNOWN_CATEGORY": gettext_lazy("La fiche est d'une catégorie inconnue."),
    "MISSING_ID": gettext_lazy("La fiche n'a pas d'identifiant."),
    "BAD_ID": gettext_lazy("L'identifiant de la fiche est mal formé."),
    "ID_MISMATCH": gettext_lazy("La fiche porte deux identifiants différents."),
    "MISSING_NAME": gettext_lazy("Le nom ou le prénom manque."),
    "MISSING_BIRTH_DATE": gettext_lazy("La date de naissance manque."),
    "BAD_BIRTH_DATE": gettext_lazy("La date de naissance n'existe pas."),
    "MISSING_SCHOOL": gettext_lazy("L'établissement de l'élève manque."),
    "UNKNOWN_SCHOOL": gettext_lazy("L'établissement de l'élève nous est inconnu."),
    "NOT_A_COLLEGE": gettext_lazy("Cet établissement n'est pas un collège."),
    "BAD_UAI": gettext_lazy("L'UAI est mal formé."),
    "BAD_GUARDIAN_LINK": gettext_lazy("Un lien avec un responsable est mal écrit."),
    "TEXT_TOO_LONG": gettext_lazy("Un texte est trop long."),
    "UNKNOWN_RECORD": gettext_lazy("Le changement porte sur une fiche inconnue."),
    # set aside
    "DUPLICATE_ID": gettext_lazy("Plusieurs fiches ont cet identifiant."),
    "DUPLICATE_UAI": gettext_lazy("Plusieurs établissements ont cet UAI."),
    "SAME_INE": gettext_lazy("Un autre élève a déjà cet INE."),
    "AMBIGUOUS_SCHOOL": gettext_lazy("L'établissement de l'élève est lui-même à trancher."),
    "ID_REUSED": gettext_lazy("Cet identifiant était celui de quelqu'un d'autre. Est-ce le même ?"),
    "RENUMBERED": gettext_lazy(
        "Un élève que nous connaissons revient peut-être sous un autre identifiant."
    ),
    # applied, but to be looked at
    "WRONG_UAI_KEY": gettext_lazy("La lettre de l'UAI n'est pas la bonne."),
    "UAI_CHANGED": gettext_lazy("L'UAI de l'établissement a changé."),
    "OTHER_DEPARTEMENT": gettext_lazy("L'établissement est d'un autre département."),
    "ABSENT_COLLEGE": gettext_lazy("L'annuaire ne nomme plus ce collège. Il reste ouvert ici."),
    "BROKEN_ACCENTS": gettext_lazy("Les accents du nom semblent abîmés."),
    "BAD_PHONE": gettext_lazy("Un numéro de téléphone est trop long. Il n'est pas repris."),
    "BAD_INE": gettext_lazy("L'INE est mal formé. Il n'est pas repris."),
    "UNKNOWN_REGIME": gettext_lazy("Le régime est inconnu. L'élève est compté externe."),
    "SEVERAL_SCHOOLS": gettext_lazy("L'élève a plusieurs établissements. Le premier est retenu."),
    "CLASS_ELSEWHERE": gettext_lazy(
        "La classe est d'un autre établissement. Elle n'est pas reprise."
    ),
    "SEVERAL_PAYERS": gettext_lazy("L'élève a plusieurs payeurs. Ils paient à parts égales."),
    "NO_GUARDIAN": gettext_lazy("L'élève n'a pas de responsable."),
    "NO_PAYER": gettext_lazy("Aucun responsable de l'élève n'est payeur."),
    "UNKNOWN_GUARDIAN": gettext_lazy("Un responsable de l'élève nous est inconnu."),
    "AMBIGUOUS_GUARDIAN": gettext_lazy(
        "Un responsable de l'élève est à trancher. Son lien attend."
    ),
    "SHARES_RESET": gettext_lazy(
        "Un payeur s'en va. Les parts fixées par un agent sont remises à égalité."
    ),
    "POSSIBLE_DUPLICATE": gettext_lazy("Un autre élève a le même nom et la même naissance."),
}
# Refusals of a whole feed that `ui.error_texts` does not refine.
REFUSALS: dict[str, str | Promise] = {
    "FUTURE_FEED": gettext_lazy(
        "L'annuaire est daté du %(feed_on)s, un jour à venir. Vérifiez le nom des fichiers."
    ),
    "WRONG_YEAR": gettext_lazy(
        "Un annuaire du %(feed_on)s n'est pas de l'année %(school_year)s. Corrigez l'année."
    ),
}
_LEAVING: dict[str, str | Promise] = {
    "PUPIL": gettext_lazy("Élèves qui disparaîtraient : %(leaving)s sur %(present)s."),
    "GUARDIAN": gettext_lazy("Responsables qui disparaîtraient : %(leaving)s sur %(present)s."),
    "LINK": gettext_lazy("Liens qui prendraient fin : %(leaving)s sur %(present)s."),
}
_LIMIT = gettext_lazy("Le seuil est de %(limit)s.")
_SECTORS = {"PUBLIC": gettext_lazy("Public"), "PRIVATE": gettext_lazy("Privé")}


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """A field of a report row, in words; `old` or `new` is empty when there is none."""

    field: str
    name: str
    old: str
    new: str


def kind_name(kind: str) -> str:
    """What a record is about."""
    return str(KINDS.get(kind, kind))


def reasons(row: FeedImportRow) -> list[str]:
    """Why a record was refused or set aside, and what has to be looked at."""
    codes = dict.fromkeys([row.reason_code, *row.reviews])
    return [wording.typographic(str(REASONS.get(code, code))) for code in codes if code]


def changes(row: FeedImportRow) -> Iterator[Change]:
    """What a report row shows, field by field, in the order of the fields."""
    for field, label in FIELDS.items():
        if field in row.diff:
            old, new = row.diff[field]
            yield Change(field, str(label), _value(field, old), _value(field, new))


def stop_sentences(counts: Mapping[str, Any]) -> list[str]:
    """Which limits a feed goes beyond: one sentence each, then the limit."""
    limit_bp = counts.get("limit_bp", 0)
    leaving, present = counts.get("leaving", {}), counts.get("present", {})
    said = [
        str(text) % {"leaving": leaving[kind], "present": present[kind]}
        for kind, text in _LEAVING.items()
        if Leaving(kind, leaving.get(kind, 0), present.get(kind, 0)).is_beyond(limit_bp)
    ]
    if said:
        said.append(str(_LIMIT) % {"limit": percent(limit_bp)})
    return [wording.typographic(sentence) for sentence in said]


def kept_kinds(imported: FeedImport) -> Iterator[tuple[str, dict[str, int], int]]:
    """By kind of record: its name, what the records became, how many were read and not kept."""
    become, read = imported.counts.get("become", {}), imported.counts.get("read", {})
    for kind, label in KINDS.items():
        outcomes = become.get(kind, {})
        if outcomes or read.get(kind):
            yield str(label), outcomes, 0 if outcomes else read[kind]


def feed_name(imported: FeedImport) -> str:
    """`Complet du 24 août 2026`, or `Changements du 25 août 2026` for a delta."""
    words = _("Changements du %(day)s") if imported.is_delta else _("Complet du %(day)s")
    day = datetime.date.fromisoformat(imported.counts["feed_on"])
    return wording.typographic(words % {"day": wording.full_date(day)})


def refusal(error: DomainError) -> str:
    """Why a whole feed is refused, in one line."""
    text = REFUSALS.get(error.details.get("reason", ""))
    if text is None:
        return str(errors.explain(error))
    details = dict(error.details, feed_on=wording.full_date(error.details["feed_on"]))
    return wording.typographic(str(text) % details)


def _value(field: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    if isinstance(value, list):
        return ", ".join(_link(one) for one in value) or NOTHING
    if field in {"birth_date", "missing_since"}:
        return wording.full_date(datetime.date.fromisoformat(value))
    if field == "regime":
        return str(dict(Regime.choices).get(value, value))
    if field == "sector":
        return str(_SECTORS.get(value, value))
    return str(value)


def _link(text: str) -> str:
    """`10$MOTHER$1$1$1$1`, as the report keeps it: `10 (Mère, autorité parentale, paie)`."""
    guardian, relation, is_financial, legal_role, *_more = text.split("$")
    words = [str(dict(Relation.choices).get(relation, relation))]
    if legal_role != "0":
        words.append(_("autorité parentale"))
    if is_financial == "1":
        words.append(_("paie"))
    return f"{guardian} ({', '.join(words)})"

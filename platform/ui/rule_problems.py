"""What is wrong in a rule file, in one French sentence that names the line.

The templates are plain text, so that a command without settings can use them; when Django runs,
they go through gettext like every other sentence.
"""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings

from billing.rule_files import InvalidRule, Problem


def _(text: str) -> str:
    """Mark a template for the catalogue without needing settings."""
    return text


SENTENCES = {
    "FILE_UNREADABLE": _("Le fichier %(file)s ne peut pas être ouvert."),
    "FILE_TOO_LARGE": _("Le fichier est trop gros (plus de %(bytes)s octets)."),
    "FILE_NOT_UTF8": _("Le fichier %(file)s n'est pas un texte en UTF-8."),
    "FILE_SYNTAX": _("Le fichier n'est pas écrit en YAML ou en JSON."),
    "FILE_NOT_A_MAPPING": _("Le fichier doit contenir des couples « nom : valeur »."),
    "FILE_ALIAS": _("Les renvois YAML (« * » et « & ») sont refusés."),
    "FILE_TOO_DEEP": _("Le fichier a trop de niveaux."),
    "KEY_TWICE": _("« %(place)s » est écrit deux fois."),
    "NOT_A_MAPPING": _("« %(place)s » doit contenir des couples « nom : valeur »."),
    "FIELD_MISSING": _("« %(place)s » manque."),
    "FIELD_UNKNOWN": _("« %(place)s » n'est pas un champ connu."),
    "NOT_A_NUMBER": _("« %(place)s » doit être un nombre, pas « %(value)s »."),
    "NEGATIVE": _("« %(place)s » ne peut pas être négatif (%(value)s)."),
    "TOO_MANY_DECIMALS": _("« %(place)s » a plus de %(places)s décimales (%(value)s)."),
    "NOT_YES_OR_NO": _("« %(place)s » doit valoir true ou false, pas « %(value)s »."),
    "NOT_AN_INTEGER": _("« %(place)s » doit être un nombre entier, pas « %(value)s »."),
    "OUT_OF_RANGE": _("« %(place)s » doit être entre %(lowest)s et %(highest)s."),
    "NOT_A_TEXT": _("« %(place)s » doit être un texte."),
    "NOT_A_DATE": _("« %(place)s » doit être une date AAAA-MM-JJ, pas « %(value)s »."),
    "NOT_A_CHOICE": _("« %(place)s » vaut « %(value)s ». Valeurs possibles : %(allowed)s."),
    "NOT_A_LIST": _("« %(place)s » doit être une liste de %(longest)s lignes au plus."),
    "LIST_EMPTY": _("« %(place)s » est une liste vide."),
    "NOT_A_CLOCK_TIME": _("« %(place)s » doit être une heure HH:MM, pas « %(value)s »."),
    "CODE_MISSPELT": _("« %(value)s » n'est pas un code correct pour « %(place)s »."),
    "PERIOD_EMPTY": _("« %(place)s » doit venir après la date de début (%(value)s)."),
    "SERVICE_UNKNOWN": _("Service inconnu : « %(value)s ». Services possibles : %(allowed)s."),
    "KIND_UNKNOWN": _("Règle inconnue : « %(value)s ». Règles possibles : %(allowed)s."),
    "BOUNDS_CROSSED": _("Le minimum (%(min)s) doit être sous le maximum (%(max)s)."),
    "MAXIMUM_UNREACHABLE": _(
        "Le maximum (%(max)s) ne peut pas être atteint avec le coefficient %(coefficient)s."
    ),
    "BRACKET_GAP": _(
        "Trou avant la tranche %(bracket)s : elle commence à %(value)s au lieu de %(expected)s."
    ),
    "BRACKET_OVERLAP": _(
        "La tranche %(bracket)s chevauche la précédente :"
        " elle commence à %(value)s au lieu de %(expected)s."
    ),
    "BRACKET_OPEN_TOO_EARLY": _(
        "La tranche %(bracket)s n'a pas de fin, alors qu'une autre la suit."
    ),
    "BRACKET_LAST_CLOSED": _(
        "La dernière tranche (%(bracket)s) s'arrête à %(value)s : elle doit rester ouverte."
    ),
    "BRACKET_UNREACHABLE": _(
        "La tranche %(bracket)s ne peut pas être atteinte : elle finit à %(value)s."
    ),
    "STATUS_MISSPELT": _("« %(value)s » n'est pas un statut correct (exemple : RSA)."),
    "STATUS_TWICE": _("Le statut « %(value)s » est écrit deux fois."),
    "BRACKET_WITHOUT_GRID": _(
        "« %(place)s » renvoie à une tranche, mais il n'y a pas de tranches."
    ),
    "CHILDREN_NOT_RISING": _(
        "Le nombre d'enfants %(value)s doit être au moins %(expected)s : les grilles se suivent."
    ),
    "FULL_PRICE_ABOVE_CAP": _("Le prix avant aide (%(price)s) dépasse son plafond (%(cap)s)."),
    "MAXIMUM_UNKNOWN": _(
        "Le prix le plus haut n'est pas connu. Donnez « full_price », ou ne l'offrez pas au choix."
    ),
    "UNIT_OTHER": _("Cette règle ne va pas avec l'unité « %(value)s »."),
    "RATE_ON_INCOME": _("Un taux s'applique à un quotient, pas au revenu d'une année."),
    "BASES_MIXED": _("Un revenu et un quotient ne se comparent pas aux mêmes bornes."),
    "BASIS_TWICE": _("« %(value)s » est déjà la base."),
    "WITHOUT_PROOF_PRICE": _(
        "« without_proof_price » va avec « without_proof: FIXED », et seulement avec lui."
    ),
    "FACTOR_OUT_OF_RANGE": _("Le facteur doit être entre 0 et %(highest)s, pas %(value)s."),
    "MULTIPLE_OF_NOTHING": _(
        "« %(of)s » n'est pas un service de cette grille qui a son propre prix."
    ),
    "MODIFIER_IDLE": _("« %(place)s » ne change rien : le montant est zéro."),
    "MODIFIERS_OVERLAP": _("Deux changements de prix valent les mêmes jours (%(value)s)."),
    "MODIFIER_OUTSIDE": _("« %(place)s » est hors des jours de cette grille."),
    "NOT_A_DAY_OF_YEAR": _("« %(value)s » n'est pas un jour de l'année MM-JJ (exemple : 09-01)."),
    "TERMS_MISSING": _("Donnez les premiers jours des trimestres : « terms »."),
    "CONDITION_NOT_ONE": _("« %(place)s » doit avoir une seule clé parmi %(allowed)s."),
    "CONDITION_UNKNOWN": _("Condition inconnue : « %(value)s ». Possibles : %(allowed)s."),
    "PURSE_TWICE": _("Le porte-monnaie « %(value)s » est écrit deux fois."),
    "LINE_TWICE": _("Le domaine « %(value)s » a deux lignes."),
    "LINE_NEVER_READ": _("« %(place)s » vient après la ligne de tous les domaines."),
    "AMOUNT_UNDER_BASE": _("« %(place)s » donne moins que le montant de base."),
    "AMOUNT_NOTHING": _("« %(place)s » ne donne rien."),
    "CAPTURED_TOO_EARLY": _("« %(place)s » doit venir après « issued_before » (%(value)s)."),
    "RESTORED_DAYS_IDLE": _(
        "« restored_days » va avec « late_cancellation: RESTORED », et seulement avec lui."
    ),
    "CARD_NOT_PHYSICAL": _("« %(place)s » va avec une carte PHYSICAL."),
    "EVENTS_NOT_IN_ORDER": _("« %(place)s » vient avant l'événement précédent."),
    "NAME_UNKNOWN": _("« %(value)s » n'est pas écrit plus haut dans ce fichier."),
    "PRICE_ABOVE_COST": _("Le prix %(price)s dépasse le coût du repas, %(cost)s."),
}
AMOUNTS_IN_CENTS = frozenset({"price", "cost", "min", "max", "cap"})
NO_BREAK_SPACE = "\u00a0"


def problem_sentence(problem: Problem) -> str:
    """One sentence: the line of the file, then what is wrong there."""
    template = SENTENCES.get(problem.code, _("« %(place)s » n'est pas correct."))
    values = {name: _shown(name, value) for name, value in problem.values.items()}
    text = translated(template) % {"place": problem.place, **values}
    if problem.line is None:
        return text
    return translated(_("Ligne %(line)s : %(text)s")) % {"line": problem.line, "text": text}


def refusal_sentences(refusal: InvalidRule) -> list[str]:
    """Every problem of a refusal, in the order of the file."""
    return [problem_sentence(problem) for problem in refusal.problems]


def translated(text: str) -> str:
    """The text in the person's language, or as written when Django is not there."""
    if not settings.configured:
        return text
    from django.utils.translation import gettext  # noqa: PLC0415  needs settings

    return gettext(text)


def _shown(name: str, value: str | int) -> str:
    if name in AMOUNTS_IN_CENTS and isinstance(value, int):
        return f"{Decimal(value).scaleb(-2):.2f}".replace(".", ",") + f"{NO_BREAK_SPACE}€"
    if name in ("value", "expected", "coefficient") and _is_decimal(value):
        return str(value).replace(".", ",")
    return str(value)


def _is_decimal(value: str | int) -> bool:
    text = str(value)
    return text.replace(".", "", 1).isdigit() and "." in text

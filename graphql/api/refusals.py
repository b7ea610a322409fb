"""Requests that are refused before or while they run, and the French sentence of each.

A refusal of the domain (`DomainError`) has its words in `ui.errors`; what only the API can refuse
(a document too deep, a body that is not JSON) has its words here. Nothing that comes from
graphql-core in English reaches the caller, nor any suggestion of a name they did not write: a
schema that may not be read must not be guessed.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from graphql import GraphQLError

from ui import wording

# code → (HTTP status, sentence). Placeholders are the refusal's values.
TEXTS: dict[str, tuple[int, Any]] = {
    "METHOD_NOT_ALLOWED": (405, gettext_lazy("L'API se lit par POST seulement.")),
    "CSRF_REFUSED": (
        403,
        gettext_lazy("Le jeton de sécurité manque ou a expiré. Rechargez-le, puis recommencez."),
    ),
    "NOT_JSON": (
        415,
        gettext_lazy("Envoyez du JSON, avec l'en-tête Content-Type: application/json."),
    ),
    "BODY_TOO_LARGE": (413, gettext_lazy("La demande est trop longue : %(limit)s octets au plus.")),
    "BODY_MALFORMED": (400, gettext_lazy("La demande n'est pas un objet JSON bien écrit.")),
    "BATCH_REFUSED": (400, gettext_lazy("Envoyez une seule requête à la fois, pas une liste.")),
    "QUERY_MISSING": (400, gettext_lazy("Il manque le texte de la requête, dans « query ».")),
    "VARIABLES_MALFORMED": (400, gettext_lazy("« variables » doit être un objet JSON.")),
    "OPERATION_NAME_MALFORMED": (400, gettext_lazy("« operationName » doit être un texte.")),
    "OPERATION_UNKNOWN": (
        400,
        gettext_lazy("Dites par « operationName » quelle opération du document exécuter."),
    ),
    "QUERY_TOO_LARGE": (
        413,
        gettext_lazy("La requête est trop longue : %(limit)s %(unit)s au plus."),
    ),
    "QUERY_SYNTAX": (
        400,
        gettext_lazy("La requête est mal écrite, ligne %(line)s, colonne %(column)s."),
    ),
    "QUERY_TOO_DEEP": (
        400,
        gettext_lazy("La requête est trop profonde : %(limit)s niveaux au plus."),
    ),
    "QUERY_TOO_COSTLY": (
        400,
        gettext_lazy("La requête coûte trop cher : %(found)s, et %(limit)s au plus."),
    ),
    "QUERY_TOO_MANY_ALIASES": (400, gettext_lazy("La requête a trop d'alias : %(limit)s au plus.")),
    "QUERY_TOO_MANY_DIRECTIVES": (
        400,
        gettext_lazy("La requête a trop de directives : %(limit)s au plus."),
    ),
    "QUERY_TOO_MANY_DUPLICATES": (
        400,
        gettext_lazy("La requête demande trop de fois le même champ : %(limit)s au plus."),
    ),
    "QUERY_TOO_MANY_ROOT_FIELDS": (
        400,
        gettext_lazy("La requête a trop de champs au premier niveau : %(limit)s au plus."),
    ),
    "PAGE_TOO_LONG": (
        400,
        gettext_lazy("Une page de liste va de 1 à %(limit)s éléments : corrigez « first »."),
    ),
    "INTROSPECTION_REFUSED": (
        403,
        gettext_lazy(
            "Le schéma se lit par les agents connectés. Il est aussi dans la documentation."
        ),
    ),
    "SUBSCRIPTION_REFUSED": (400, gettext_lazy("L'API n'a pas d'abonnements.")),
    "QUERY_INVALID": (400, gettext_lazy("La requête n'est pas valide : %(reason)s")),
    "VARIABLE_INVALID": (
        400,
        gettext_lazy("La variable $%(name)s n'a pas une valeur du bon type."),
    ),
    "CURSOR_INVALID": (
        200,
        gettext_lazy("Le curseur « after » n'est pas un curseur de cette liste."),
    ),
    "SIGN_IN_REQUIRED": (200, gettext_lazy("Connectez-vous d'abord.")),
    "INTERNAL": (
        200,
        gettext_lazy("Quelque chose n'a pas marché chez nous. Donnez la référence à l'assistance."),
    ),
}


class Refused(GraphQLError):
    """A request that cannot be served as it is."""

    def __init__(self, code: str, nodes: Any = None, **values: Any) -> None:
        self.code = code
        self.status, words = TEXTS[code]
        message = wording.typographic(str(words) % values)
        super().__init__(message, nodes, extensions={"code": code})


# The rules of the GraphQL specification, in French. Quoted names come in the order of the English.
_RULES: dict[str, str | Promise] = {
    "ExecutableDefinitionsRule": gettext_lazy("une définition n'est pas exécutable."),
    "UniqueOperationNamesRule": gettext_lazy("deux opérations ont le nom {0}."),
    "LoneAnonymousOperationRule": gettext_lazy("une opération sans nom doit être seule."),
    "KnownTypeNamesRule": gettext_lazy("le type {0} n'existe pas."),
    "FragmentsOnCompositeTypesRule": gettext_lazy("un fragment porte sur un type sans champs."),
    "VariablesAreInputTypesRule": gettext_lazy("la variable {0} n'a pas un type d'entrée."),
    "ScalarLeafsRule": gettext_lazy("le champ {0} est mal détaillé : vérifiez ses sous-champs."),
    "FieldsOnCorrectTypeRule": gettext_lazy("le champ {0} n'existe pas sur {1}."),
    "UniqueFragmentNamesRule": gettext_lazy("deux fragments ont le nom {0}."),
    "KnownFragmentNamesRule": gettext_lazy("le fragment {0} n'existe pas."),
    "NoUnusedFragmentsRule": gettext_lazy("le fragment {0} ne sert pas."),
    "PossibleFragmentSpreadsRule": gettext_lazy(
        "un fragment ne convient pas à l'endroit où il est."
    ),
    "NoFragmentCyclesRule": gettext_lazy("le fragment {0} se contient lui-même."),
    "UniqueVariableNamesRule": gettext_lazy("deux variables ont le nom {0}."),
    "NoUndefinedVariablesRule": gettext_lazy("la variable {0} n'est pas déclarée."),
    "NoUnusedVariablesRule": gettext_lazy("la variable {0} ne sert pas."),
    "KnownDirectivesRule": gettext_lazy("la directive {0} n'existe pas à cet endroit."),
    "UniqueDirectivesPerLocationRule": gettext_lazy("la directive {0} est répétée."),
    "KnownArgumentNamesRule": gettext_lazy("l'argument {0} n'existe pas."),
    "UniqueArgumentNamesRule": gettext_lazy("l'argument {0} est répété."),
    "ValuesOfCorrectTypeRule": gettext_lazy("une valeur n'a pas le bon type."),
    "ProvidedRequiredArgumentsRule": gettext_lazy("il manque un argument au champ {0}."),
    "VariablesInAllowedPositionRule": gettext_lazy("la variable {0} n'a pas le bon type."),
    "OverlappingFieldsCanBeMergedRule": gettext_lazy("deux champs se disputent le nom {0}."),
    "MaxIntrospectionDepthRule": gettext_lazy("cette lecture du schéma est trop profonde."),
    "UniqueInputFieldNamesRule": gettext_lazy("le champ d'entrée {0} est répété."),
}
_QUOTED = re.compile(r"'([^']{1,80})'")


def broken_rule(rule: str, error: GraphQLError) -> Refused:
    """Say a broken rule of the specification."""
    names = _QUOTED.findall(error.message)
    words = str(_RULES.get(rule, _("vérifiez-la avec le schéma.")))
    needed = words.count("{")
    reason = words.format(*(names + ["…"] * needed)[:needed])
    return Refused("QUERY_INVALID", error.nodes, reason=reason)


_VARIABLE = re.compile(r"Variable '\$(\w+)'")


def bad_variable(error: GraphQLError) -> Refused:
    """Say that a variable has not the right type, without its value."""
    found = _VARIABLE.search(error.message)
    return Refused("VARIABLE_INVALID", error.nodes, name=found.group(1) if found else "…")

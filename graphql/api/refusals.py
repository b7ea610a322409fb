"""Requests that are refused before or while they run, and the French sentence of each.

A refusal of the domain (`DomainError`) has its words in `ui.errors`; what only the API can refuse
(a document too deep, a body that is not JSON) has its words here. Nothing that comes from
graphql-core in English reaches the caller, nor any suggestion of a name they did not write: a
schema that may not be read must not be guessed.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy
from graphql import GraphQLError

from ui import wording

# code → (HTTP status, sentence). Placeholders are the refusal's values.
TEXTS: dict[str, tuple[int, Any]] = {
    "METHOD_NOT_ALLOWED": (
        405,
        gettext_lazy("Envoyez un POST ; un GET lit un de nos documents, par « documentId »."),
    ),
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
    "DOCUMENT_UNKNOWN": (
        400,
        gettext_lazy("« documentId » n'est l'empreinte d'aucun document connu."),
    ),
    "BUDGET_SPENT": (
        429,
        gettext_lazy(
            "Vous avez beaucoup demandé en peu de temps. Recommencez dans %(seconds)s secondes."
        ),
    ),
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
    "QUERY_TOO_MANY_FRAGMENTS": (
        400,
        gettext_lazy("La requête a trop de fragments : %(limit)s au plus."),
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
        gettext_lazy("La variable $%(name)s ne va pas : %(reason)s"),
    ),
    "ENTITY_MALFORMED": (
        200,
        gettext_lazy(
            "Une représentation donne « __typename » et la clé de ce type, en texte. "
            "Types qui en ont une : %(names)s."
        ),
    ),
    "TOO_MANY_ENTITIES": (200, gettext_lazy("Demandez au plus %(limit)s objets à la fois.")),
    "CURSOR_INVALID": (
        200,
        gettext_lazy("Le curseur « after » n'est pas un curseur de cette liste."),
    ),
    "SIGN_IN_REQUIRED": (200, gettext_lazy("Connectez-vous d'abord.")),
    "PROOF_REQUIRED": (
        200,
        gettext_lazy("Prouvez de nouveau qui vous êtes sur le portail, puis recommencez."),
    ),
    "TOKEN_REFUSED": (
        401,
        gettext_lazy("Ce jeton ne vaut rien ici, ou ne vaut plus rien. Demandez-en un autre."),
    ),
    "TOKEN_REQUIRED": (200, gettext_lazy("Ce champ est lu par des logiciels, avec un jeton.")),
    "SCOPE_INSUFFICIENT": (
        403,
        gettext_lazy("Ce logiciel ne lit pas tout cela. Portées nécessaires : %(scopes)s."),
    ),
    "TIME_SPENT": (
        503,
        gettext_lazy("Cette lecture dure trop longtemps. Demandez moins à la fois."),
    ),
    "APPLICATION_NOT_OPEN": (
        200,
        gettext_lazy("Ouvrez d'abord la demande, avec le code reçu par courriel."),
    ),
    "TOO_MANY_TRIES": (
        200,
        gettext_lazy("Il y a eu trop d'essais. Attendez quinze minutes, puis recommencez."),
    ),
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
        self.values = values
        message = wording.typographic(str(words) % values)
        super().__init__(message, nodes, extensions={"code": code})

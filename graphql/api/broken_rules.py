"""The rules of the GraphQL specification, each said in French with the names it is about.

The English messages of graphql-core quote names in a known order; a value is never taken from them.
Nothing suggests a name that the caller did not write.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    Node,
    ObjectFieldNode,
    VariableDefinitionNode,
    Visitor,
    visit,
)

from api.refusals import Refused
from api.variables import wanted

# Quoted names come in the order of the English; a negative place counts from the last.
_RULES: dict[str, tuple[str | Promise, tuple[int, ...]]] = {
    "ExecutableDefinitionsRule": (gettext_lazy("la définition {} ne s'exécute pas."), (0,)),
    "UniqueOperationNamesRule": (gettext_lazy("deux opérations ont le nom {}."), (0,)),
    "LoneAnonymousOperationRule": (gettext_lazy("une opération sans nom doit être seule."), ()),
    "KnownTypeNamesRule": (gettext_lazy("le type {} n'existe pas."), (0,)),
    "FragmentsOnCompositeTypesRule": (
        gettext_lazy("un fragment porte sur {}, qui n'a pas de champs."),
        (-1,),
    ),
    "VariablesAreInputTypesRule": (
        gettext_lazy("la variable {} ne peut pas être de type {}."),
        (0, 1),
    ),
    "ScalarLeafsRule": (gettext_lazy("le champ {} est mal détaillé : vérifiez ses champs."), (0,)),
    "FieldsOnCorrectTypeRule": (gettext_lazy("le champ {} n'existe pas sur {}."), (0, 1)),
    "UniqueFragmentNamesRule": (gettext_lazy("deux fragments ont le nom {}."), (0,)),
    "KnownFragmentNamesRule": (gettext_lazy("le fragment {} n'existe pas."), (0,)),
    "NoUnusedFragmentsRule": (gettext_lazy("le fragment {} ne sert pas."), (0,)),
    "PossibleFragmentSpreadsRule": (
        gettext_lazy("un fragment sur {1} ne va pas là où l'objet est de type {0}."),
        (-2, -1),
    ),
    "NoFragmentCyclesRule": (gettext_lazy("le fragment {} se contient lui-même."), (0,)),
    "UniqueVariableNamesRule": (gettext_lazy("deux variables ont le nom {}."), (0,)),
    "NoUndefinedVariablesRule": (gettext_lazy("la variable {} n'est pas déclarée."), (0,)),
    "NoUnusedVariablesRule": (gettext_lazy("la variable {} ne sert pas."), (0,)),
    "KnownDirectivesRule": (gettext_lazy("la directive {} n'existe pas à cet endroit."), (0,)),
    "UniqueDirectivesPerLocationRule": (gettext_lazy("la directive {} est répétée."), (0,)),
    "KnownArgumentNamesRule": (gettext_lazy("l'argument {} n'existe pas sur {}."), (0, 1)),
    "UniqueArgumentNamesRule": (gettext_lazy("l'argument {} est répété."), (0,)),
    "ProvidedRequiredArgumentsRule": (gettext_lazy("il manque l'argument {1} à {0}."), (0, 1)),
    "VariablesInAllowedPositionRule": (
        gettext_lazy("la variable {} est de type {}, et il faut {}."),
        (0, 1, 2),
    ),
    "OverlappingFieldsCanBeMergedRule": (gettext_lazy("deux champs se disputent le nom {}."), (0,)),
    "MaxIntrospectionDepthRule": (gettext_lazy("cette lecture du schéma est trop profonde."), ()),
    "UniqueInputFieldNamesRule": (gettext_lazy("le champ d'entrée {} est répété."), (0,)),
}
_QUOTED = re.compile(r"'([^'\s]+)'")
_MISSING_FIELD = re.compile(r"Field '([\w.]+)' of required type '[^']+' was not provided")
_UNKNOWN_FIELD = re.compile(r"Field '(\w+)' is not defined by type '(\w+)'")
MAX_NAME = 60


def said(
    rule: str, error: GraphQLError, document: DocumentNode, *, about: Node | None, expected: Any
) -> Refused:
    """A broken rule, the node it is about, and the type expected of it if it is a value."""
    if rule == "ValuesOfCorrectTypeRule":
        reason = _bad_value(error.message, _place(document, about), expected)
    elif rule in _RULES:
        words, places = _RULES[rule]
        names = [name[:MAX_NAME] for name in _QUOTED.findall(error.message)]
        reason = str(words).format(*(_name(names, place) for place in places))
    else:
        reason = _("elle est trop imbriquée ; simplifiez ses fragments.")
    return Refused("QUERY_INVALID", error.nodes, reason=reason)


def _name(names: list[str], place: int) -> str:
    return names[place] if -len(names) <= place < len(names) else "…"


def _bad_value(message: str, place: str, expected: Any) -> str:
    missing = _MISSING_FIELD.match(message)
    if missing:
        return _("il manque le champ {name}.").format(name=missing[1][:MAX_NAME])
    unknown = _UNKNOWN_FIELD.match(message)
    if unknown:
        return _("le champ {name} n'existe pas sur {parent}.").format(
            name=unknown[1][:MAX_NAME], parent=unknown[2][:MAX_NAME]
        )
    return _("{place} ne va pas : il faut {wanted}.").format(
        place=place or "…", wanted=wanted(expected) or _("une autre valeur")
    )


class _Enclosing(Visitor):
    """The names of what holds a node: a variable, or an argument and the fields within it."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.names: list[str] = []
        self._node = node

    def enter(self, node: Node, *_: Any) -> None:
        inner, outer = self._node.loc, node.loc
        if not inner or not outer or not outer.start <= inner.start <= inner.end <= outer.end:
            return
        if isinstance(node, VariableDefinitionNode):
            self.names.append(f"${node.variable.name.value}")
        elif isinstance(node, ArgumentNode | ObjectFieldNode):
            self.names.append(node.name.value)


def _place(document: DocumentNode, node: Node | None) -> str:
    if node is None:
        return ""
    enclosing = _Enclosing(node)
    visit(document, enclosing)
    return ".".join(name[:MAX_NAME] for name in enclosing.names)

"""Our own scalars: amounts that JavaScript reads exactly, and identifiers that are never guessed."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

import graphene
from graphene_federation import shareable
from graphql import GraphQLError, IntValueNode, ValueNode

from commons.errors import NotFound
from commons.money import format_euros

SAFE_INTEGER = 2**53 - 1
CURRENCY = "EUR"


class Cents(graphene.Scalar):
    """Nombre entier de centimes d'euro, de −(2^53−1) à 2^53−1, écrit en JSON comme un entier."""

    @staticmethod
    def serialize(value: Any) -> int:
        return _cents(value)

    @staticmethod
    def parse_value(value: Any) -> int:
        return _cents(value)

    @staticmethod
    def parse_literal(node: ValueNode, _variables: Any = None) -> int:
        if not isinstance(node, IntValueNode):
            raise GraphQLError("Cents is an integer", node)
        return _cents(int(node.value))


def _cents(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > SAFE_INTEGER:
        raise GraphQLError("Cents is an integer whose absolute value is at most 2^53-1")
    return value


@shareable
class Money(graphene.ObjectType):
    """Un montant : des centimes pour calculer, un texte pour lire."""

    opened_by: ClassVar = frozenset[str]()

    cents = Cents(required=True, description="Le montant en centimes.")
    currency = graphene.String(required=True, description="La monnaie (ISO 4217) : toujours EUR.")
    formatted = graphene.String(
        required=True, description="Le montant écrit pour être lu, par exemple « 12,40 € »."
    )

    @staticmethod
    def resolve_cents(cents: int, _info: Any) -> int:
        return cents

    @staticmethod
    def resolve_currency(_cents: int, _info: Any) -> str:
        return CURRENCY

    @staticmethod
    def resolve_formatted(cents: int, _info: Any) -> str:
        return format_euros(cents)


def public_id(written: str) -> uuid.UUID:
    """An identifier that a caller wrote; one that is not a UUID names nothing.

    :raises NotFound: if it is not a UUID
    """
    try:
        return uuid.UUID(written)
    except ValueError as error:
        raise NotFound(id=written[:40]) from error

"""What every mutation shares: one input, a payload with typed errors, one operation called.

`OperationMutation.mutate` is the one place that turns a refusal of the domain into an error of the
payload: its code, its sentence in French, and the path of the input it is about. Anything else is
a bug, answered with a reference and logged with its trace. It is also where the rule that a mutation
declares in its `Meta` is applied: one without a rule is refused when it is defined.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import graphene
from django.db.utils import OperationalError
from graphene.utils.str_converters import to_camel_case
from graphql import GraphQLResolveInfo

from api.context import Context
from api.refusals import Refused
from api.rules import Rule
from billing.rule_files import InvalidRule
from commons.errors import DomainError, RetryLater
from ui.errors import explain
from ui.rule_problems import refusal_sentences

MOST_PROBLEMS = 50
LOCK_NOT_AVAILABLE = "55P03"


class UserError(graphene.ObjectType):
    """Un refus prévu : rien n'a été écrit."""

    code = graphene.String(required=True, description="Le code, stable, en anglais.")
    path = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description='La valeur en cause, par exemple ["input", "weekdays"] ; vide si aucune.',
    )
    message = graphene.String(required=True, description="La phrase à montrer, en français.")


class OperationMutation(graphene.Mutation):
    """The base: `perform` calls one operation and returns the fields of the payload."""

    class Meta:
        abstract = True

    rule: ClassVar[Rule]  # from `Meta`
    # code of a refusal → the field of the input it is about
    about: ClassVar[Mapping[str, str]] = {}

    errors = graphene.List(
        graphene.NonNull(UserError),
        required=True,
        description="Les refus ; vide quand c'est fait.",
    )

    @classmethod
    def __init_subclass_with_meta__(cls, rule: Rule | None = None, **options: Any) -> None:
        if rule is None:
            raise TypeError(f"{cls.__name__}: its Meta says no rule")
        cls.rule = rule
        options.setdefault("name", f"{cls.__name__}Payload")
        options.setdefault("description", "Ce que donne la mutation du même nom.")
        super().__init_subclass_with_meta__(**options)

    @classmethod
    def mutate(cls, _root: None, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        context: Context = info.context
        payload = cls._meta.output
        try:
            cls.rule.check(context)
            done = cls.perform(context, **arguments["input"])
        except Refused as refusal:
            return payload(errors=[UserError(code=refusal.code, path=[], message=refusal.message)])
        except DomainError as error:
            return payload(errors=cls._user_errors(error))
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            return payload(errors=cls._user_errors(RetryLater()))
        return payload(**{"errors": [], **done})

    @classmethod
    def perform(cls, context: Context, **values: Any) -> dict[str, Any]:
        """Call the operation, and give the fields of the payload."""
        raise NotImplementedError

    @classmethod
    def _user_errors(cls, error: DomainError) -> list[UserError]:
        """One error; of a text of rules, one for each problem, which names its line."""
        field = cls.about.get(error.code) or str(error.details.get("field", ""))
        path = ["input", to_camel_case(field)] if field else []
        messages = (
            refusal_sentences(error)[:MOST_PROBLEMS]
            if isinstance(error, InvalidRule)
            else [str(explain(error))]
        )
        return [UserError(code=error.code, path=path, message=one) for one in messages]

"""A mutation made of an act: the page of `console.views.acts`, asked and answered in a graph.

As there, the effect is known before anything is done; an effect that refuses, or that is no longer the
one the caller saw, stops the act. What is not answered is what the page would propose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import graphene
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _
from graphene.utils.str_converters import to_camel_case

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation, UserError
from api.mutations.making import rehearsal
from api.types.acts import ActEffect, ActFigure, ActPayload, ActRow, ActTable
from commons.errors import NotFound
from console.acts import Act, AskedOfEach, Effect
from socle.graph_acts.naming import TARGETS, WITHOUT_TARGETS, type_name
from socle.graph_acts.questions import Question, described, questions_of
from ui.errors import explain

MOST_TARGETS = 500
UNANSWERED = "Une question sans réponse a celle que la page propose ; null la vide"


class Stopped(Exception):
    """The act is not done: why, and its effect when it is known."""

    def __init__(self, errors: list[UserError], effect: Effect | None = None) -> None:
        super().__init__([error.code for error in errors])
        self.errors = errors
        self.effect = effect


class ActMutation(OperationMutation):
    """The base: `act` is done to its targets with the answers of the input."""

    class Meta:
        abstract = True

    act: ClassVar[Act]
    questions: ClassVar[Mapping[str, Question]]
    of_each: ClassVar[Mapping[str, Question]]

    @classmethod
    def perform(cls, context: Context, **given: Any) -> dict[str, Any]:
        """Show the effect, and do the act unless it is a rehearsal."""
        try:
            return cls._answer(context, **given)
        except Stopped as stopped:
            return {"errors": stopped.errors} | _told(stopped.effect)

    @classmethod
    def _answer(
        cls,
        context: Context,
        *,
        targets: Sequence[str] = (),
        dry_run: bool = False,
        seen: str | None = None,
        **given: Any,
    ) -> dict[str, Any]:
        found = _found(cls.act, context, targets)
        answers = cls._answers(found, given)
        effect = cls.act.preview(targets=found, answers=answers, at=context.at)
        if effect.refusals:
            raise Stopped([_refused(one) for one in effect.refusals], effect)
        if seen and seen != effect.fingerprint:
            raise Stopped([_changed()], effect)
        if dry_run:
            return _told(effect)
        outcome = cls.act.perform(
            targets=found, answers=answers, actor=context.actor, at=context.at
        )
        if not outcome.done:
            raise Stopped([_refused(one) for one in outcome.refusals or [_nothing()]], effect)
        return _told(effect) | {
            "message": outcome.message,
            "refusals": outcome.refusals,
            "done": outcome.done,
            "job_id": outcome.job or None,
        }

    @classmethod
    def _answers(cls, found: list[Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """What the form makes of the input.

        :raises Stopped: if an answer is not one
        """
        page = cls.act.form(None, None, found)
        typed = _proposed(page)
        for name, question in cls.questions.items():
            if name in given:
                _type_in(typed, name, question, given[name])
        places = cls._type_in_each(page, typed, given)
        form = cls.act.form(typed, {}, found)
        if not form.is_valid():
            raise Stopped(_form_errors(form, places))
        return form.cleaned_data

    @classmethod
    def _type_in_each(
        cls, page: forms.Form, typed: dict[str, Any], given: Mapping[str, Any]
    ) -> dict[str, list[str]]:
        """Type in what is answered of each object; where each of these fields stands in the input."""
        places: dict[str, list[str]] = {}
        each = cls.act.each
        rows = given.get(each.name) or () if each else ()
        for rank, row in enumerate(rows):
            assert each is not None
            for name, question in cls.of_each.items():
                if name not in row:
                    continue
                field = f"{name}_{row['id']}"
                if field not in page.fields or field in places:
                    path = ["input", each.name, str(rank), "id"]
                    raise Stopped([_error(NotFound.code, str(explain(NotFound())), path)])
                places[field] = ["input", each.name, str(rank), to_camel_case(name)]
                _type_in(typed, field, question, row[name])
        return places


def mutation_of(act: Act) -> type[ActMutation]:
    """The mutation of an act."""
    name = type_name(act)
    first = _targets_field(act)  # graphene writes fields in the order in which they are made
    questions = questions_of(act.form_class.base_fields, owner=name)
    each_id = act.each and graphene.InputField(
        graphene.ID, required=True, description=described(act.each.of)
    )
    of_each = questions_of(act.each.questions, owner=name) if act.each else {}
    each = act.each and _each_list(act.each, name, {"id": each_id} | _fields(of_each))
    rule = rules.needs_proof if act.is_sensitive else rules.needs
    input_type = _input_type(act, name, first | _fields(questions) | (each or {}))
    members = {
        "__doc__": f"{act.title}.",
        "Meta": type("Meta", (), {"rule": rule(act.capability), "output": ActPayload}),
        "Arguments": type(
            "Arguments", (), {"input": input_type(required=True, description="Ce qui est demandé.")}
        ),
        "act": act,
        "questions": questions,
        "of_each": of_each,
    }
    return type(name, (ActMutation,), members)


def _fields(questions: Mapping[str, Question]) -> dict[str, Any]:
    return {name: question.takes for name, question in questions.items()}


def _targets_field(act: Act) -> dict[str, Any]:
    if act.name in WITHOUT_TARGETS:
        return {}
    if act.name not in TARGETS:
        raise TypeError(f"{act.name}: say in socle.graph_acts.naming what its targets are")
    what, several = TARGETS[act.name]
    return {
        "targets": graphene.InputField(
            graphene.List(graphene.NonNull(graphene.ID)),
            required=True,
            description=described(what, f"{MOST_TARGETS} au plus" if several else "Un élément"),
        )
    }


def _each_list(each: AskedOfEach, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    of = described(each.of)
    title = f"{name}{each.name.rstrip('s').title()}Input"
    row = type(title, (graphene.InputObjectType,), {"__doc__": of, **fields})
    rows = graphene.List(graphene.NonNull(row))
    return {each.name: graphene.InputField(rows, description=f"Un élément par objet. {of}")}


def _input_type(act: Act, name: str, asked: Mapping[str, Any]) -> Any:
    own = {
        "dry_run": rehearsal(),
        "seen": graphene.String(
            description="L'empreinte de l'effet montré : s'il a changé depuis, rien n'est fait."
        ),
    }
    assert not set(own) & set(asked), f"{act.name}: a question is named as one of {set(own)}"
    is_all_asked = (
        all(field.required for field in act.form_class.base_fields.values()) and not act.each
    )
    unanswered = "" if is_all_asked else UNANSWERED
    told = described(act.title, act.warning, unanswered)
    return type(f"{name}Input", (graphene.InputObjectType,), {"__doc__": told, **asked, **own})


def _found(act: Act, context: Context, keys: Sequence[str]) -> list[Any]:
    """The targets.

    :raises Stopped: if one is absent or not theirs to see, or if they are too many
    """
    try:
        if len(keys) > MOST_TARGETS or any("\0" in key for key in keys):
            raise NotFound(count=len(keys))
        return act.targets(context.require_user(), keys)
    except NotFound as absent:
        path = [] if act.name in WITHOUT_TARGETS else ["input", "targets"]
        raise Stopped([_error(absent.code, str(explain(absent)), path)]) from absent


def _proposed(page: forms.Form) -> dict[str, Any]:
    """What the page proposes, as it would be sent."""
    initial = {name: page.get_initial_for_field(field, name) for name, field in page.fields.items()}
    return {name: value for name, value in initial.items() if value not in (None, "")}


def _type_in(typed: dict[str, Any], name: str, question: Question, value: Any) -> None:
    if value is None:
        typed.pop(name, None)
    else:
        typed[name] = question.typed(value)


def _form_errors(form: forms.Form, places: Mapping[str, list[str]]) -> list[UserError]:
    """One error for each sentence, with the path of what it is about."""
    found = []
    for name, sentences in form.errors.items():
        path = places.get(name) or (
            ["input"] if name == NON_FIELD_ERRORS else ["input", to_camel_case(name)]
        )
        found += [_error("ANSWER_INVALID", str(sentence), path) for sentence in sentences]
    return found


def _told(effect: Effect | None) -> dict[str, Any]:
    if effect is None:
        return {}
    table = effect.table and ActTable(
        heads=effect.table.heads,
        rows=[ActRow(cells=row) for row in effect.table.rows],
        more=effect.table.more,
    )
    told = ActEffect(
        figures=[ActFigure(label=one.label, value=one.value) for one in effect.figures],
        sentences=effect.sentences,
        warnings=effect.warnings,
        refusals=effect.refusals,
        table=table,
        fingerprint=effect.fingerprint,
    )
    return {"effect": told}


def _error(code: str, message: str, path: Sequence[str]) -> UserError:
    return UserError(code=code, path=list(path), message=message)


def _refused(sentence: str) -> UserError:
    return _error("ACT_REFUSED", str(sentence), ())


def _changed() -> UserError:
    said = _("La situation a changé depuis l'aperçu. Rien n'a été fait. Relisez.")
    return _error("ACT_CHANGED", said, ("input", "seen"))


def _nothing() -> str:
    return _("Rien n'a été fait.")

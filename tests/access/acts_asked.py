"""What acts are asked: by the answers of their form, and the same as the input of their mutation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from graphql import get_named_type, get_nullable_type, is_enum_type, is_list_type

from console import acts
from socle.graph_acts.by_hand import BY_HAND
from socle.graph_acts.naming import field_name
from tests.access import money
from tests.access.world import World

ACT_OF = {field_name(act): act.name for act in acts.catalogue() if act.name not in BY_HAND}


def asked(
    name: str, targets: Sequence[str], answers: Mapping[str, Any], world: World
) -> tuple[list[Any], dict[str, Any]]:
    """What an act is about, and what it is answered that only the world knows."""
    said = {**answers, **money.answers(name, world.keys)}
    first, second = world.family.guardians
    if name == "prepare-run":
        said["regie"] = str(world.keys["regie"].public_id)
    if name in ("share-bills", "change-payers"):
        said |= {f"share_{first.public_id}": "60", f"share_{second.public_id}": "40"}
    if name == "credit-invoice":
        said[f"cents_{world.keys['line'].public_id}"] = "1,00"
    if name == "recognise-person":
        said["candidate"] = str(world.keys["candidate"].public_id)
    if name == "form-household":
        said["adults"] = [str(first.public_id)]
        said["children"] = [str(world.family.pupil.public_id)]
        said["valid_from"] = "2024-12-02"
    return [world.keys[one] for one in targets], said


def document(mutation: str, field: Any) -> str:
    """What asks an act."""
    kind = get_named_type(field.args["input"].type).name
    return f"mutation($input: {kind}!) {{ {mutation}(input: $input) {{ errors {{ code }} }} }}"


def input_of(
    mutation: str, field: Any, targets: Sequence[str], answers: Mapping[str, Any]
) -> dict[str, Any]:
    """What a form was sent, in the types of the graph."""
    act = acts.find(ACT_OF[mutation])
    fields = get_named_type(field.args["input"].type).fields
    found: dict[str, Any] = {"targets": list(targets)} if "targets" in fields else {}
    for name, one in fields.items():
        if act.each is not None and name == act.each.name:
            found[name] = _rows(get_named_type(one.type).fields, answers)
        elif _snake(name) in answers:
            found[name] = _written(one.type, answers[_snake(name)])
    return found


def _rows(fields: Mapping[str, Any], answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"id": sent.removeprefix(f"{name}_"), name: _written(one.type, answer)}
        for name, one in fields.items()
        for sent, answer in answers.items()
        if sent.startswith(f"{name}_")
    ]


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda capital: f"_{capital[1].lower()}", name)


def _written(kind: Any, answer: Any) -> Any:
    if is_list_type(get_nullable_type(kind)):
        many = answer if isinstance(answer, list) else str(answer).split("\n")
        return [_written(get_nullable_type(kind).of_type, one) for one in many]
    named = get_named_type(kind)
    if is_enum_type(named):
        names = {
            str(getattr(one.value, "value", one.value)): name for name, one in named.values.items()
        }
        return names[answer]
    if named.name in ("Cents", "Decimal"):
        number = Decimal(str(answer).replace(",", "."))
        return int(number * 100) if named.name == "Cents" else str(number)
    if named.name == "Date":
        return answer if len(answer) > len("2024-11") else f"{answer}-01"
    return {"Boolean": lambda: answer == "on", "Int": lambda: int(answer)}.get(
        named.name, lambda: answer
    )()

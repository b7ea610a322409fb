"""What Pass+ can do, somebody can ask for: each public operation has a door, or this says what does it."""

from __future__ import annotations

import ast

from tests.architecture.sources import imports, in_folders, named

DOORS = ("platform/portal", "platform/console", "platform/socle", "graphql/api")
ROOMS = ("federation/exchange/", "federation/passplus/", "federation/reciprocity/")
# The operations that no door calls by name, and what does what they do.
INSIDE = {
    "attach_document": "`give_document`, once the file is examined",
    "begin_application": "`applicants.begin`, for the session that asks",
    "book_guest": "`take_ticket`, its last step; `book_guests` does what was left",
    "cancel_ticket": "`give_up`, which says what is lost first",
    "capture_for_neighbour": "`take_ticket` of a neighbour",
    "capture_ticket": "`capture_at_till`, that every till calls; this one is the simulator's",
    "check_lines": "`sign_statement` of Pass+, inside its transaction",
    "empty_purses": "`keep_deadlines`",
    "end_tickets": "`keep_deadlines`",
    "erase_ended": "`keep_registrations`, and the handler of a registration that ends",
    "grant_card": "`grant_registration`, and `renew_cards` without asking",
    "list_partner": "`take_ticket`, before a neighbour is asked; `list_partners` each night",
    "open_iban": "`approve_run`, for the file that goes to the bank: no page shows an account",
    "open_application": "`applicants.open_with`, which gives it to the session",
    "prove_status": "`accept_documents`, in the same transaction",
    "put_back_for_neighbour": "`undo_capture`, on a neighbour's side",
    "renew_cards": "the long work that `renew-cards` begins",
    "return_for_neighbour": "`approve_correction` of a neighbour; `finish_returns` does what was left",
    "send_capture": "`send_captures`, one by one",
    "take_again_for_neighbour": "`approve_correction` of an undoing, of a neighbour",
    "take_ticket": "`capture_at_till`, wherever the ticket is from",
    "tell": "each act on a statement, inside its transaction",
    "write_settlement": "`record_settlement`, which books it too",
    "write_signature": "`sign_statement` of Pass+, which reads the books first",
}


def public_operations() -> set[str]:
    """The functions that the rooms' `operations` give, by name."""
    return {
        element.value
        for source in named("operations.py")
        if source.place.startswith(ROOMS)
        for node in source.tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for element in ast.walk(node.value)
        if isinstance(element, ast.Constant) and element.value[:1].islower()
    }


def asked_for() -> set[str]:
    """The names that doors take of these rooms: `operations.x`, or `from … import x`."""
    found: set[str] = set()
    for source in in_folders(*DOORS):
        if "/seeding/" in source.place:  # a demo is no door
            continue
        rooms = any(module.startswith("federation.") for module, _line in imports(source))
        for node in ast.walk(source.tree):
            if rooms and isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif rooms and isinstance(node, ast.Name):
                found.add(node.id)
    return found


def test_each_operation_of_pass_plus_has_a_door():
    operations, doors = public_operations(), asked_for()

    assert len(operations) > 80
    assert operations - doors - set(INSIDE) == set()


def test_what_is_said_to_be_inside_is_an_operation_without_a_door():
    operations, doors = public_operations(), asked_for()

    assert set(INSIDE) - operations == set()
    assert set(INSIDE) & doors == set()

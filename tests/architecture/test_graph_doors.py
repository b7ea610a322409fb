"""What can be done can be asked by GraphQL: each public operation of every room, or this says why not.

An act of the console is a mutation (`socle.graph_acts`, tests/api/test_acts.py): what acts call, the
graph calls. `test_doors.py` says the same of every door together, for Pass+.
"""

from __future__ import annotations

import ast

from tests.architecture.sources import in_folders, named, strings

MUTATIONS = "graphql/api/mutations"
GRAPH = ("graphql/api", "platform/console/acts")
ROOMS = ("tenants", "billing", "federation")
# By reason, the operations that no mutation calls.
NOT_ASKED: dict[str, tuple[str, ...]] = {
    "of the working group, whose pages are on the public host, where no graph is": (
        "end_membership",
        "invite",
        "renew_access",
        "require_editor",
        "set_role",
    ),
    "a step of another operation, in its transaction or its worker": (
        "attach_document",
        "begin_application",
        "book_guest",
        "cancel_ticket",
        "capture_for_neighbour",
        "capture_ticket",
        "check_code",
        "check_lines",
        "check_password_rules",
        "close_account",
        "decide_household_prices",
        "give",
        "grant_card",
        "hand_over_moved",
        "handle_notice",
        "hold",
        "list_partner",
        "lock_accounts",
        "look_at_refund",
        "open_account",
        "open_accounts",
        "open_alike",
        "open_application",
        "open_iban",
        "post",
        "post_along",
        "prepare_period",
        "prove_status",
        "publish_period",
        "publish_tariff_version",
        "put_back_for_neighbour",
        "put_question",
        "release",
        "renew_cards",
        "return_for_neighbour",
        "save_enrolment_draft",
        "send_capture",
        "spend_code",
        "take_again_for_neighbour",
        "take_or_keep",
        "take_ticket",
        "tell",
        "tell_later",
        "use_over_paid",
        "write_release",
        "write_settlement",
        "write_signature",
    ),
    "asked by the clock alone": (
        "book_guests",
        "complete",
        "complete_running",
        "book_settlements",
        "delete_documents",
        "empty_purses",
        "end_left_openings",
        "end_tickets",
        "end_windows",
        "erase_ended",
        "expire_pending",
        "finish_returns",
        "finish_undoing",
        "forget_applications",
        "forget_counts",
        "gather",
        "give_up_waiting",
        "keep_deadlines",
        "keep_registrations",
        "let_go",
        "list_partners",
        "look_at_waiting",
        "publish_due",
        "purge",
        "purge_passes",
        "purge_records",
        "purge_timetables",
        "purge_tokens",
        "read_envelopes",
        "push",
        "remove_letters",
        "send_next",
        "take_back_licences",
        "tell_families",
        "watch_services",
    ),
    "asked by who runs the platform, at a terminal": (
        "check_books",
        "check_ledger",
        "close_merchant",
        "close_source",
        "create_user",
        "follow_metadata",
        "grant_role",
        "import_aaf",
        "open_educonnect",
        "open_franceconnect",
        "open_merchant",
        "open_regie",
        "open_source",
        "publish_schedule",
        "publish_services",
        "renew_client_key",
        "renew_key",
        "replace_keys",
        "replace_secret",
        "set_canteen_rules",
        "set_rules",
        "set_way",
    ),
    "a protocol has its own door: a provider's notice, signing in here or at a service, counting visits": (
        "admit",
        "answer_with_assertion",
        "arrive",
        "arrive_from_departement",
        "claim_ticket",
        "count_people",
        "end_openings",
        "end_token",
        "end_told_sessions",
        "give_link",
        "issue_ticket",
        "issue_token",
        "note_used",
        "open_for",
        "receive_notice",
        "take_back",
        "touch",
        "touch_if_possible",
        "unsubscribe",
    ),
    "a secret is typed, or a paper shown, on a page alone": (
        "change_password",
        "join_as_new",
        "prove_by_code",
        "prove_by_paper",
        "unlink",
        "use_code",
    ),
    "a file is given or taken by a page: a graph answers JSON": (
        "attach",
        "give_document",
        "import_records",
        "justify_with_document",
        "open_document",
        "open_letters",
        "read_payment_file",
    ),
    "a page of the portal, not yet a mutation": (
        "open_arrival",
        "open_departure",
        "widen",
        "withdraw_arrival",
        "withdraw_departure",
    ),
}


def public_operations() -> set[str]:
    """What the rooms' `operations` give, by name: what `__all__` says, else each public function."""
    found: set[str] = set()
    for source in named("operations.py"):
        if source.layer in ROOMS:
            found |= _said_public(source.tree) or {
                node.name
                for node in source.tree.body
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            }
    return found


def _said_public(tree: ast.Module) -> set[str]:
    return {
        element.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for element in ast.walk(node.value)
        if isinstance(element, ast.Constant) and element.value[:1].islower()
    }


def asked_by_graph() -> set[str]:
    """Every name that mutations and acts take; some mutations are made of an operation's name."""
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for source in in_folders(*GRAPH)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute | ast.Name)
    }
    written = {text for source in in_folders(MUTATIONS) for text, _line in strings(source)}
    return names | written


def test_each_operation_is_asked_by_a_mutation_or_says_why_not():
    operations, asked = public_operations(), asked_by_graph()
    excused = {name for names in NOT_ASKED.values() for name in names}

    assert len(operations) > 250
    assert operations - asked - excused == set()


def test_no_excuse_is_left_of_what_a_mutation_asks_or_no_longer_is():
    operations, asked = public_operations(), asked_by_graph()
    excuses = [name for names in NOT_ASKED.values() for name in names]

    assert sorted(excuses) == sorted(set(excuses))
    assert set(excuses) - operations == set()
    assert set(excuses) & asked == set()

"""What agents do to pay partners, and what a partner says of a line of its statement.

Money leaves by two people: who prepared does not approve, here as in the console. Who approves proved
lately who they are.
"""

from __future__ import annotations

import datetime
from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.family_rights import value_of
from api.mutations.making import identifier, mutation, rehearsal, words
from api.mutations.tills import MEMBERSHIP
from api.scalars import Cents, public_id
from api.types.enumerations import CorrectionKind, ReturnReasonCode
from api.types.partner_corrections import CorrectionForeseen, PartnerCorrection
from api.types.partner_payments import (
    PartnerPayout,
    PartnerRun,
    StatementDispute,
    run_node,
)
from commons.rehearsing import PREVIEW, rehearse
from federation.passplus.models import Correction
from federation.passplus.reimbursing import operations, queries, rehearsing
from federation.passplus.reimbursing.access import (
    access_correction,
    access_own_line,
    access_partner_run,
    access_payout,
    access_statement_dispute,
)
from federation.passplus.reimbursing.operations import Wrong
from tenants.accounts.capabilities import Capability

ONE_DAY = datetime.timedelta(days=1)
_PREPARES = rules.needs(Capability.PREPARE_PARTNER_PAYMENTS)
_APPROVES = rules.needs_proof(Capability.APPROVE_PARTNER_PAYMENTS)
_REFUSES = rules.needs(Capability.APPROVE_PARTNER_PAYMENTS)
_RUN = {"run": graphene.Field(PartnerRun, description="Le paiement.")}
_RUN_ID = identifier("Le paiement")
_PAYOUT = {"payout": graphene.Field(PartnerPayout, description="Le virement.")}
_CORRECTION = {
    "correction": graphene.Field(
        PartnerCorrection, description="La correction ; rien si rien n'est à garder."
    )
}
_FORESEEN = _CORRECTION | {
    "foreseen": graphene.Field(
        CorrectionForeseen, description="Ce qu'elle change, une fois approuvée."
    )
}
_CORRECTION_ID = identifier("La correction")


def _prepare(context: Context, *, last_day: datetime.date, dry_run: bool) -> dict[str, Any]:
    """Nothing is paid before another person approves."""
    until = min(last_day, context.today) + ONE_DAY  # no day comes after the last of all
    asked: dict[str, Any] = {"until": until, "at": context.at}
    if dry_run:
        node = rehearse(operations.prepare_run, read=run_node, actor=PREVIEW, **asked)
        return {"foreseen": node.totals}
    run = operations.prepare_run(actor=context.actor, **asked)
    return {"run": run_node(run)}


class RunForeseen(graphene.ObjectType):
    """Ce que donnerait un paiement. Rien n'est gardé."""

    partners = graphene.Int(required=True, description="Combien de partenaires.")
    entries = graphene.Int(required=True, description="Combien de tickets et d'ajouts.")
    due_cents = Cents(required=True, description="Ce qui serait versé, en centimes.")

    @staticmethod
    def resolve_entries(totals: Any, _info: Any) -> int:
        return int(totals.lines)


PreparePartnerRun = mutation(
    _prepare,
    name="PreparePartnerRun",
    rule=_PREPARES,
    asked="Le dernier jour à payer.",
    takes={
        "last_day": graphene.Date(required=True, description="Le dernier jour, compris, terminé."),
        "dry_run": rehearsal(),
    },
    gives={
        "run": graphene.Field(
            PartnerRun, description="Le paiement à approuver ; rien si rien n'est à garder."
        ),
        "foreseen": graphene.Field(RunForeseen, description="Ce qu'il donnerait."),
    },
    about={"PASSPLUS_RUN_TOO_EARLY": "last_day"},
)


def _approve(context: Context, *, run_id: str) -> dict[str, Any]:
    """By somebody else than who prepared it: statements are issued, transfers ordered."""
    run = access_partner_run(context.require_user(), public_id(run_id))
    done = operations.approve_run(run=run, actor=context.actor, at=context.at)
    return {"run": run_node(done)}


ApprovePartnerRun = mutation(
    _approve,
    name="ApprovePartnerRun",
    rule=_APPROVES,
    asked="Un paiement à approuver.",
    takes={"run_id": _RUN_ID},
    gives=_RUN,
    about={"NOT_FOUND": "run_id"},
)


def _refuse(context: Context, *, run_id: str, answer: str) -> dict[str, Any]:
    """Its tickets are free for the next one."""
    run = access_partner_run(context.require_user(), public_id(run_id))
    done = operations.refuse_run(run=run, answer=answer[:300], actor=context.actor, at=context.at)
    return {"run": run_node(done)}


RefusePartnerRun = mutation(
    _refuse,
    name="RefusePartnerRun",
    rule=_REFUSES,
    asked="Un paiement à refuser.",
    takes={"run_id": _RUN_ID, "answer": words("Pourquoi ; qui l'a préparé le lit.")},
    gives=_RUN,
    about={"NOT_FOUND": "run_id"},
)


def _return(
    context: Context, *, payout_id: str, reason: Any, returned_on: datetime.date
) -> dict[str, Any]:
    """It is due again, and its account is set aside."""
    payout = access_payout(context.require_user(), public_id(payout_id))
    done = operations.record_return(
        payout=payout,
        reason=value_of(reason),
        on=returned_on,
        actor=context.actor,
        at=context.at,
    )
    return {"payout": done}


RecordPayoutReturn = mutation(
    _return,
    name="RecordPayoutReturn",
    rule=_PREPARES,
    asked="Un virement revenu.",
    takes={
        "payout_id": identifier("Le virement"),
        "reason": graphene.InputField(
            ReturnReasonCode, required=True, description="La raison donnée par la banque."
        ),
        "returned_on": graphene.Date(required=True, description="Le jour où il est revenu."),
    },
    gives=_PAYOUT,
    about={"NOT_FOUND": "payout_id", "PASSPLUS_PAYOUT_RETURNED": "payout_id"},
)


def _trust(context: Context, *, payout_id: str) -> dict[str, Any]:
    """By somebody else than who noted the return."""
    payout = access_payout(context.require_user(), public_id(payout_id))
    return {
        "payout": operations.trust_iban_again(payout=payout, actor=context.actor, at=context.at)
    }


TrustPartnerAccount = mutation(
    _trust,
    name="TrustPartnerAccount",
    rule=_APPROVES,
    asked="Un virement revenu dont le compte a été vérifié.",
    takes={"payout_id": identifier("Le virement")},
    gives=_PAYOUT,
    about={"NOT_FOUND": "payout_id"},
)


class WrongInput(graphene.InputObjectType):
    """Ce qui est à corriger."""

    name = graphene.String(
        required=True, description="Le code d'un ticket, ou le SIRET d'un partenaire."
    )
    cents = Cents(description="Le montant ; rien pour tout ce qui reste du ticket.")


def _ask(
    context: Context, *, kind: Any, wrongs: list[dict[str, Any]], reason: str, dry_run: bool
) -> dict[str, Any]:
    """Nothing moves before another person approves."""
    asked: dict[str, Any] = {
        "kind": value_of(kind),
        "wrongs": [Wrong(one["name"][:60], one.get("cents")) for one in wrongs],
        "reason": reason[:300],
        "at": context.at,
    }
    if asked["kind"] == Correction.Kind.UNDO:
        raise operations.CorrectionNotUndone
    foreseen = rehearsing.foresee_correction(**asked)
    if dry_run:
        return {"foreseen": foreseen}
    correction = operations.ask_correction(actor=context.actor, **asked)
    return {"foreseen": foreseen, "correction": correction}


AskPartnerCorrection = mutation(
    _ask,
    name="AskPartnerCorrection",
    rule=_PREPARES,
    asked="Ce qui est à corriger, et pourquoi.",
    takes={
        "kind": graphene.InputField(
            CorrectionKind, required=True, description="Ce qui est corrigé ; UNDO a sa mutation."
        ),
        "wrongs": graphene.List(
            graphene.NonNull(WrongInput), required=True, description="Les tickets ou partenaires."
        ),
        "reason": words("Pourquoi ; le partenaire le lit."),
        "dry_run": rehearsal(),
    },
    gives=_FORESEEN,
    about={
        "PASSPLUS_CORRECTION_EMPTY": "wrongs",
        "PASSPLUS_CORRECTION_LINE_INVALID": "wrongs",
        "PASSPLUS_CORRECTION_TOO_MUCH": "wrongs",
        "PASSPLUS_CORRECTION_NOT_UNDONE": "kind",
    },
)


def _approve_correction(context: Context, *, correction_id: str) -> dict[str, Any]:
    """All of it or nothing, by somebody else than who asked."""
    found = access_correction(context.require_user(), public_id(correction_id))
    done = operations.approve_correction(correction=found, actor=context.actor, at=context.at)
    return {"correction": done}


ApprovePartnerCorrection = mutation(
    _approve_correction,
    name="ApprovePartnerCorrection",
    rule=_APPROVES,
    asked="Une correction à approuver.",
    takes={"correction_id": _CORRECTION_ID},
    gives=_CORRECTION,
    about={"NOT_FOUND": "correction_id"},
)


def _refuse_correction(context: Context, *, correction_id: str, answer: str) -> dict[str, Any]:
    """Nothing moves."""
    found = access_correction(context.require_user(), public_id(correction_id))
    done = operations.refuse_correction(
        correction=found, answer=answer[:300], actor=context.actor, at=context.at
    )
    return {"correction": done}


RefusePartnerCorrection = mutation(
    _refuse_correction,
    name="RefusePartnerCorrection",
    rule=_REFUSES,
    asked="Une correction à refuser.",
    takes={"correction_id": _CORRECTION_ID, "answer": words("Pourquoi ; qui demande le lit.")},
    gives=_CORRECTION,
    about={"NOT_FOUND": "correction_id"},
)


def _undo(context: Context, *, correction_id: str, reason: str, dry_run: bool) -> dict[str, Any]:
    """By the opposite entries, once another person approves."""
    found = access_correction(context.require_user(), public_id(correction_id))
    foreseen = rehearsing.foresee_undoing(found, reason=reason[:300], at=context.at)
    if dry_run:
        return {"foreseen": foreseen}
    undoing = operations.ask_undoing(
        correction=found, reason=reason[:300], actor=context.actor, at=context.at
    )
    return {"foreseen": foreseen, "correction": undoing}


UndoPartnerCorrection = mutation(
    _undo,
    name="UndoPartnerCorrection",
    rule=_PREPARES,
    asked="Une correction à défaire.",
    takes={
        "correction_id": _CORRECTION_ID,
        "reason": words("Pourquoi ; le partenaire le lit."),
        "dry_run": rehearsal(),
    },
    gives=_FORESEEN,
    about={"NOT_FOUND": "correction_id", "PASSPLUS_CORRECTION_NOT_UNDONE": "correction_id"},
)
_DISPUTE = {"dispute": graphene.Field(StatementDispute, description="La contestation.")}


def _answer(context: Context, *, dispute_id: str, is_accepted: bool, answer: str) -> dict[str, Any]:
    """What it changes is a correction, which two people make."""
    found = access_statement_dispute(context.require_user(), public_id(dispute_id))
    done = operations.answer_statement_dispute(
        dispute=found,
        is_accepted=is_accepted,
        answer=answer,
        actor=context.actor,
        at=context.at,
    )
    return {"dispute": done}


AnswerStatementDispute = mutation(
    _answer,
    name="AnswerStatementDispute",
    rule=_PREPARES,
    asked="Une contestation, et la réponse.",
    takes={
        "dispute_id": identifier("La contestation"),
        "is_accepted": graphene.Boolean(
            required=True, description="Vrai si le partenaire a raison."
        ),
        "answer": words("La réponse, que le partenaire lit."),
    },
    gives=_DISPUTE,
    about={"NOT_FOUND": "dispute_id"},
)


def _dispute(
    context: Context, *, membership_id: str, statement_id: str, line_id: str, text: str
) -> dict[str, Any]:
    """By who manages the partner, once per line at a time."""
    member = context.member(membership_id, manager=True)
    line = access_own_line(member.partner, public_id(statement_id), line_id)
    dispute = operations.dispute_statement_line(
        line=line, text=text, actor=context.partner_actor, at=context.at
    )
    return {"dispute": queries.dispute_by_id(dispute.pk)}


DisputeStatementLine = mutation(
    _dispute,
    name="DisputeStatementLine",
    rule=rules.by_partner,
    asked="Une ligne de son relevé, et ce qui ne va pas.",
    takes={
        "membership_id": MEMBERSHIP,
        "statement_id": identifier("Le relevé"),
        "line_id": graphene.ID(required=True, description="La ligne."),
        "text": words("Ce qui ne va pas, mille signes au plus."),
    },
    gives=_DISPUTE,
    about={
        "NOT_FOUND": "line_id",
        "PASSPLUS_LINE_DISPUTED": "line_id",
        "PASSPLUS_LINE_NOT_DISPUTABLE": "text",
    },
)

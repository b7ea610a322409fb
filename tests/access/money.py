"""The acts on payments and on what partners are paid: the objects of each, and its answers."""

from __future__ import annotations

import datetime
import json
from typing import Any

from federation.passplus.campaign_files import CAMPAIGNS_FOLDER
from federation.passplus.reimbursing import operations
from federation.passplus.reimbursing.operations import Wrong
from federation.passplus.reimbursing.rule_files import MODEL_PATH
from tenants.people.models import Pupil
from tests.factories.passplus import make_card, make_partner
from tests.factories.reimbursing import (
    ANNE,
    BRUNO,
    DECEMBER,
    NOVEMBER,
    approved,
    captured,
    paying,
    prepared,
    priced,
    with_account,
)

ACTS: dict[str, tuple[tuple[str, ...], dict[str, object]]] = {
    "ask-provider-again": (("payment",), {}),
    "close-unknown-payment": (("payment",), {"words": "Inconnu"}),  # refused: nobody answers
    "answer-payment": (("payment",), {"words": "Vu avec la banque"}),
    "handle-notices-again": (("notice",), {}),
    "ask-refund": (("paid",), {"amount": "1,00", "reason": "Repas annulés"}),  # see `_act`
    "approve-refunds": (("refund",), {}),
    "refuse-refunds": (("refund",), {"answer": "Déjà fait"}),
    "prepare-partner-run": ((), {"last_day": "2023-11-30"}),  # see `before`
    "approve-partner-run": (("partner_run",), {}),
    "refuse-partner-run": (("partner_run",), {"answer": "Trop tôt"}),
    "record-payout-return": (("payout",), {"on": "2023-11-09", "reason": "AC04"}),
    "trust-iban-again": (("returned_payout",), {}),
    "open-paying-account": ((), {"holder": "Régie", "iban": "FR7630006000011234567890189"}),
    "publish-pricing": ((), {"text": MODEL_PATH.read_text(encoding="utf-8")}),
    "ask-correction": ((), {"kind": "MORE", "reason": "Oubli"}),  # the partner: see `answers`
    "approve-correction": (("correction",), {}),
    "refuse-correction": (("correction",), {"answer": "Non"}),
    "undo-correction": (("done_correction",), {"reason": "Erreur"}),
    "answer-statement-dispute": (("statement_dispute",), {"is_accepted": "no", "answer": "Vu."}),
}

_CAMPAIGN = json.dumps((CAMPAIGNS_FOLDER / "78-pass-plus-2023.yaml").read_text(encoding="utf-8"))
_RULES = json.dumps(MODEL_PATH.read_text(encoding="utf-8"))
# The mutations of the API: the object they are about, and what is sent.
MUTATIONS = {
    "publishPassCampaign": ("campaign", f"text: {_CAMPAIGN}"),
    "renewPassCampaign": ("campaign", "campaignId: $id"),
    "publishReimbursementRules": ("campaign", f"text: {_RULES}"),
    "preparePartnerRun": ("approved_run", 'lastDay: "2024-10-31"'),  # refused: another waits
    "approvePartnerRun": ("partner_run", "runId: $id"),
    "refusePartnerRun": ("partner_run", 'runId: $id, answer: "Trop tôt"'),
    "recordPayoutReturn": (
        "payout",
        'payoutId: $id, reason: AC04, returnedOn: "2023-11-09"',
    ),
    "trustPartnerAccount": ("returned_payout", "payoutId: $id"),
    "askPartnerCorrection": (
        "paid_partner",
        'kind: MORE, wrongs: [{name: "{siret}", cents: 100}], reason: "Oubli"',
    ),
    "approvePartnerCorrection": ("correction", "correctionId: $id"),
    "refusePartnerCorrection": ("correction", 'correctionId: $id, answer: "Non"'),
    "undoPartnerCorrection": ("done_correction", 'correctionId: $id, reason: "Erreur"'),
    "answerStatementDispute": (
        "statement_dispute",
        'disputeId: $id, isAccepted: false, answer: "Vu."',
    ),
}
ARGUMENTS = {"job": "job", "partnerRun": "approved_run", "partnerStatement": "partner_statement"}
# Rules without a cap nor a domain, the only ones; a run that was approved; a statement that was paid, whose
# dispute waits; corrections of no ticket, which undo nothing. The others: tests/api/test_partner_payments.py.
NOTHING_YET = (
    *(f"refunds.{name}" for name in ("amount.cents", "amount.currency", "amount.formatted")),
    "refunds.invoiceNumber",
    "refunds.settledAt",
    "job.startedAt",  # the work waits: see tests/api/test_acts.py
    "job.endedAt",
    "job.step.code",
    "job.step.of",
    "job.step.place",
    "job.resultId",
    "job.errorCode",
    "job.errorMessage",
    "ines.cap.cents",
    "ines.cap.currency",
    "ines.cap.formatted",
    "reimbursementRules.lines.domain",
    "reimbursementRules.validUntil",
    "partnerRun.anomalies.amount.cents",
    "partnerRun.anomalies.amount.currency",
    "partnerRun.anomalies.amount.formatted",
    "partnerRun.anomalies.kind",
    "partnerRun.anomalies.partner",
    "disputes.answeredAt",
    "statementDisputes.nodes.answeredAt",
    "partnerStatement.payout.returnReason",
    "partnerStatement.payout.returnedOn",
    "partnerCorrections.nodes.lines.isToPurse",
    "partnerCorrections.nodes.lines.ticket",
    "partnerCorrections.nodes.undoesId",
)


def paid_partners(pupil: Pupil) -> dict[str, Any]:
    """Two partners who were paid, one whose transfer came back; a run and a correction that wait."""
    judo, chess = with_account(make_partner()), with_account(make_partner())
    card = make_card(pupil=pupil)
    paying()
    priced(valid_from="2023-09-01")
    captured(card, judo, 10_00)
    captured(card, chess, 5_00)
    run = approved()
    payout, returned = run.order.payouts.order_by("pk")
    operations.record_return(
        payout=returned, reason="AC04", on=datetime.date(2023, 11, 9), actor=ANNE, at=DECEMBER
    )
    statement = run.statements.get(partner=judo)
    dispute = operations.dispute_statement_line(
        line=statement.lines.get(), text="Il manque 5 €", actor=BRUNO, at=DECEMBER
    )
    asked = {"kind": "MORE", "reason": "Oubli", "actor": ANNE, "at": DECEMBER}
    wrongs = [Wrong(judo.siret, 1_00)]
    done = operations.ask_correction(wrongs=wrongs, **asked)
    operations.approve_correction(correction=done, actor=BRUNO, at=NOVEMBER)
    return {
        "paid_partner": judo,
        "approved_run": run,
        "payment_order": run.order,
        "partner_statement": statement,
        "payout": payout,
        "returned_payout": returned,
        "statement_dispute": dispute,
        "done_correction": done,
        "correction": operations.ask_correction(wrongs=wrongs, **asked),
        "partner_run": prepared("2023-12-01", at=DECEMBER),
    }


def answers(name: str, keys: dict[str, Any]) -> dict[str, Any]:
    """What an act is answered that only the world knows."""
    if name == "ask-correction":
        return {"wrongs": f"{keys['paid_partner'].siret} 1,00"}
    if name == "ask-refund":
        return {"part": str(keys["paid"].parts.get().invoice.public_id)}
    return {}


def before(name: str, keys: dict[str, Any]) -> None:
    """A run is prepared when no other waits."""
    if name == "prepare-partner-run":
        operations.refuse_run(run=keys["partner_run"], answer="", actor=ANNE, at=DECEMBER)

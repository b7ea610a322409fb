"""What the matrix asks of the API: the object each root field is about, and what is sent."""

from __future__ import annotations

ARGUMENTS = {
    "child": "pupil",
    "invoice": "invoice",
    "payment": "paid",
    "billingRun": "run",
    "priceContest": "answered_contest",
    "feedImport": "feed",
    "rightsRequest": "rights",
    "scheduleDraft": "draft",
    "simulateTariff": "draft",
}
# What else is asked of these objects.
GIVEN = {
    "simulateTariff": (
        'draftId: $id, service: HALF_BOARD, firstDay: "2024-09-01", lastDay: "2025-08-31"'
    ),
}
# What is asked of no object: its arguments.
ASKED = {"simulatePrice": '(service: HALF_BOARD, household: {quotientFamilial: "600"})'}
# The mutations of the API: the object they are about, and what is sent.
MUTATIONS = {
    "enrolInCanteen": ("newcomer", "childId: $id, weekdays: [MONDAY]"),
    "payInvoices": ("invoice", "invoices: [{invoiceId: $id}]"),
    "resumePayment": ("payment", "paymentId: $id"),
    "leavePayment": ("payment", "paymentId: $id"),
    "contestPrice": ("price", 'priceId: $id, text: "Trop cher"'),
    "beginRightsRequest": ("rights", "clientMutationId: $id"),
    "chooseRightsSource": ("rights", "requestId: $id, way: DOCUMENT"),
    "giveConsent": ("rights", 'requestId: $id, version: "impots-2026-11"'),
    "withdrawConsent": ("rights", "requestId: $id"),
    "askRightsSource": ("rights", "requestId: $id"),
    "chooseHighestPrice": ("rights", "requestId: $id"),
    "setFavouriteService": ("service", "serviceId: $id, isFavourite: true"),
    "abandonRightsRequest": ("rights", "requestId: $id"),
    "takeRightsRequest": ("rights_waiting", "requestId: $id"),
    "releaseRightsRequest": ("rights_waiting", "requestId: $id"),
    "decideRightsRequest": (
        "rights_waiting",
        "requestId: $id, proofKind: STATUS_CERTIFICATE, basis: FISCAL_QF, quotient: 600",
    ),
    "askRightsDocument": ("rights_waiting", 'requestId: $id, words: "La page 2 manque."'),
    "refuseRightsRequest": ("rights_waiting", 'requestId: $id, words: "Cet avis a dix ans."'),
    "startScheduleDraft": ("version", 'name: "Essai", versionId: $id'),
    "saveScheduleDraft": ("draft", 'draftId: $id, revision: 1, name: "Essai", text: "format: 1"'),
    "proposeTariff": (
        "draft",
        f"{GIVEN['simulateTariff']}, familiesAtLeast: 1, highest: 700",
    ),
    "disputeInvoiceLine": ("line", 'invoiceId: "{invoice}", lineId: $id, text: "Absent"'),
}

"""What the matrix asks: the object each page and each root field is about, and what is sent."""

from __future__ import annotations

from tests.access import pass_plus, reciprocity

# A page that needs more than one answer per object is asked with the family's own.
PARAMETERS = {
    "pupil-file": "pupil",
    "acting-enter": "acting",
    "visit-end": "acting",
    "billing-run": "run",
    "job": "job",
    "tariff-version": "version",
    "feed": "feed",
    "draft": "draft",
    "proposal": "draft",
    "simulation": "draft",
    "enrolment": "newcomer",
    "enrolment-days": "newcomer",
    "enrolment-resources": "newcomer",
    "enrolment-confirm": "newcomer",
    "session-end": "own_session",
    "passkey-remove": "passkey",
    "pay": "invoice",
    "dispute": "invoice",
    "payment": "payment",
    "payment-return": "payment",
    "payment-resume": "payment",
    "payment-leave": "payment",
    "receipt-document": "paid",
    "letters-document": "letters",
    "rights-document": "document",
    **dict.fromkeys(
        (
            "rights-request",
            "rights-way",
            "rights-identity",
            "rights-tax-number",
            "rights-agreement",
            "rights-add-document",
            "rights-ask-again",
            "rights-take-back",
            "rights-give-up",
        ),
        "rights",
    ),
    "credit-note-document": "credit_note",
    "partner-agreement-document": "partner_agreement",
    "partner": "partner",
    "partner-sheet-withdraw": "proposal",
    **reciprocity.PARAMETERS,
    "partner-run": "partner_run",
    "partner-order-file": "payment_order",
    "partner-statement": "partner_statement",
    "partner-statement-document": "partner_statement",
    "partner-statement-table": "partner_statement",
    "partner-dispute": "partner_statement",
    **dict.fromkeys(
        (
            "registration",
            "registration-situation",
            "registration-photo",
            "registration-pieces",
            "registration-send",
            "registration-withdraw",
        ),
        "registration",
    ),
    "registration-document": "registration_document",
    "campaign": "campaign",
    **pass_plus.PARAMETERS,
}
ARGUMENTS = {
    "_entities": "pupil",
    "child": "pupil",
    "invoice": "invoice",
    "payment": "paid",
    "passTicket": "ticket",
    "billingRun": "run",
    "priceContest": "answered_contest",
    "feedImport": "feed",
    "rightsRequest": "rights",
    "passRegistration": "registration_granted",
    "scheduleDraft": "draft",
    "simulateTariff": "draft",
    "partner": "partner",
    "clearingStatement": "statement",
}
# What else is asked of these objects.
GIVEN = {
    "_entities": 'representations: [{__typename: "Child", id: $id}]',
    "simulateTariff": (
        'draftId: $id, service: HALF_BOARD, firstDay: "2024-09-01", lastDay: "2025-08-31"'
    ),
}
# What is asked of no object: its arguments.
ASKED = {
    "simulatePrice": '(service: HALF_BOARD, household: {quotientFamilial: "600"})',
    "usage": "(window: MONTH)",
    "partners": '(near: "Nanterre")',
}
# The mutations of the API: the object they are about, and what is sent.
MUTATIONS = {
    "enrolInCanteen": ("newcomer", "childId: $id, weekdays: [MONDAY]"),
    "makePassTicket": ("pupil", 'childId: $id, purse: "culture", cents: 500, key: "api"'),
    "cancelPassTicket": ("ticket", "ticketId: $id"),
    "endAgentAccess": ("acting", "accessId: $id"),
    "payInvoices": ("invoice", "invoices: [{invoiceId: $id}]"),
    "resumePayment": ("payment", "paymentId: $id"),
    "leavePayment": ("payment", "paymentId: $id"),
    "contestPrice": ("price", 'priceId: $id, text: "Trop cher"'),
    "endSession": ("own_session", "sessionId: $id"),
    "endSessions": ("own_session", "clientMutationId: $id"),
    "beginRightsRequest": ("rights", "clientMutationId: $id"),
    "chooseRightsSource": ("rights", "requestId: $id, way: DOCUMENT"),
    "giveConsent": ("rights", 'requestId: $id, version: "impots-2026-11"'),
    "withdrawConsent": ("rights", "requestId: $id"),
    "askRightsSource": ("rights", "requestId: $id"),
    "chooseHighestPrice": ("rights", "requestId: $id"),
    "setFavouriteService": ("service", "serviceId: $id, isFavourite: true"),
    "abandonRightsRequest": ("rights", "requestId: $id"),
    "beginPassRegistration": ("newcomer", 'campaignId: "{campaign}", childId: $id'),
    "tellPassSituation": (
        "registration",
        'registrationId: $id, classLevel: SIXTH, homePostalCode: "92000"',
    ),
    "submitPassRegistration": ("registration", "registrationId: $id"),
    "withdrawPassRegistration": ("registration", "registrationId: $id"),
    "takePassRegistration": ("registration_waiting", "registrationId: $id"),
    "releasePassRegistration": ("registration_waiting", "registrationId: $id"),
    "grantPassRegistration": (
        "registration_waiting",
        "registrationId: $id, attested: [HOME, SCHOOL]",
    ),
    "askPassDocuments": (
        "registration_waiting",
        'registrationId: $id, kinds: [PHOTO], words: "Elle est floue."',
    ),
    "refusePassRegistration": (
        "registration_waiting",
        'registrationId: $id, words: "L\'adresse est à Paris."',
    ),
    "acceptPassDocuments": ("registration_granted", "registrationId: $id"),
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
    **reciprocity.MUTATIONS,
}

"""How the lists of the console, their rows and their filters are named in the graph."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Model

# Where the model's own name would mislead, is another's too, or has no singular.
_NAMES = {
    "accounts.User": "Account",
    "announcements.NotificationDefaults": "NotificationSetting",
    "canteen.BookingException": "MealException",
    "canteen.CanteenRules": "CanteenRuleSet",
    "ent.Licence": "ServiceLicence",
    "ent.Opening": "ServiceOpening",
    "ent.Registration": "ServiceRegistration",
    "integrators.Credential": "IntegratorCredential",
    "invoicing.Anomaly": "BillingAnomaly",
    "invoicing.Dispute": "InvoiceDispute",
    "ledger.Account": "LedgerAccount",
    "ledger.Transfer": "LedgerTransfer",
    "passplus.Correction": "PartnerCorrection",
    "passplus.PartnerTerms": "PartnerTermsVersion",
    "passplus.Payout": "PartnerPayout",
    "passplus.Registration": "PassRegistration",
    "passplus.ReimbursementRules": "ReimbursementRuleSet",
    "payments.Notice": "PaymentNotice",
    "reciprocity.Agreement": "ReciprocityAgreement",
    "reciprocity.Statement": "ClearingStatement",
    "rights.Consent": "RightsConsent",
    "rights.RightsRules": "RightsRuleSet",
    "rights.SourceCall": "RightsSourceCall",
    "tariffs.HouseholdResources": "HouseholdResourceRecord",
    "webhooks.Delivery": "WebhookDelivery",
    "webhooks.Endpoint": "WebhookEndpoint",
}


def _name(model: type[Model]) -> str:
    options = model._meta  # noqa: SLF001  the public way to a model's name
    return _NAMES.get(options.label, model.__name__)


def type_name(model: type[Model]) -> str:
    """`Pupil` → `ConsolePupil`."""
    return f"Console{_name(model)}"


def row_field(model: type[Model]) -> str:
    """`BillingRun` → `billing_run`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", _name(model)).lower()


def list_field(model: type[Model]) -> str:
    """`BillingRun` → `billing_runs`."""
    one = row_field(model)
    if one.endswith("y") and one[-2] not in "aeiou":
        return f"{one[:-1]}ies"
    return f"{one}es" if one.endswith("s") else f"{one}s"


def filter_name(filter_class: type[Any]) -> str:
    """`WaitingForAnAgent`, `LateFilter` → `waiting_for_an_agent`, `late`."""
    name = filter_class.__name__.removesuffix("Filter")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()

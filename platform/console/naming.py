"""How a row is called on its page and in the rows that refer to it.

The models write primary keys and codes, which say nothing to an agent. A list that shows one of
these asks for what the name needs (`list_select_related`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from billing.canteen.models import (
    BookingException,
    CanteenRules,
    Enrolment,
    EnrolmentPayer,
    ServiceDay,
)
from billing.invoicing.models import (
    Anomaly,
    BillingRun,
    CreditNote,
    CreditNoteLine,
    Dispute,
    Invoice,
    InvoiceLine,
)
from billing.ledger.models import Account, AccountKind, Transfer
from billing.payments.models import Merchant, Notice, Payment, PaymentPart, Refund
from billing.rights.models import Consent, RightsRequest, RightsRules, RightsSource, SourceCall
from billing.tariffs.models import (
    HouseholdResources,
    PriceContest,
    PriceDecision,
    TariffSchedule,
    TariffVersion,
)
from commons.models import AuditEntry, Job, OutboxEvent
from commons.money import format_euros
from console import anomaly_queries as anomalies
from console.service_queries import audience_of, name_of_enabled, with_names
from console.words import ACTIONS, EVENTS, JOBS, said
from federation.ent.models import EnabledService, Licence, Opening, Registration, SigningKey
from federation.passplus.models import (
    Campaign,
    Correction,
    PartnerAgreement,
    PartnerIban,
    PartnerMember,
    PartnerRun,
    PartnerStatement,
    Payout,
    ReimbursementRules,
    SheetProposal,
    StatementDispute,
    StatementLine,
    TicketKey,
)
from federation.passplus.registration_models import Registration as PassRegistration
from federation.reciprocity import queries as reciprocity
from federation.reciprocity.models import Agreement, Statement
from federation.webhooks.models import Delivery
from federation.webhooks.public_events import words_of
from tenants.accounts.models import StaffRole
from tenants.identities.models import ExternalIdentity, LinkRequest
from tenants.integrators.models import Credential
from tenants.people.models import (
    FeedImport,
    FeedImportRow,
    Guardianship,
    HouseholdMember,
    Schooling,
)
from tenants.schoollife.announcements.notice_models import NotificationDefaults
from tenants.schoollife.records.models import (
    Absence,
    Homework,
    Justification,
    Mark,
    RecordsRules,
)
from tenants.schoollife.timetable.models import Lesson
from ui import records_texts, wording


def _account(row: Account) -> str:
    """An invoice's by its number; the others by what they stand for."""
    invoice = getattr(row, "invoice", None)
    if invoice is not None:
        return _("Facture %(number)s") % {"number": invoice.number}
    if row.kind == AccountKind.REVENUE and row.name:
        return str(row.name)
    return f"{row.get_kind_display()}, {row.name or row.code}"


_NAMES: dict[type[Any], Callable[[Any], str]] = {
    Account: _account,
    Agreement: lambda row: (
        _("Convention avec %(other)s")
        % {"other": reciprocity.name_of(reciprocity.other_party(row))}
    ),
    Statement: lambda row: (
        _("Relevé %(month)s avec %(other)s")
        % {
            "month": wording.of_month(row.month),
            "other": reciprocity.name_of(reciprocity.other_of(row)),
        }
    ),
    Anomaly: lambda row: anomalies.title_of(row.code),
    AuditEntry: lambda row: said(ACTIONS)(row.action),
    BillingRun: lambda row: (
        (_("Régularisation %(month)s") if row.corrects_id else _("Facturation %(month)s"))
        % {"month": wording.of_month(row.month)}
    ),
    BookingException: lambda row: (
        f"{row.get_kind_display()}, {row.enrolment.pupil}, {wording.full_date(row.day)}"
    ),
    CanteenRules: lambda row: (
        _("Règles depuis le %(day)s") % {"day": wording.full_date(row.valid_from)}
    ),
    Delivery: lambda row: f"{words_of(row.name)}, {row.endpoint}",
    Absence: lambda row: f"{row.get_kind_display()}, {records_texts.when(row)}",
    Homework: lambda row: (
        _("%(subject)s, pour le %(day)s")
        % {"subject": row.subject, "day": wording.full_date(row.due_on)}
    ),
    NotificationDefaults: lambda _row: _("Réglage des notifications"),
    Lesson: lambda row: f"{row.subject}, {wording.day_and_hour(row.starts_at)}",
    Mark: lambda row: f"{row.pupil}, {row.assessment.title}",
    Justification: lambda row: (
        _("Explication du %(day)s") % {"day": wording.full_date(row.given_at)}
    ),
    RecordsRules: lambda row: _("Règles du %(day)s") % {"day": wording.full_date(row.set_at)},
    Consent: lambda row: _("Accord du %(day)s") % {"day": wording.full_date(row.given_at)},
    CreditNote: lambda row: _("Avoir %(number)s") % {"number": row.number},
    CreditNoteLine: lambda row: f"{row.credit_note}, {row.invoice_line.label}",
    PriceContest: lambda row: (
        _("Contestation du %(day)s") % {"day": wording.full_date(row.opened_at)}
    ),
    Dispute: lambda row: _("Réclamation du %(day)s") % {"day": wording.full_date(row.opened_at)},
    Credential: lambda row: f"{row.integrator.name}, {row.get_kind_display()}",
    EnabledService: name_of_enabled,
    Opening: lambda row: f"{name_of_enabled(row.enabled)} : {audience_of(row)}",
    Registration: lambda row: row.client_id or row.service_url or row.entity_id,
    SigningKey: lambda row: f"{row.get_state_display()}, {row.kid[:8]}",
    Licence: lambda row: f"{row.opening.enabled.service_code}, {row.user}",
    Correction: lambda row: _("Correction du %(day)s") % {"day": wording.full_date(row.asked_at)},
    PartnerRun: lambda row: _("Paiement du %(day)s") % {"day": wording.full_date(row.asked_at)},
    PartnerStatement: lambda row: (
        _("Relevé %(number)s") % {"number": row.number} if row.number else _("Relevé à approuver")
    ),
    Campaign: lambda row: row.label,
    SheetProposal: lambda row: (
        _("Changement demandé le %(day)s") % {"day": wording.full_date(row.proposed_at)}
    ),
    ReimbursementRules: lambda row: row.label,
    StatementLine: lambda row: f"{row.label}, {format_euros(row.gross_cents)}",
    StatementDispute: lambda row: (
        _("Contestation du %(day)s") % {"day": wording.full_date(row.opened_at)}
    ),
    PartnerAgreement: lambda row: (
        _("Convention du %(day)s") % {"day": wording.full_date(row.signed_at)}
    ),
    PartnerIban: lambda row: _("Compte finissant par %(ending)s") % {"ending": row.ending},
    PartnerMember: lambda row: f"{row.user.get_full_name()}, {row.partner}",
    Payout: lambda row: _("Virement de %(amount)s") % {"amount": format_euros(row.amount_cents)},
    TicketKey: lambda row: f"{row.get_state_display()}, {row.kid[:8]}",
    Enrolment: lambda row: f"{row.pupil}, {row.college.name}",
    EnrolmentPayer: lambda row: f"{row.guardian}, {row.enrolment.pupil}",
    FeedImport: lambda row: _("Import du %(day)s") % {"day": wording.full_date(row.started_at)},
    FeedImportRow: lambda row: f"{row.record_id}, {row.get_outcome_display()}",
    OutboxEvent: lambda row: said(EVENTS)(row.name),
    Guardianship: lambda row: f"{row.guardian}, {row.pupil}",
    HouseholdMember: lambda row: f"{row.guardian}, {row.household}",
    HouseholdResources: lambda row: (
        _("Ressources de %(household)s, depuis le %(day)s")
        % {"household": row.household, "day": wording.full_date(row.valid_from)}
    ),
    ExternalIdentity: lambda row: f"{row.get_kind_display()}, {wording.full_date(row.linked_at)}",
    LinkRequest: lambda row: (
        _("%(kind)s, %(profile)s, %(day)s")
        % {
            "kind": row.get_kind_display(),
            "profile": str(row.get_profile_display()).lower(),
            "day": wording.full_date(row.created_at),
        }
    ),
    Invoice: lambda row: _("Facture %(number)s") % {"number": row.number},
    InvoiceLine: lambda row: f"{row.invoice}, {row.label}",
    Job: lambda row: said(JOBS)(row.kind),
    Merchant: lambda row: f"{row.regie.name}, {row.get_provider_display()}",
    Notice: lambda row: _("Avis du %(day)s") % {"day": wording.full_date(row.received_at)},
    Payment: lambda row: (
        _("Paiement de %(amount)s, %(day)s")
        % {
            "amount": format_euros(row.amount_cents),
            "day": wording.full_date(row.created_at),
        }
    ),
    PaymentPart: lambda row: f"{row.invoice.number}, {format_euros(row.amount_cents)}",
    PriceDecision: lambda row: (
        f"{row.pupil}, {format_euros(row.unit_price_cents)}, {wording.full_date(row.valid_from)}"
    ),
    Refund: lambda row: (
        _("Remboursement de %(amount)s, %(day)s")
        % {"amount": format_euros(row.amount_cents), "day": wording.full_date(row.asked_at)}
    ),
    PassRegistration: lambda row: (
        _("Pass+ %(of_name)s") % {"of_name": wording.of_name(row.pupil.full_name)}
    ),
    RightsRequest: lambda row: (
        _("Demande de %(household)s, %(day)s")
        % {"household": row.household, "day": wording.full_date(row.created_at)}
    ),
    RightsRules: lambda row: _("Règles du %(day)s") % {"day": wording.full_date(row.set_at)},
    RightsSource: lambda row: row.get_kind_display(),
    SourceCall: lambda row: _("Appel du %(day)s") % {"day": wording.full_date(row.called_at)},
    Schooling: lambda row: (
        f"{row.pupil}, {row.college.name}, {row.school_year}-{row.school_year + 1}"
    ),
    ServiceDay: lambda row: f"{row.college.name}, {wording.full_date(row.day)}",
    StaffRole: lambda row: f"{row.user.get_full_name()}, {row.get_role_display()}",
    TariffSchedule: lambda row: row.label,
    TariffVersion: lambda row: f"{row.schedule.label}, {wording.full_date(row.valid_from)}",
    Transfer: lambda row: (
        _("%(kind)s de %(amount)s, %(day)s")
        % {
            "kind": row.get_kind_display(),
            "amount": format_euros(row.amount_cents),
            "day": wording.full_date(row.booked_at),
        }
    ),
}


# The relations that a name goes through, by model.
_THROUGH: dict[type[Any], tuple[str, ...]] = {
    Account: ("invoice",),
    BookingException: ("enrolment__pupil",),
    Credential: ("integrator",),
    CreditNoteLine: ("credit_note", "invoice_line"),
    Delivery: ("endpoint",),
    Enrolment: ("pupil", "college"),
    EnrolmentPayer: ("guardian", "enrolment__pupil"),
    Guardianship: ("guardian", "pupil"),
    HouseholdMember: ("guardian", "household"),
    HouseholdResources: ("household",),
    InvoiceLine: ("invoice",),
    Licence: ("opening__enabled", "user"),
    Merchant: ("regie",),
    Opening: ("enabled", "college", "school_class"),
    PartnerMember: ("user", "partner"),
    PassRegistration: ("pupil",),
    PaymentPart: ("invoice",),
    PriceDecision: ("pupil",),
    RightsRequest: ("household",),
    Schooling: ("pupil", "college"),
    ServiceDay: ("college",),
    StaffRole: ("user",),
    TariffVersion: ("schedule",),
}


# What names ask row by row, asked for all of them.
_TOGETHER: dict[type[Any], Callable[[Iterable[Any]], None]] = {
    EnabledService: with_names,
    Opening: lambda rows: with_names(row.enabled for row in rows),
}


def prepare(model: type[Any], rows: Iterable[Any]) -> None:
    """Have ready what the names of these rows ask, so that none asks alone."""
    if model in _TOGETHER:
        _TOGETHER[model](rows)


def through(model: type[Any]) -> tuple[str, ...]:
    """The relations that the name of such a row goes through, to be read with it."""
    return _THROUGH.get(model, ())


def name_of(row: Any) -> str:
    """A row in the words of the house."""
    naming = _NAMES.get(type(row))
    return naming(row) if naming else str(row)

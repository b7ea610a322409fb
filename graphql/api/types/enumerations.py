"""The enumerations of the schema: the stored values, said in French."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import graphene
from django.db.models import TextChoices

from billing.canteen.models import Enrolment
from billing.canteen.overviews import DayStatus
from billing.invoicing.models import Anomaly, BillingRun, CreditNote, Dispute
from billing.payments.models import Payment
from billing.rights.models import RightsRequest
from billing.rights.outcomes import Outcome
from billing.simulation.models import ScheduleDraft
from billing.tariffs.models import HouseholdResources, PriceContest, Service
from commons.models import Job
from federation.catalogue.attributes import Attribute
from federation.catalogue.models import SharedService
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import (
    CardNumber,
    Correction,
    PartnerApplication,
    PartnerKind,
    PartnerRole,
    PartnerRun,
    Payout,
    SheetProposal,
    StatementDispute,
    Ticket,
    TillCapture,
)
from federation.passplus.payout_models import ReturnReason
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.terms import DECLARATIONS
from federation.usage.models import Kind, Window
from federation.usage.models import Profile as UsedAs
from tenants.accounts.capabilities import Role
from tenants.accounts.models import SignIn
from tenants.identities.models import LinkRequest, Profile, ProviderKind
from tenants.people.models import FeedImport, Level, Regime, Relation
from tenants.schoollife.announcements.notice_models import Mode
from tenants.schoollife.records.models import Absence, Justification, Mark
from tenants.schoollife.records.models import AbsenceReason as Excuse
from tenants.schoollife.timetable.models import LessonStatus
from ui.passplus_texts import DOMAINS
from ui.registration_texts import FACTS, LEVELS, SECTORS
from ui.service_texts import ATTRIBUTES


def _choices(
    choices: type[TextChoices], name: str, what: str, *, without: Collection[str] = ()
) -> Any:
    labels = {value: str(label) for value, label in choices.choices if value not in without}
    names = [(f"_{value}" if value[0].isdigit() else value, value) for value in labels]

    def description(member: Any) -> str:
        return what if member is None else f"{labels[member.value]}."

    return graphene.Enum(name, names, description=description)


def _said(name: str, what: str, words: Mapping[Any, Any]) -> Any:
    """An enumeration of the engine's, each member with its words."""
    labels = {str(member): str(label) for member, label in words.items()}

    def description(member: Any) -> str:
        return what if member is None else f"{labels[member.value].capitalize()}."

    names = [(getattr(member, "name", member), str(member)) for member in words]
    return graphene.Enum(name, names, description=description)


class Weekday(graphene.Enum):
    """Un jour de cantine de la semaine."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 4
    THURSDAY = 8
    FRIDAY = 16

    @property
    def description(self) -> str:
        names = {1: "Lundi.", 2: "Mardi.", 4: "Mercredi.", 8: "Jeudi.", 16: "Vendredi."}
        return names[self.value] if self in Weekday else ""  # type: ignore[attr-defined]


_ROLES = {
    Role.ADMINISTRATOR: "Administrateur.",
    Role.REGISSEUR: "Régisseur.",
    Role.INSTRUCTOR: "Instructeur.",
    Role.READER: "Lecteur.",
    Role.COLLEGE_SECRETARY: "Secrétaire de collège.",
}
StaffRoleName = graphene.Enum(
    "StaffRoleName",
    [(role.value, role.value) for role in Role],
    description=lambda member: (
        "Le rôle d'un agent." if member is None else _ROLES[Role(member.value)]
    ),
)
MealService = _choices(Service, "MealService", "Un service de restauration.")
EnrolmentState = _choices(Enrolment.State, "EnrolmentState", "L'état d'une inscription.")
BillingRunState = _choices(BillingRun.State, "BillingRunState", "L'état d'une facturation.")
JobState = _choices(Job.State, "JobState", "L'état d'un travail long.")
PaymentState = _choices(Payment.State, "PaymentState", "L'état d'un paiement.")
AnomalySeverity = _choices(Anomaly.Severity, "AnomalySeverity", "La gravité d'une anomalie.")
CreditNoteKind = _choices(CreditNote.Kind, "CreditNoteKind", "Pour quoi un avoir est fait.")
PassTicketState = _choices(Ticket.State, "PassTicketState", "L'état d'un ticket Pass+.")
NotificationMode = _choices(Mode, "NotificationMode", "Quand une personne est prévenue.")
ContestState = _choices(PriceContest.State, "ContestState", "L'état d'une contestation.")
DisputeState = _choices(Dispute.State, "DisputeState", "L'état d'une réclamation.")
ScheduleDraftState = _choices(
    ScheduleDraft.State, "ScheduleDraftState", "L'état d'un brouillon de barème."
)
SignInOutcome = _choices(SignIn.Outcome, "SignInOutcome", "Ce qu'une connexion a donné.")
RightsState = _choices(RightsRequest.State, "RightsState", "L'état d'une demande de droits.")
RightsWay = _choices(RightsRequest.Way, "RightsWay", "Comment les ressources seront connues.")
RightsOutcome = _choices(Outcome, "RightsOutcome", "Ce qu'une source a répondu.")
PassRegistrationState = _choices(
    Registration.State, "PassRegistrationState", "L'état d'une inscription au Pass+."
)
PassCampaignState = _said(
    "PassCampaignState",
    "Où en est une campagne Pass+.",
    {
        "SOON": "pas encore ouverte",
        "OPEN": "on y fait des tickets",
        "USED": "les tickets faits servent encore",
        "OVER": "finie",
    },
)
PassDocumentKind = _choices(
    RegistrationDocument.Kind, "PassDocumentKind", "Une pièce d'inscription au Pass+."
)
PassDocumentState = _choices(
    RegistrationDocument.State, "PassDocumentState", "L'état d'une pièce d'inscription."
)
PassClassLevel = _said("PassClassLevel", "Une classe.", LEVELS)
PassSector = _said("PassSector", "Qui gère un établissement.", SECTORS)
PassFact = _said("PassFact", "Ce dont un Pass+ dépend.", FACTS)
ProofKind = _choices(HouseholdResources.Proof, "ProofKind", "Une pièce, ou une source.")
QuotientBasis = _choices(HouseholdResources.Basis, "QuotientBasis", "De quel quotient il s'agit.")
IdentityProviderKind = _choices(
    ProviderKind, "IdentityProviderKind", "Un service qui dit qui l'on est."
)
IdentityProfile = _choices(Profile, "IdentityProfile", "Ce qu'une personne est ici.")
LinkReason = _choices(LinkRequest.Reason, "LinkReason", "Pourquoi on ne sait pas qui c'est.")
CivilSex = graphene.Enum(
    "CivilSex",
    [("F", "F"), ("M", "M")],
    description=lambda member: (
        "Comme l'état civil l'écrit."
        if member is None
        else {"F": "Femme.", "M": "Homme."}[member.value]
    ),
)
UsageWindow = _choices(Window, "UsageWindow", "Une durée où l'on compte les visiteurs.")
UsageProfile = _choices(UsedAs, "UsageProfile", "Un profil de la mesure d'audience des ENT (DNMA).")
UsageKind = _choices(Kind, "UsageKind", "Qui fait un service (DNMA).", without=(Kind.WHOLE,))
ServiceCategory = _choices(SharedService.Category, "ServiceCategory", "La rubrique d'un service.")
ServiceAttribute = graphene.Enum(
    "ServiceAttribute",
    [(code.value, code.value) for code in Attribute],
    description=lambda member: (
        "Ce qu'un service peut recevoir d'une personne."
        if member is None
        else f"{ATTRIBUTES[Attribute(member.value)]}."
    ),
)
PartnerDomain = graphene.Enum(
    "PartnerDomain",
    [(domain.value, domain.value) for domain in Domain],
    description=lambda member: (
        "Ce qu'un partenaire propose, et ce qu'un porte-monnaie paie."
        if member is None
        else f"{DOMAINS[member.value]}."
    ),
)
PartnerRunState = _choices(
    PartnerRun.State, "PartnerRunState", "L'état d'un paiement des partenaires."
)
PayoutState = _choices(Payout.State, "PayoutState", "L'état d'un virement à un partenaire.")
ReturnReasonCode = _choices(
    ReturnReason, "ReturnReasonCode", "Pourquoi un virement revient (ISO 20022)."
)
CorrectionKind = _choices(Correction.Kind, "CorrectionKind", "Ce qu'une correction change.")
CorrectionState = _choices(Correction.State, "CorrectionState", "L'état d'une correction.")
StatementDisputeState = _choices(
    StatementDispute.State, "StatementDisputeState", "L'état d'une contestation de relevé."
)
StatementPaymentState = _said(
    "StatementPaymentState",
    "Où en est le paiement d'un relevé.",
    {
        "PREPARED": "à approuver",
        "NOTHING": "rien à verser",
        "WAITING": "attend un compte bancaire",
        "ORDERED": "virement demandé",
        "RETURNED": "virement revenu",
    },
)
PartnerAnomalyKind = _said(
    "PartnerAnomalyKind",
    "Ce qui est inhabituel dans un paiement.",
    {
        "NO_ACCOUNT": "pas de compte confirmé : rien n'est versé",
        "SET_ASIDE": "compte mis de côté après un retour : rien n'est versé",
        "NEW_ACCOUNT": "compte changé depuis le dernier paiement",
        "BIG": "montant bien plus haut que d'habitude",
        "ENDED": "partenaire désaffilié",
    },
)
PartnerApplicationState = _choices(
    PartnerApplication.State, "PartnerApplicationState", "Où en est une demande de partenariat."
)
PartnerKindName = _choices(PartnerKind, "PartnerKindName", "La forme d'une structure.")
PartnerDeclaration = _said("PartnerDeclaration", "Un engagement de la structure.", DECLARATIONS)
TillWay = _choices(TillCapture.Way, "TillWay", "Comment un ticket est pris.")
PartnerRoleName = _choices(
    PartnerRole, "PartnerRoleName", "Ce qu'une personne fait chez un partenaire."
)
PassNumberKind = _choices(CardNumber.Kind, "PassNumberKind", "Ce qui porte le numéro d'un Pass+.")
MealDayStatus = _said(
    "MealDayStatus",
    "Ce qu'un jour de cantine est pour un enfant.",
    {
        DayStatus.MEAL: "repas prévu",
        DayStatus.EXTRA: "repas ajouté",
        DayStatus.CANCELLED: "repas annulé",
        DayStatus.CANCELLED_LATE: "repas annulé trop tard, qui reste compté",
        DayStatus.NO_MEAL: "pas de repas ce jour-là",
        DayStatus.CLOSED: "cantine fermée",
    },
)
PartnerSheetState = _choices(
    SheetProposal.State, "PartnerSheetState", "Ce que devient un changement de fiche demandé."
)
FeedImportState = _choices(FeedImport.State, "FeedImportState", "L'état d'un import.")
RelationName = _choices(Relation, "RelationName", "Ce qu'un responsable est pour un élève.")
SchoolRegime = _choices(Regime, "SchoolRegime", "Le régime scolaire d'un élève.")
ClassLevel = _choices(Level, "ClassLevel", "Le niveau d'une classe.")


def weekdays_of(mask: int) -> list[int]:
    """The days of a mask, in order."""
    return [1 << place for place in range(5) if mask >> place & 1]


LessonState = _choices(LessonStatus, "LessonState", "Ce que devient un cours.")
MarkStatus = _choices(Mark.Status, "MarkStatus", "Une note, un niveau, ou pourquoi rien.")
AbsenceKind = _choices(Absence.Kind, "AbsenceKind", "Une absence ou un retard.")
AbsenceReason = _choices(Excuse, "AbsenceReason", "Pourquoi un élève était absent.")
JustificationState = _choices(
    Justification.State, "JustificationState", "Où en est une justification."
)

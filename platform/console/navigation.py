"""The sidebar: what an agent may open, grouped by what they came to do. Nothing else is shown."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.apps import apps
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tenants.accounts.capabilities import Capability
from ui.requests import SignedInRequest

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.utils.functional import Promise


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """A task page, for who has one of these capabilities."""

    route: str
    title: str | Promise
    icon: str
    capabilities: tuple[Capability, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Records:
    """The list of a model, for who may see it."""

    model: str
    title: str | Promise
    icon: str


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """What the template draws."""

    title: str | Promise
    icon: str
    url: str
    is_here: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    title: str | Promise
    links: tuple[Link, ...]


_C = Capability
GROUPS: tuple[tuple[str | Promise, tuple[Page | Records, ...]], ...] = (
    (
        _("Mon travail"),
        (
            Page("index", _("Aujourd'hui"), "today", (_C.USE_CONSOLE,)),
            Page("search", _("Chercher"), "search", (_C.READ_FILES, _C.READ_OWN_COLLEGE)),
        ),
    ),
    (
        _("Facturation"),
        (
            Page("billing-runs", _("Passages de facturation"), "event_repeat", (_C.READ_MONEY,)),
            Records("invoicing.Invoice", _("Factures"), "receipt_long"),
            Records("invoicing.CreditNote", _("Avoirs"), "undo"),
            Records("invoicing.Dispute", _("Réclamations"), "feedback"),
            Records("payments.Payment", _("Paiements"), "payments"),
            Records("payments.Refund", _("Remboursements"), "undo"),
            Records("invoicing.Anomaly", _("Anomalies"), "flag"),
            Records("invoicing.Regie", _("Régies"), "account_balance"),
            Records("payments.Merchant", _("Paiement en ligne"), "credit_card"),
            Records("payments.Notice", _("Avis du prestataire"), "mark_email_read"),
        ),
    ),
    (
        _("Familles"),
        (
            Records("people.Pupil", _("Élèves"), "school"),
            Page("helped", _("Comptes et codes"), "key", (_C.GIVE_CODES,)),
            Records("people.Guardian", _("Responsables"), "group"),
            Records("people.Household", _("Foyers"), "home"),
            Records("people.College", _("Collèges"), "apartment"),
            Records("identities.LinkRequest", _("Personnes à reconnaître"), "how_to_reg"),
        ),
    ),
    (
        _("Vie au collège"),
        (
            Page("timetables", _("Emplois du temps"), "calendar_month", (_C.MANAGE_SCHOOL_LIFE,)),
            Records("timetable.TimetableImport", _("Fichiers donnés"), "upload_file"),
            Records("timetable.Lesson", _("Cours"), "schedule"),
            Page("messages", _("Messages"), "mail", (_C.MANAGE_SCHOOL_LIFE,)),
            Page("message-moderation", _("Messages signalés"), "flag", (_C.MANAGE_SCHOOL_LIFE,)),
            Page(
                "message-templates", _("Modèles de messages"), "bookmark", (_C.MANAGE_SCHOOL_LIFE,)
            ),
            Page("announcement-places", _("Écrire une annonce"), "edit", (_C.ANNOUNCE,)),
            Records("announcements.Announcement", _("Annonces"), "campaign"),
            Page("announcement-letters", _("Lettres d'annonces"), "print", (_C.ANNOUNCE,)),
            Records("announcements.NotificationDefaults", _("Notifications"), "notifications"),
            Records("school_records.Justification", _("Absences à justifier"), "how_to_reg"),
            Page(
                "school-files", _("Fichiers du collège"), "move_to_inbox", (_C.MANAGE_SCHOOL_LIFE,)
            ),
            Records("school_records.Absence", _("Absences"), "event_busy"),
            Records("school_records.Mark", _("Notes"), "grade"),
            Records("school_records.Homework", _("Devoirs"), "edit_note"),
            Records("school_records.RecordsRules", _("Règles des notes et absences"), "rule"),
        ),
    ),
    (
        _("Cantine"),
        (
            Records("canteen.Enrolment", _("Inscriptions"), "restaurant"),
            Records("canteen.BookingException", _("Annulations et ajouts"), "event_busy"),
            Records("canteen.ServiceDay", _("Jours de service"), "calendar_month"),
            Page("tariffs", _("Prix et barèmes"), "sell", (_C.READ_FILES, _C.MANAGE_TARIFFS)),
            Records("tariffs.PriceDecision", _("Décisions de prix"), "gavel"),
            Records("tariffs.PriceContest", _("Contestations de prix"), "feedback"),
        ),
    ),
    (
        _("Droits"),
        (
            Records("rights.RightsRequest", _("Demandes de droits"), "assignment"),
            Records("rights.Consent", _("Accords"), "handshake"),
            Records("rights.SourceCall", _("Appels aux sources"), "call_made"),
            Records("rights.RightsSource", _("Sources de droits"), "hub"),
            Records("rights.RightsRules", _("Règles des demandes"), "rule"),
        ),
    ),
    (
        _("Services"),
        (
            Page(
                "usage", _("Usages du portail"), "monitoring", (_C.READ_FILES, _C.READ_OWN_COLLEGE)
            ),
            Page("figures", _("Chiffres partagés"), "share", (_C.PUBLISH_FIGURES, _C.READ_MONEY)),
            Records("catalogue.SharedService", _("Catalogue"), "apps"),
            Records("ent.EnabledService", _("Services activés"), "toggle_on"),
            Records("ent.Opening", _("Ouvertures"), "group_add"),
            Records("ent.Licence", _("Licences prises"), "confirmation_number"),
            Records("ent.Registration", _("Connexions des services"), "login"),
            Records("ent.SigningKey", _("Clés de signature"), "vpn_key"),
            Records("integrators.Integrator", _("Logiciels"), "smart_toy"),
            Records("integrators.Credential", _("Preuves des logiciels"), "encrypted"),
            Records("integrators.AllowedOrigin", _("Origines admises"), "public"),
            Records("webhooks.Endpoint", _("Logiciels prévenus"), "webhook"),
            Records("webhooks.Delivery", _("Envois aux logiciels"), "outbox"),
        ),
    ),
    (
        _("Pass+"),
        (
            Page(
                "campaigns",
                _("Campagnes"),
                "card_membership",
                (_C.READ_FILES, _C.READ_MONEY, _C.MANAGE_PASSPLUS),
            ),
            Records("passplus.Registration", _("Inscriptions au Pass+"), "how_to_reg"),
            Page("partner-runs", _("Paiement des partenaires"), "event_repeat", (_C.READ_MONEY,)),
            Records("passplus.PartnerStatement", _("Relevés"), "receipt_long"),
            Records("passplus.Payout", _("Virements"), "payments"),
            Records("passplus.Correction", _("Corrections"), "build"),
            Records("passplus.StatementDispute", _("Contestations"), "feedback"),
            Records("passplus.ReimbursementRules", _("Règles de remboursement"), "rule"),
            Records("passplus.PayingAccount", _("Compte payeur"), "account_balance"),
            Page(
                "reciprocity",
                _("Entre départements"),
                "handshake",
                (_C.MANAGE_PASSPLUS, _C.READ_MONEY),
            ),
            Records("passplus.PartnerApplication", _("Demandes de partenariat"), "assignment"),
            Records("passplus.Partner", _("Partenaires"), "storefront"),
            Records("passplus.SheetProposal", _("Changements de fiche"), "edit_note"),
            Records("passplus.PartnerAgreement", _("Conventions signées"), "draw"),
            Records("passplus.PartnerIban", _("Comptes des partenaires"), "account_balance"),
            Records("passplus.PartnerMember", _("Équipes des partenaires"), "badge"),
            Records("passplus.PartnerTerms", _("Textes des conventions"), "article"),
            Records("passplus.TicketKey", _("Clés des tickets"), "vpn_key"),
            Records("reciprocity.Agreement", _("Conventions entre départements"), "contract"),
            Records("reciprocity.Statement", _("Relevés entre départements"), "receipt_long"),
        ),
    ),
    (
        _("Annuaire"),
        (
            Page("feeds", _("Imports de l'annuaire"), "move_to_inbox", (_C.IMPORT_FEEDS,)),
            Page("moves", _("Élèves qui déménagent"), "moving", (_C.READ_FILES,)),
        ),
    ),
    (
        _("Contrôle"),
        (
            Records("ledger.Account", _("Grand livre"), "menu_book"),
            Records("ledger.Transfer", _("Écritures"), "sync_alt"),
            Records("commons.Job", _("Longs travaux"), "hourglass_top"),
            Records("acting.ActingSession", _("Accès des agents"), "support_agent"),
            Records("commons.AuditEntry", _("Journal des actes"), "history"),
            Records("commons.OutboxEvent", _("Messages à envoyer"), "outbox"),
            Records("accounts.User", _("Comptes"), "badge"),
            Records("accounts.StaffRole", _("Rôles des agents"), "key"),
            Records("identities.ExternalIdentity", _("Identités reliées"), "link"),
            Records("identities.IdentityProvider", _("Services d'identité"), "verified_user"),
            Page("ways", _("Moyens de connexion"), "login", (_C.MANAGE_TENANT,)),
            Page("departements", _("Autres départements"), "handshake", (_C.MANAGE_TENANT,)),
        ),
    ),
)


def sidebar(site: AdminSite, request: SignedInRequest) -> list[Group]:
    """The groups an agent sees; a group with nothing to open is left out."""
    groups = []
    for title, entries in GROUPS:
        links = [link for entry in entries if (link := _link(site, request, entry))]
        if links:
            groups.append(Group(title=title, links=tuple(links)))
    return groups


def _link(site: AdminSite, request: SignedInRequest, entry: Page | Records) -> Link | None:
    if isinstance(entry, Page):
        if not any(request.user.can(capability) for capability in entry.capabilities):
            return None
        url = reverse(f"console:{entry.route}")
    else:
        model = apps.get_model(entry.model)
        model_admin = site._registry.get(model)  # noqa: SLF001
        if model_admin is None or not model_admin.has_view_permission(request):
            return None
        options = model._meta  # noqa: SLF001
        url = reverse(f"console:{options.app_label}_{options.model_name}_changelist")
    is_home = entry == GROUPS[0][1][0]
    is_here = request.path == url or (not is_home and request.path.startswith(url))
    return Link(title=entry.title, icon=entry.icon, url=url, is_here=is_here)

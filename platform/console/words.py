"""What stored codes mean, in French, where their model does not say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from billing.tariffs.models import HouseholdResources
from ui.service_texts import ATTRIBUTES

if TYPE_CHECKING:
    from django.utils.functional import Promise

Words = Mapping[str, "str | Promise"]

ACTOR_KINDS: Words = {
    "user": _("Personne"),
    "system": _("Système"),
    "command": _("Ligne de commande"),
}
SYSTEM_ACTORS: Words = {
    "clock": _("Horloge"),
    "ent.licences": _("Licences des services"),
    "ent.saml": _("Connexion par SAML"),
    "identities.sign_in": _("Connexion"),
    "payments": _("Paiements"),
    "portal": _("Portail"),
    "rights": _("Droits"),
}
RECORD_KINDS: Words = {
    "PUPIL": _("Élève"),
    "GUARDIAN": _("Responsable"),
    "COLLEGE": _("Collège"),
}
SUBJECTS: Words = {
    "pupil": _("Élève"),
    "payer": _("Payeur"),
    "guardian": _("Responsable"),
    "household": _("Foyer"),
    "user": _("Compte"),
    "ledger": _("Grand livre"),
    "regie": _("Régie"),
    "billing_run": _("Facturation"),
    "merchant": _("Compte de paiement"),
    "payment": _("Paiement"),
    "refund": _("Remboursement"),
    "notice": _("Avis du prestataire"),
    "invoice": _("Facture"),
    "credit_note": _("Avoir"),
    "dispute": _("Réclamation"),
    "anomaly": _("Anomalie"),
    "feed_import": _("Import"),
    "letters": _("Lettres"),
    "identity_provider": _("Service d'identité"),
    "link_request": _("Personne à reconnaître"),
    "way": _("Moyen de connexion"),
    "rights_source": _("Source de droits"),
    "rights_rules": _("Règles des demandes"),
    "rights_request": _("Demande de droits"),
    "consent": _("Accord"),
    "acting_session": _("Accès d'un agent"),
    "College": _("Collège"),
    "Enrolment": _("Inscription"),
    "ServiceDay": _("Jour de service"),
    "CanteenRules": _("Règles de la cantine"),
    "TariffVersion": _("Version de tarif"),
    "PriceDecision": _("Décision de prix"),
    "contest": _("Contestation de prix"),
    "HouseholdResources": _("Ressources du foyer"),
    "Campaign": _("Campagne Pass+"),
    "Card": _("Pass+"),
    "Partner": _("Partenaire Pass+"),
    "Ticket": _("Ticket Pass+"),
}
ACTIONS: Words = {
    "activation.account.opened": _("Compte ouvert avec un code"),
    "activation.address.confirmed": _("Adresse électronique confirmée"),
    "activation.code.spent": _("Code utilisé pour se faire reconnaître"),
    "activation.codes.given": _("Codes donnés"),
    "activation.emancipation.noted": _("Émancipation notée"),
    "activation.letters.opened": _("Lettres ouvertes"),
    "activation.password.renewed": _("Nouveau mot de passe"),
    "activation.recovery.asked": _("Mot de passe oublié"),
    "activation.recovery.given": _("Nouveau code donné pour un compte"),
    "accounts.authenticator.added": _("Application de codes ajoutée"),
    "accounts.authenticator.removed": _("Application de codes retirée"),
    "accounts.data.handed": _("Données remises à la personne"),
    "accounts.factors.reset": _("Deuxième étape réinitialisée"),
    "accounts.passkey.added": _("Clé d'accès ajoutée"),
    "accounts.passkey.removed": _("Clé d'accès retirée"),
    "accounts.password.changed": _("Mot de passe changé"),
    "accounts.recovery_code.used": _("Code de secours utilisé"),
    "accounts.recovery_codes.given": _("Codes de secours donnés"),
    "accounts.role.granted": _("Rôle donné"),
    "accounts.session.ended": _("Sessions fermées"),
    "accounts.user.created": _("Compte ouvert"),
    "acting.session.begun": _("Portail d'une famille ouvert par un agent"),
    "acting.session.widened": _("Agent autorisé à remplir pour une famille"),
    "acting.session.ended": _("Accès d'un agent terminé"),
    "billing.anomaly.answered": _("Réponse à une anomalie"),
    "billing.correction.prepared": _("Régularisation préparée"),
    "billing.credit_note.issued": _("Avoir émis"),
    "billing.dispute.accepted": _("Réclamation acceptée"),
    "billing.dispute.opened": _("Réclamation reçue"),
    "billing.dispute.refused": _("Réclamation refusée"),
    "billing.merchant.closed": _("Paiement en ligne fermé"),
    "billing.merchant.keys_replaced": _("Clés du paiement en ligne changées"),
    "billing.merchant.opened": _("Paiement en ligne ouvert"),
    "billing.notice.handled_again": _("Avis traité à nouveau"),
    "billing.payment.asked_again": _("Prestataire interrogé à nouveau"),
    "billing.payment.answered": _("Réponse à un paiement à vérifier"),
    "billing.payment.differs": _("Paiement à vérifier"),
    "billing.payment.expired": _("Paiement abandonné"),
    "billing.payment.failed": _("Paiement refusé"),
    "billing.payment.paid": _("Paiement reçu"),
    "billing.payment.processing": _("Paiement en cours à la banque"),
    "billing.payment.returned": _("Paiement rejeté par la banque"),
    "billing.payment.started": _("Paiement commencé"),
    "billing.refund.approved": _("Remboursement approuvé"),
    "billing.refund.asked": _("Remboursement demandé"),
    "billing.refund.done": _("Remboursement fait"),
    "billing.refund.failed": _("Remboursement échoué"),
    "billing.refund.refused": _("Remboursement refusé"),
    "billing.regie.opened": _("Régie ouverte"),
    "billing.run.issued": _("Factures émises"),
    "billing.run.prepared": _("Mois préparé"),
    "billing.run.reviewed": _("Anomalies cherchées"),
    "canteen.absence.excused": _("Absence justifiée"),
    "canteen.enrolment.created": _("Inscription faite"),
    "canteen.enrolment.draft_saved": _("Inscription commencée"),
    "canteen.enrolment.ended": _("Inscription arrêtée"),
    "canteen.enrolment.payers_changed": _("Payeurs changés"),
    "canteen.enrolment.weekdays_changed": _("Jours changés"),
    "canteen.meal.added": _("Repas ajouté"),
    "canteen.meal.cancelled": _("Repas annulé"),
    "canteen.rules.set": _("Règles de la cantine fixées"),
    "canteen.service_day.closed": _("Jour fermé"),
    "canteen.service_days.opened": _("Jours ouverts"),
    "identities.identity.ended": _("Identité séparée du compte"),
    "identities.identity.linked": _("Identité reliée au compte"),
    "identities.provider.closed": _("Service d'identité fermé"),
    "identities.provider.followed": _("Clés d'EduConnect relues"),
    "identities.provider.opened": _("Service d'identité ouvert"),
    "identities.provider.secret_replaced": _("Secret d'un service d'identité changé"),
    "identities.request.linked": _("Personne reconnue"),
    "identities.request.opened": _("Personne à reconnaître"),
    "identities.request.refused": _("Personne non reconnue"),
    "identities.way.closed": _("Moyen de connexion fermé"),
    "identities.way.opened": _("Moyen de connexion ouvert"),
    "ledger.account.closed": _("Compte du grand livre fermé"),
    "ledger.checked": _("Grand livre contrôlé"),
    "ledger.holds.expired": _("Réservations expirées"),
    "people.bills.shared": _("Factures partagées"),
    "people.feed.applied": _("Annuaire appliqué"),
    "people.feed_record.decided": _("Ligne de l'annuaire tranchée"),
    "people.guardian.connected": _("Responsable relié à son compte"),
    "people.household.formed": _("Foyer formé"),
    "catalogue.service.published": _("Service publié au catalogue"),
    "ent.portal.given": _("Accord d'un responsable pour un autre portail"),
    "ent.portal.taken_back": _("Accord pour un autre portail retiré"),
    "passplus.campaign.published": _("Campagne Pass+ publiée"),
    "passplus.campaign.purses_emptied": _("Crédits Pass+ revenus au Département"),
    "passplus.campaign.renewed": _("Pass+ renouvelés"),
    "passplus.campaign.tickets_ended": _("Tickets Pass+ trop anciens"),
    "passplus.card.granted": _("Pass+ accordé"),
    "passplus.card.topped_up": _("Pass+ complété"),
    "passplus.partner.affiliated": _("Partenaire Pass+ affilié"),
    "passplus.ticket.cancelled": _("Ticket Pass+ annulé"),
    "passplus.ticket.captured": _("Ticket Pass+ validé"),
    "passplus.ticket.made": _("Ticket Pass+ fait"),
    "ent.client.registered": _("Connexion d'un service inscrite"),
    "ent.client.closed": _("Connexion d'un service fermée"),
    "ent.keys.rotated": _("Clé de signature changée"),
    "ent.service.enabled": _("Service activé"),
    "ent.service.granted": _("Données d'un service changées"),
    "ent.service.disabled": _("Service désactivé"),
    "ent.service.opened": _("Service ouvert"),
    "ent.service.closed": _("Ouverture d'un service fermée"),
    "ent.service.licensed": _("Licences d'un service changées"),
    "ent.licences.taken_back": _("Licences rendues par qui a quitté le collège"),
    "rights.consent.given": _("Accord donné"),
    "rights.consent.withdrawn": _("Accord retiré"),
    "rights.document.opened": _("Pièce ouverte par un agent"),
    "rights.request.abandoned": _("Demande de droits abandonnée"),
    "rights.request.asked": _("Source interrogée"),
    "rights.request.begun": _("Demande de droits commencée"),
    "rights.request.decided": _("Demande de droits décidée"),
    "rights.request.document_added": _("Pièce ajoutée à une demande"),
    "rights.request.document_asked": _("Pièce demandée à la famille"),
    "rights.request.refused": _("Demande de droits refusée"),
    "rights.request.released": _("Demande remise dans la file"),
    "rights.request.taken": _("Demande prise par un agent"),
    "rights.request.waited_in_vain": _("Source sans réponse"),
    "rights.request.way_chosen": _("Moyen choisi pour une demande"),
    "rights.rules.set": _("Règles des demandes fixées"),
    "rights.source.closed": _("Source de droits fermée"),
    "rights.source.keys_replaced": _("Clés d'une source changées"),
    "rights.source.opened": _("Source de droits ouverte"),
    "registry.departement.provisioned": _("Département ouvert"),
    "tariffs.draft.dropped": _("Brouillon de barème abandonné"),
    "tariffs.draft.published": _("Brouillon de barème publié"),
    "tariffs.draft.saved": _("Brouillon de barème enregistré"),
    "tariffs.draft.started": _("Brouillon de barème commencé"),
    "tariffs.contest.accepted": _("Contestation acceptée"),
    "tariffs.contest.opened": _("Contestation reçue"),
    "tariffs.contest.refused": _("Contestation refusée"),
    "tariffs.price.decided": _("Prix décidé"),
    "tariffs.prices.decided_again": _("Prix décidés à nouveau"),
    "tariffs.resources.refreshed": _("Quotients mis à jour"),
    "tariffs.resources.recorded": _("Ressources enregistrées"),
    "tariffs.version.published": _("Tarif publié"),
}
# What is told outside, where it is not named as the act it follows.
EVENTS: Words = {
    **ACTIONS,
    "activation.address.claimed": _("Adresse électronique à confirmer"),
    "accounts.security.changed": _("Changement de sécurité à annoncer"),
    "accounts.sign_in.noticed": _("Nouvel appareil à annoncer"),
    "acting.session.begun": _("Accès d'un agent à annoncer"),
    "billing.invoice.issued": _("Facture à annoncer"),
    "billing.dispute.answered": _("Réponse à une réclamation"),
    "tariffs.contest.answered": _("Réponse à une contestation"),
    "billing.payment.noticed": _("Avis du prestataire de paiement"),
    "ent.opening.ended": _("Déconnexion à dire à un service"),
    "rights.source.asked": _("Source à interroger"),
    "rights.request.closed": _("Pièces d'une demande à effacer"),
    "rights.document.asked": _("Pièce à demander"),
    "billing.ledger.differs": _("Écart dans le grand livre"),
}
# What a service asks for, or is told.
ATTRIBUTE_WORDS: Words = {str(code): words for code, words in ATTRIBUTES.items()}
# What a source of rights is asked for.
SOURCE_DATA: Words = {
    "quotient_familial": _("Quotient familial"),
    "scolarites": _("Bourse"),
    "situation_ir": _("Revenu fiscal de référence et parts"),
}
# Why a request of rights waits, for who studies it.
RIGHTS_REASONS: Words = {
    "": "–",
    "DOCUMENT_CHOSEN": _("La famille doit envoyer une pièce"),
    "DOCUMENT_ADDED": _("Une pièce est arrivée"),
    "DOCUMENT_ASKED": _("Une autre pièce est demandée"),
    "NOT_FOUND": _("La source ne trouve pas le dossier"),
    "UNSURE": _("La réponse de la source n'est pas sûre"),
    "BAD_IDENTITY": _("La source ne reconnaît pas la personne"),
    "UNAVAILABLE": _("La source n'a pas répondu"),
    "RATE_LIMITED": _("La source était trop demandée"),
    "CREDENTIAL_REFUSED": _("La source refuse notre clé"),
    "MISCONFIGURED": _("Notre réglage de la source est faux"),
    "UNREADABLE": _("La réponse de la source est illisible"),
    "QUOTIENT_TOO_OLD": _("Le quotient reçu est ancien"),
    "OTHER_CHILDREN": _("Les enfants du dossier sont d'autres enfants"),
    "OTHER_DECLARANTS": _("La déclaration porte d'autres noms"),
    "RESOURCES_OVERLAP": _("Des ressources plus récentes existent déjà"),
}
# What a provider's notice says happened; Stripe has many more, which nothing here is about.
NOTICE_KINDS: Words = {
    "checkout.session.completed": _("La personne a fini sur la page de paiement"),
    "checkout.session.expired": _("La page de paiement s'est fermée"),
    "checkout.session.async_payment_succeeded": _("Le prélèvement est passé"),
    "checkout.session.async_payment_failed": _("Le prélèvement n'est pas passé"),
    "payment_intent.succeeded": _("Le paiement est passé"),
    "payment_intent.payment_failed": _("Le paiement a été refusé"),
    "payment_intent.canceled": _("Le paiement est annulé"),
    "charge.dispute.created": _("La banque reprend le paiement"),
    "charge.refunded": _("Un remboursement est fait"),
    "refund.created": _("Un remboursement commence"),
    "refund.updated": _("Un remboursement avance"),
    "refund.failed": _("Un remboursement n'est pas passé"),
}
JOBS: Words = {
    "billing.run.prepare": _("Préparation d'un mois"),
    "billing.correction.prepare": _("Préparation d'une régularisation"),
    "billing.run.review": _("Vérification d'un mois"),
    "billing.run.issue": _("Émission des factures d'un mois"),
    "tariffs.draft.publish": _("Publication d'un barème"),
    "activation.letters.print": _("Impression de lettres"),
}
# The steps of long work; those of a review are the anomalies looked for.
STEPS: Words = {
    "former": _("mettre de côté les projets d'avant"),
    "drafts": _("calculer les projets de facture"),
    "checks": _("vérifier que rien n'a changé"),
    "ledger": _("inscrire ce qui est dû"),
    "invoices": _("numéroter et écrire les factures"),
    "prices": _("décider les prix à nouveau"),
    "recipients": _("chercher qui n'a pas de compte"),
    "letters": _("écrire les lettres"),
}
# Why a transfer was booked.
TRANSFER_NATURES: Words = {
    "invoice": _("Facture émise"),
    "credit-note": _("Avoir"),
    "over-paid": _("Trop-perçu à rembourser"),
    "over-paid-used": _("Trop-perçu compté sur la facture"),
    "payment": _("Paiement"),
    "release": _("Réservation rendue"),
    "return": _("Paiement repris par la banque"),
    "refund": _("Remboursement"),
    "refund-failed": _("Remboursement revenu"),
    "expiry": _("Réservation expirée"),
}
# What a provider said of a payment, that nobody expected.
PROBLEMS: Words = {
    "": "–",
    "OTHER_ORDER": _("Le prestataire parle d'un autre paiement"),
    "OTHER_CURRENCY": _("Payé dans une autre monnaie"),
    "OTHER_AMOUNT": _("Payé d'un autre montant"),
    "PAID_AFTER_END": _("Payé alors que le paiement était fini ici"),
    "NOT_KNOWN_THERE": _("Inconnu du prestataire"),
    "REFUNDED_ELSEWHERE": _("Remboursé chez le prestataire sans passer par ici"),
}
REFUND_FAILURES: Words = {
    "": "–",
    "RETURNED": _("La banque a repris tout le paiement"),
    "InvalidRequestError": _(
        "Refusé par le prestataire, sans code : peut-être plus que ce qui reste"
    ),
    "charge_already_refunded": _("Déjà remboursé chez le prestataire"),
    "charge_disputed": _("La banque de la famille a repris ce paiement"),
    "expired_or_canceled_card": _("La carte n'existe plus"),
    "lost_or_stolen_card": _("Carte perdue ou volée"),
    "insufficient_funds": _("Plus assez d'argent sur le compte de la régie"),
    "balance_insufficient": _("Plus assez d'argent sur le compte de la régie"),
    "declined": _("Refusé par la banque de la famille"),
    "canceled": _("Annulé chez le prestataire"),
}
# A price rests on a proof, on none, or on the family's choice of the highest price.
PRICE_SOURCES: Words = {
    **{str(value): label for value, label in HouseholdResources.Proof.choices},
    "CHOICE": _("Choix du prix maximum"),
    "": "–",
}


def said(words: Words) -> Callable[[Any], str]:
    """A code in words; as it is written when nobody named it."""
    return lambda code: str(words.get(code, code))


def notice_kind(code: str) -> str:
    """What a notice is about, in words."""
    return str(NOTICE_KINDS.get(code, _("Autre avis")))

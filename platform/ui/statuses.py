"""Words and tone of every status shown. A badge is never a colour alone.

A status is named `<family>.<STATE>`; the family is the model's, the state is what it stores or what
a query computed. Tones: good, warn, bad, info, quiet.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclasses.dataclass(frozen=True, slots=True)
class Status:
    """What a badge shows."""

    label: str | Promise
    tone: str
    icon: str


STATUSES: dict[str, Status] = {
    "timetable.PREPARED": Status(_("À confirmer"), "warn", "clock"),
    "timetable.APPLIED": Status(_("Appliqué"), "good", "check"),
    "lesson.CANCELLED": Status(_("Annulé"), "bad", "cross"),
    "lesson.MOVED": Status(_("Déplacé"), "warn", "clock"),
    "lesson.REPLACED": Status(_("Remplacé"), "info", "person"),
    "validation.ACCEPTED": Status(_("Validé"), "good", "check"),
    "validation.UNDONE": Status(_("Annulé"), "warn", "left"),
    "validation.REFUSED": Status(_("Refusé"), "bad", "cross"),
    "till.HERE": Status(_("Vous êtes ici"), "good", "place"),
    "enrolment.NONE": Status(_("Pas d'inscription"), "quiet", "info"),
    "enrolment.DRAFT": Status(_("Inscription à finir"), "warn", "pencil"),
    "enrolment.ACTIVE": Status(_("Inscription faite"), "good", "check"),
    "enrolment.ENDED": Status(_("Inscription terminée"), "quiet", "info"),
    "invoice.DUE": Status(_("À payer"), "info", "clock"),
    "invoice.SOON": Status(_("À payer bientôt"), "warn", "clock"),
    "invoice.OVERDUE": Status(_("En retard"), "bad", "alert"),
    "invoice.PARTLY_PAID": Status(_("Payée en partie"), "warn", "clock"),
    "invoice.PAID": Status(_("Payée"), "good", "check"),
    "invoice.CANCELLED": Status(_("Annulée"), "quiet", "cross"),
    "invoice.NOTHING_DUE": Status(_("Rien à payer"), "quiet", "check"),
    "contest.OPEN": Status(_("En attente de réponse"), "info", "clock"),
    "contest.ACCEPTED": Status(_("Acceptée"), "good", "check"),
    "contest.REFUSED": Status(_("Refusée"), "quiet", "cross"),
    "dispute.OPEN": Status(_("En attente de réponse"), "info", "clock"),
    "dispute.ACCEPTED": Status(_("Acceptée"), "good", "check"),
    "dispute.REFUSED": Status(_("Refusée"), "quiet", "cross"),
    "sheet.WAITING": Status(_("Demande à lire"), "info", "clock"),
    "account.WAITING": Status(_("À vérifier"), "info", "clock"),
    "partner_application.DRAFT": Status(_("Pas encore envoyée"), "warn", "pencil"),
    "partner_application.SUBMITTED": Status(_("En cours d'étude"), "info", "clock"),
    "partner_application.TO_COMPLETE": Status(_("Réponse attendue"), "warn", "pencil"),
    "partner_application.ACCEPTED": Status(_("À signer"), "warn", "pencil"),
    "partner_application.SIGNED": Status(_("Signée"), "good", "check"),
    "partner_application.REFUSED": Status(_("Refusée"), "bad", "cross"),
    "partner_application.ABANDONED": Status(_("Abandonnée"), "quiet", "cross"),
    "payment.CREATED": Status(_("Commencé"), "warn", "clock"),
    "payment.OPEN": Status(_("Pas terminé"), "warn", "clock"),
    "payment.PROCESSING": Status(_("En cours à la banque"), "info", "clock"),
    "payment.PAID": Status(_("Payé"), "good", "check"),
    "payment.FAILED": Status(_("Refusé"), "bad", "cross"),
    "payment.EXPIRED": Status(_("Abandonné"), "quiet", "cross"),
    "payment.RETURNED": Status(_("Repris par la banque"), "bad", "alert"),
    "sign_in.SUCCEEDED": Status(_("Réussie"), "good", "check"),
    "sign_in.REFUSED": Status(_("Refusée : mot de passe"), "bad", "cross"),
    "sign_in.FACTOR_REFUSED": Status(_("Refusée : deuxième étape"), "bad", "cross"),
    "refund.ASKED": Status(_("À approuver"), "warn", "clock"),
    "refund.APPROVED": Status(_("Approuvé"), "info", "clock"),
    "refund.SENT": Status(_("En cours à la banque"), "info", "clock"),
    "refund.DONE": Status(_("Remboursé"), "good", "check"),
    "refund.FAILED": Status(_("Échoué"), "bad", "alert"),
    "refund.REFUSED": Status(_("Refusé"), "quiet", "cross"),
    "absence.TO_EXPLAIN": Status(_("À expliquer"), "warn", "pencil"),
    "absence.WAITING": Status(_("Le collège va répondre"), "info", "clock"),
    "absence.ASKED_AGAIN": Status(_("À compléter"), "warn", "pencil"),
    "absence.JUSTIFIED": Status(_("Justifiée"), "good", "check"),
    "homework.DONE": Status(_("Fait"), "good", "check"),
    "service.SOON": Status(_("Bientôt"), "quiet", "clock"),
    "service.DOWN": Status(_("En panne"), "warn", "alert"),
    "rights.DRAFT": Status(_("À finir"), "warn", "pencil"),
    "rights.CONSENTED": Status(_("À finir"), "warn", "pencil"),
    "rights.ASKING": Status(_("Question posée"), "info", "clock"),
    "rights.TO_COMPLETE": Status(_("Pièce à ajouter"), "warn", "clock"),
    "rights.TO_INSPECT": Status(_("À l'étude"), "info", "clock"),
    "rights.DECIDED": Status(_("Prix décidé"), "good", "check"),
    "rights.REFUSED": Status(_("Refusée"), "bad", "cross"),
    "rights.ABANDONED": Status(_("Abandonnée"), "quiet", "cross"),
    "campaign.SOON": Status(_("À venir"), "info", "clock"),
    "campaign.OPEN": Status(_("Ouverte"), "good", "check"),
    "campaign.USED": Status(_("Tickets à valider"), "warn", "clock"),
    "campaign.OVER": Status(_("Finie"), "quiet", "info"),
    "registration.DRAFT": Status(_("À finir"), "warn", "pencil"),
    "registration.SUBMITTED": Status(_("Envoyée"), "info", "clock"),
    "registration.UNDER_REVIEW": Status(_("À l'étude"), "info", "clock"),
    "registration.INCOMPLETE": Status(_("Pièce à ajouter"), "warn", "clock"),
    "registration.GRANTED": Status(_("Pass+ accordé"), "good", "check"),
    "registration.REFUSED": Status(_("Refusée"), "bad", "cross"),
    "registration.CLOSED": Status(_("Close"), "quiet", "cross"),
    "run.PREPARED": Status(_("Préparée"), "warn", "clock"),
    "run.REVIEWED": Status(_("Vérifiée"), "info", "check"),
    "run.ISSUED": Status(_("Émise"), "good", "check"),
    "run.CANCELLED": Status(_("Abandonnée"), "quiet", "cross"),
    "partner_run.PREPARED": Status(_("À approuver"), "warn", "clock"),
    "partner_run.APPROVED": Status(_("Approuvé"), "good", "check"),
    "partner_run.REFUSED": Status(_("Refusé"), "quiet", "cross"),
    "payout.PREPARED": Status(_("À approuver"), "warn", "clock"),
    "payout.NOTHING": Status(_("Rien à verser"), "quiet", "check"),
    "payout.WAITING": Status(_("En attente d'un compte"), "warn", "clock"),
    "payout.ORDERED": Status(_("Virement demandé"), "good", "check"),
    "payout.RETURNED": Status(_("Virement revenu"), "bad", "alert"),
    "account.ACCOUNT": Status(_("Compte ouvert"), "good", "check"),
    "account.CODE": Status(_("Code en attente"), "info", "letter"),
    "account.NONE": Status(_("Ni compte ni code"), "quiet", "info"),
    "job.WAITING": Status(_("En attente"), "quiet", "clock"),
    "job.RUNNING": Status(_("En cours"), "info", "clock"),
    "job.DONE": Status(_("Fait"), "good", "check"),
    "job.FAILED": Status(_("Pas fait"), "bad", "alert"),
    "announcement.DRAFT": Status(_("Brouillon"), "quiet", "pencil"),
    "announcement.SCHEDULED": Status(_("Programmée"), "info", "clock"),
    "announcement.PUBLISHED": Status(_("Publiée"), "good", "check"),
    "announcement.WITHDRAWN": Status(_("Retirée"), "bad", "cross"),
    "reading.READ": Status(_("Touchée"), "good", "check"),
    "reading.UNREAD": Status(_("Pas encore"), "warn", "clock"),
    "feed.DRY_RUN": Status(_("Essai à blanc"), "info", "info"),
    "feed.APPLIED": Status(_("Appliqué"), "good", "check"),
    "feed.STOPPED": Status(_("Arrêté"), "bad", "alert"),
    "feed.REJECTED": Status(_("Refusé"), "bad", "alert"),
    "tariff.CURRENT": Status(_("En vigueur"), "good", "check"),
    "tariff.PAST": Status(_("Terminé"), "quiet", "info"),
    "tariff.FUTURE": Status(_("À venir"), "info", "clock"),
    "figure.NONE": Status(_("Pas préparé"), "quiet", "info"),
    "figure.PREPARED": Status(_("À publier"), "warn", "clock"),
    "figure.PUBLISHED": Status(_("Publié"), "good", "check"),
    "figure.VETOED": Status(_("Retenu"), "bad", "cross"),
    "figure.REPLACED": Status(_("Préparé à nouveau"), "quiet", "info"),
    "draft.OPEN": Status(_("En cours"), "info", "clock"),
    "draft.PUBLISHED": Status(_("Publié"), "good", "check"),
    "draft.DROPPED": Status(_("Abandonné"), "quiet", "cross"),
    "meal.BOOKED": Status(_("Repas prévu"), "good", "check"),
    "meal.CANCELLED": Status(_("Annulé"), "quiet", "cross"),
    "meal.CANCELLED_LATE": Status(_("Annulé trop tard"), "warn", "alert"),
    "meal.EXTRA": Status(_("Repas ajouté"), "good", "check"),
    "meal.NONE": Status(_("Pas de repas"), "quiet", "cross"),
    "meal.CLOSED": Status(_("Fermé"), "quiet", "cross"),
    "price.ILLUSTRATIVE": Status(_("Tarif d'exemple"), "warn", "info"),
    "campaign.ILLUSTRATIVE": Status(_("Règles d'exemple"), "warn", "info"),
    "ticket.MADE": Status(_("Prêt"), "info", "ticket"),
    "ticket.CAPTURED": Status(_("Utilisé"), "good", "check"),
    "ticket.CANCELLED": Status(_("Annulé"), "quiet", "cross"),
    "ticket.LOST": Status(_("Annulé, montant perdu"), "bad", "alert"),
    "ticket.EXPIRED": Status(_("Trop ancien, montant perdu"), "bad", "alert"),
    "proof.PENDING": Status(_("Pièce à ajouter"), "warn", "clock"),
}


def status(name: str) -> Status:
    """The words of a status.

    :raises KeyError: if nobody wrote them; a test walks the states of the models
    """
    return STATUSES[name]

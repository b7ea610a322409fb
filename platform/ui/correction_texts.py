"""The two sentences of each refusal to correct an invoice; a part of `ui.error_texts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

CORRECTIONS: dict[str, tuple[str | Promise, str | Promise]] = {
    "BILLING_RUN_NOT_ISSUED": (
        _("Le mois qui commence le %(month)s n'est pas encore facturé."),
        _("Préparez-le à nouveau : une régularisation vient après l'émission."),
    ),
    "BILLING_CORRECTION_REASON_MISSING": (
        _("Le motif de la régularisation est vide."),
        _("Écrivez en une phrase pourquoi. Les familles la liront."),
    ),
    "BILLING_CREDIT_REASON_MISSING": (
        _("Le motif de l'avoir est vide."),
        _("Écrivez en une phrase pourquoi. La famille la lira."),
    ),
    "BILLING_NOTHING_TO_CREDIT": (
        _("Aucune somme n'est à créditer."),
        _("Choisissez des repas ou un montant."),
    ),
    "BILLING_MORE_THAN_BILLED": (
        _("C'est plus que ce qui reste de la ligne : %(left_meals)s repas, %(left_cents)s."),
        _("Choisissez moins."),
    ),
    "BILLING_INVOICE_ALREADY_CANCELLED": (
        _("La facture %(invoice)s est déjà annulée en entier."),
        _("Il n'y a plus rien à créditer."),
    ),
    "BILLING_CREDIT_ON_PAYMENT_UNDER_WAY": (
        _("Un paiement de %(held_cents)s est en cours sur la facture %(invoice)s."),
        _("Attendez qu'il finisse, ou créditez %(free_cents)s au plus."),
    ),
    "BILLING_DISPUTE_TEXT_MISSING": (
        _("Votre message est vide."),
        _("Écrivez en une phrase ce qui ne va pas."),
    ),
    "BILLING_DISPUTE_TEXT_TOO_LONG": (
        _("Votre message est trop long : %(most)s signes au plus."),
        _("Gardez l'essentiel."),
    ),
    "BILLING_DISPUTED_DAY_NOT_BILLED": (
        _("Le %(day)s n'est pas compté dans cette ligne."),
        _("Choisissez parmi les jours de la ligne."),
    ),
    "BILLING_DISPUTE_ALREADY_OPEN": (
        _("Vous avez déjà signalé une erreur sur cette ligne."),
        _("Attendez notre réponse. Vous recevrez un message."),
    ),
    "BILLING_LINE_CREDITED_WHOLE": (
        _("Cette ligne est déjà corrigée en entier."),
        _("Vous n'avez rien à faire."),
    ),
    "BILLING_DISPUTE_ALREADY_ANSWERED": (
        _("Cette réclamation a déjà sa réponse."),
        _("Rouvrez la liste : elle dit ce qui attend."),
    ),
    "BILLING_DISPUTE_ANSWER_MISSING": (
        _("La réponse est vide."),
        _("Écrivez en une phrase pourquoi. La famille la lira."),
    ),
}

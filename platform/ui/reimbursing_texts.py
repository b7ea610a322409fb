"""The two sentences of each refusal of what partners are paid, as in `error_texts`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REIMBURSING = {
    "PASSPLUS_PRICING_INVALID": (
        _("Ces règles de remboursement sont mal écrites."),
        _("Corrigez les points signalés, puis recommencez."),
    ),
    "PASSPLUS_PRICING_PUBLISHED": (
        _("Des règles portent déjà le code %(code)s, avec d'autres lignes."),
        _("Donnez un autre code aux nouvelles règles."),
    ),
    "PASSPLUS_PRICING_TOO_EARLY": (
        _("Des jours déjà payés, ou d'autres règles, viennent après ce premier jour."),
        _("Choisissez le %(first_day)s, ou un jour plus tardif."),
    ),
    "PASSPLUS_RUN_UNDER_WAY": (
        _("Un paiement des partenaires attend déjà une décision."),
        _("Approuvez-le ou refusez-le d'abord."),
    ),
    "PASSPLUS_RUN_TOO_EARLY": (
        _("Seuls des jours terminés peuvent être payés."),
        _("Choisissez un jour avant aujourd'hui."),
    ),
    "PASSPLUS_RUN_DECIDED": (
        _("Une autre personne a déjà décidé."),
        _("Rechargez la page pour voir sa décision."),
    ),
    "PASSPLUS_RUN_BY_THE_SAME_PERSON": (
        _("Vous avez préparé ce paiement : vous ne pouvez pas l'approuver."),
        _("Demandez à une autre personne de le relire."),
    ),
    "PASSPLUS_RUN_STALE": (
        _("Des tickets ont changé depuis la préparation : %(tickets)s."),
        _("Refusez ce paiement, puis préparez-le de nouveau."),
    ),
    "PASSPLUS_BOOKS_DISAGREE": (
        _("Le compte de %(partner)s ne contient pas ce que dit son relevé."),
        _("Ne payez pas. Prévenez l'équipe technique."),
    ),
    "PASSPLUS_CORRECTION_EMPTY": (
        _("Il manque la raison, ou ce qu'il faut corriger."),
        _("Écrivez une raison, et de une à %(most)s lignes."),
    ),
    "PASSPLUS_CORRECTION_LINE_INVALID": (
        _("La ligne « %(line)s » ne peut pas être corrigée."),
        _("Donnez une seule fois un ticket validé ou un SIRET, et son montant."),
    ),
    "PASSPLUS_CORRECTION_TOO_MUCH": (
        _("Du ticket %(ticket)s, il reste seulement %(left_cents)s à reprendre."),
        _("Donnez un montant plus petit."),
    ),
    "PASSPLUS_CORRECTION_ELSEWHERE": (
        _("Un ticket d'un autre département se reprend en entier, et seul : %(cents)s."),
        _("Faites une correction pour lui seul, sans montant."),
    ),
    "PASSPLUS_NEIGHBOUR_CLOSED": (
        _("Le portail du département %(departement)s ne répond pas."),
        _("Rien n'a changé. Recommencez dans quelques minutes."),
    ),
    "PASSPLUS_CORRECTION_DECIDED": (
        _("Une autre personne a déjà décidé de cette correction."),
        _("Rechargez la page pour voir sa décision."),
    ),
    "PASSPLUS_CORRECTION_BY_THE_SAME_PERSON": (
        _("Vous avez demandé cette correction : vous ne pouvez pas l'approuver."),
        _("Demandez à une autre personne de la relire."),
    ),
    "PASSPLUS_CORRECTION_NOT_UNDONE": (
        _("Cette correction ne peut pas être défaite, ou elle l'est déjà."),
        _("Demandez plutôt une nouvelle correction."),
    ),
    "PASSPLUS_CORRECTION_SPENT": (
        _("L'argent rendu au jeune a été dépensé depuis, ou il est reparti."),
        _("Faites une correction au profit du partenaire, sans reprendre au jeune."),
    ),
    "PASSPLUS_LINE_NOT_DISPUTABLE": (
        _("Cette ligne ne peut pas être contestée."),
        _("Dites en quelques mots ce qui ne va pas, sur un relevé émis."),
    ),
    "PASSPLUS_LINE_DISPUTED": (
        _("Vous avez déjà contesté cette ligne."),
        _("Attendez notre réponse : elle arrive par e-mail."),
    ),
    "PASSPLUS_DISPUTE_ANSWERED": (
        _("Cette contestation a déjà sa réponse, ou la vôtre est vide."),
        _("Rechargez la page pour la lire."),
    ),
    "PASSPLUS_PAYING_ACCOUNT_INVALID": (
        _("Ce compte ne peut pas payer."),
        _("Vérifiez le titulaire, l'IBAN et le BIC."),
    ),
    "PASSPLUS_PAYING_ACCOUNT_MISSING": (
        _("Le compte qui paie les partenaires n'est pas enregistré."),
        _("Enregistrez d'abord le compte payeur du Département."),
    ),
    "PASSPLUS_PAYOUT_RETURNED": (
        _("Ce retour est déjà noté, ou son jour n'est pas possible."),
        _("Donnez un jour entre l'ordre de virement et aujourd'hui."),
    ),
    "PASSPLUS_PAYOUT_NOT_RETURNED": (
        _("Le compte de ce virement n'est pas mis de côté."),
        _("Il n'y a rien à faire."),
    ),
    "PASSPLUS_TRUST_BY_THE_SAME_PERSON": (
        _("Vous avez noté ce retour : vous ne pouvez pas rétablir le compte."),
        _("Demandez à une autre personne de le vérifier."),
    ),
}

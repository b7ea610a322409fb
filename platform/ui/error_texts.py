"""The two sentences of each refusal: why, then what to do. Placeholders are the error's details.

Level B1, *vous*, fifteen words at most; `ui.errors` adds the telephone. `CODE.REASON` refines a code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from ui.account_texts import ACCOUNTS
from ui.acting_texts import ERRORS as ACTING
from ui.activation_texts import ACTIVATION
from ui.announcement_texts import ANNOUNCEMENTS
from ui.correction_texts import CORRECTIONS
from ui.exchange_texts import EXCHANGE
from ui.identity_texts import IDENTITIES
from ui.integrator_texts import INTEGRATORS
from ui.passplus_texts import PASSPLUS
from ui.publication_texts import PUBLICATION
from ui.records_texts import RECORDS
from ui.registration_texts import REGISTRATIONS
from ui.reimbursing_texts import REIMBURSING
from ui.rights_texts import RIGHTS
from ui.school_message_texts import SCHOOL_MESSAGES
from ui.secrecy_texts import SECRECY
from ui.service_texts import SERVICES
from ui.tariff_texts import TARIFFS
from ui.timetable_texts import TIMETABLES
from ui.upload_texts import UPLOADS
from ui.webhook_texts import WEBHOOKS
from ui.workgroup_texts import WORKGROUP

if TYPE_CHECKING:
    from django.utils.functional import Promise

TEXTS: dict[str, tuple[str | Promise, str | Promise]] = {
    **WORKGROUP,
    # The house
    "DOMAIN_ERROR": (_("Cette demande ne peut pas être faite."), _("Revenez à la page d'avant.")),
    "NOT_FOUND": (
        _("Nous ne trouvons pas ce que vous cherchez."),
        _("L'adresse est peut-être ancienne. Repartez de l'accueil."),
    ),
    "FORBIDDEN": (
        _("Votre compte ne permet pas de faire cela."),
        _("Demandez à une personne qui en a le droit."),
    ),
    "RETRY_LATER": (
        _("Le service est très demandé en ce moment."),
        _("Attendez une minute, puis essayez encore. Rien n'a été perdu."),
    ),
    "BRAND_COLOR_MALFORMED": (
        _("La couleur « %(color)s » n'est pas bien écrite."),
        _("Écrivez-la comme ceci : #1f3a5f."),
    ),
    "BRAND_COLOR_UNREADABLE": (
        _("La couleur %(color)s se lit mal : contraste %(contrast)s, il faut %(required)s."),
        _("La plus proche qui convient est %(nearest)s."),
    ),
    # Accounts
    "SIGN_IN_REFUSED": (
        _("L'identifiant ou le mot de passe ne convient pas."),
        _("Vérifiez les deux, puis essayez encore."),
    ),
    "SIGN_IN_TOO_MANY": (
        _("Il y a eu trop d'essais."),
        _("Attendez quinze minutes, puis essayez encore."),
    ),
    "ACCOUNT_EMAIL_TAKEN": (
        _("L'adresse %(email)s a déjà un compte."),
        _("Connectez-vous avec ce compte, ou donnez une autre adresse."),
    ),
    "ACCOUNT_LOGIN_TAKEN": (
        _("L'identifiant %(login)s a déjà un compte."),
        _("Donnez un autre identifiant."),
    ),
    "ACCOUNT_WEAK_PASSWORD": (
        _("Ce mot de passe est trop facile à deviner."),
        _("Choisissez au moins douze signes, sans votre nom."),
    ),
    "ACCOUNT_ROLE_NEEDS_COLLEGE": (
        _("Un secrétaire travaille pour un collège, les autres rôles pour aucun."),
        _("Corrigez le rôle ou le collège."),
    ),
    # Départements
    "DEPARTEMENT_EXISTS": (
        _("Ce département existe déjà."),
        _("Choisissez un autre code ou un autre nom d'hôte."),
    ),
    "DEPARTEMENT_BAD_VALUE": (
        _("La valeur du champ « %(field)s » ne convient pas."),
        _("Corrigez-la, puis recommencez."),
    ),
    "TEMPLATE_SCHEMA_MISSING": (
        _("La base n'est pas prête à recevoir un département."),
        _("Lancez d'abord les migrations."),
    ),
    # Canteen
    "CANTEEN_INVALID_WEEKDAYS": (
        _("Ces jours ne peuvent pas être choisis."),
        _("Choisissez au moins un jour de la liste."),
    ),
    "CANTEEN_INVALID_WEEKDAYS.NO_DAY": (
        _("Aucun jour n'est coché."),
        _("Cochez au moins un jour."),
    ),
    "CANTEEN_INVALID_WEEKDAYS.WEDNESDAY_CLOSED": (
        _("La cantine est fermée le mercredi."),
        _("Décochez le mercredi."),
    ),
    "CANTEEN_INVALID_WEEKDAYS.WEDNESDAY_FOR_BOARDERS": (
        _("Le mercredi, la cantine sert seulement les internes."),
        _("Décochez le mercredi."),
    ),
    "CANTEEN_INVALID_START": (
        _("L'inscription ne peut pas commencer ce jour-là."),
        _("Choisissez un autre jour."),
    ),
    "CANTEEN_INVALID_START.TOO_CLOSE": (
        _("Cette date est trop proche : la cuisine a déjà commandé."),
        _("Le premier jour possible est le %(first_free_day)s."),
    ),
    "CANTEEN_INVALID_START.OUTSIDE_SCHOOL_YEAR": (
        _("Le %(day)s n'est pas dans cette année scolaire."),
        _("Choisissez un jour de l'année scolaire."),
    ),
    "CANTEEN_INVALID_PAYERS": (
        _("Nous ne savons pas qui paie, ni pour quelle part."),
        _("Le Département doit le corriger avec vous."),
    ),
    "CANTEEN_NOT_SCHOOLED_THERE": (
        _("L'enfant n'est pas dans ce collège cette année."),
        _("Prévenez le secrétariat du collège."),
    ),
    "CANTEEN_ALREADY_ENROLLED": (
        _("L'enfant est déjà inscrit à la cantine."),
        _("Vous pouvez changer ses repas dans le calendrier."),
    ),
    "CANTEEN_ENROLMENT_NOT_OPEN": (
        _("Les inscriptions ne sont pas encore ouvertes."),
        _("Revenez à partir du %(opens_on)s."),
    ),
    "CANTEEN_ENROLMENT_NOT_ACTIVE": (
        _("Cette inscription n'est plus en cours."),
        _("Repartez de la page de l'enfant."),
    ),
    "CANTEEN_DAYS_NO_LONGER_CHANGEABLE": (
        _("Les jours pouvaient changer en ligne jusqu'au %(until)s."),
        _("Demandez le changement au collège."),
    ),
    "CANTEEN_MEAL_NOT_BOOKED": (
        _("Il n'y a pas de repas prévu ce jour-là."),
        _("Regardez le calendrier à jour."),
    ),
    "CANTEEN_MEAL_NOT_BOOKED.PAST": (
        _("Ce jour est déjà passé."),
        _("Un repas passé ne peut plus être annulé."),
    ),
    "CANTEEN_MEAL_NOT_BOOKED.CLOSED": (
        _("La cantine est fermée ce jour-là."),
        _("Choisissez un autre jour."),
    ),
    "CANTEEN_MEAL_NOT_BOOKED.WEDNESDAY": (
        _("Le mercredi, la cantine sert seulement les internes."),
        _("Choisissez un autre jour."),
    ),
    "CANTEEN_MEAL_ALREADY_BOOKED": (
        _("Un repas est déjà prévu ce jour-là."),
        _("Vous n'avez rien à faire."),
    ),
    "CANTEEN_MEAL_TOO_LATE": (
        _("C'est trop tard : la cuisine a déjà commandé."),
        _("Appelez le collège si c'est important."),
    ),
    "CANTEEN_ABSENCE_NOT_PAST": (
        _("Le %(day)s n'est pas encore passé."),
        _("Annulez le repas au lieu de justifier l'absence."),
    ),
    "CANTEEN_EXCUSE_MISSING": (
        _("Le motif de l'absence est vide."),
        _("Écrivez en une phrase ce qui la justifie."),
    ),
    # People and the academic feed
    "PEOPLE_NOT_A_GUARDIAN": (
        _("Cette personne n'est pas responsable de cet enfant."),
        _("Vérifiez les responsables de l'enfant."),
    ),
    "PEOPLE_SHARES_NOT_WHOLE": (
        _("Les parts des payeurs ne font pas 100 %%."),
        _("Corrigez les parts pour que leur somme fasse 100 %%."),
    ),
    "PEOPLE_ALREADY_CONNECTED": (
        _("Cette personne a déjà un compte, ou ce compte est à quelqu'un d'autre."),
        _("Vérifiez le nom et l'adresse de courriel."),
    ),
    "FEED_IMPORT_RUNNING": (
        _("Un autre import de l'annuaire est en cours."),
        _("Attendez qu'il se termine."),
    ),
    "FEED_DELTA_BEFORE_FULL": (
        _("Ce fichier ne contient que des changements."),
        _("Commencez par l'annuaire complet de l'année %(school_year)s."),
    ),
    "FEED_OLDER_THAN_LATEST": (
        _("Un annuaire plus récent, du %(latest_on)s, est déjà appliqué."),
        _("Prenez l'annuaire le plus récent."),
    ),
    "FEED_UNREADABLE": (
        _("Le fichier %(file)s ne peut pas être lu."),
        _("Demandez un nouvel envoi à l'académie. Rien n'a été changé."),
    ),
    "FEED_UNREADABLE.NO_FILE": (
        _("Aucun fichier d'annuaire ici : %(file)s."),
        _("Vérifiez le nom du dossier."),
    ),
    "FEED_UNREADABLE.FILE_NAME": (
        _("Le nom %(file)s n'est pas celui d'un fichier d'annuaire."),
        _("Ne renommez pas les fichiers de l'académie."),
    ),
    "FEED_UNREADABLE.MIXED_FEED": (
        _("Le fichier %(file)s vient d'un autre annuaire."),
        _("Mettez un seul annuaire par dossier."),
    ),
    "FEED_UNREADABLE.TOO_MANY_FILES": (
        _("Il y a trop de fichiers dans ce dossier."),
        _("Mettez un seul annuaire par dossier."),
    ),
    "FEED_UNREADABLE.FILE_TOO_LARGE": (
        _("Le fichier %(file)s dépasse %(limit_mb)s Mo."),
        _("Demandez un annuaire découpé en plusieurs fichiers."),
    ),
    "FEED_UNREADABLE.RECORD_TOO_LARGE": (
        _("Une fiche du fichier %(file)s dépasse %(limit_mb)s Mo."),
        _("Ce fichier est abîmé ou malveillant. Demandez un nouvel envoi."),
    ),
    "FEED_UNREADABLE.ENCODING": (
        _("Le fichier %(file)s est écrit en %(encoding)s, que nous ne lisons pas."),
        _("Demandez un fichier en UTF-8 ou en ISO-8859-15."),
    ),
    "FEED_UNREADABLE.WRONG_BYTES": (
        _("Les accents du fichier %(file)s sont mal codés."),
        _("Demandez un nouvel envoi à l'académie."),
    ),
    "FEED_UNREADABLE.ENTITIES": (
        _("Le fichier %(file)s contient des entités, que nous refusons."),
        _("Ce fichier est peut-être malveillant. Demandez un nouvel envoi."),
    ),
    "FEED_UNREADABLE.TOO_DEEP": (
        _("Le fichier %(file)s est emboîté trop profondément."),
        _("Ce fichier est peut-être malveillant. Demandez un nouvel envoi."),
    ),
    "FEED_UNREADABLE.TEXT_TOO_LONG": (
        _("Un texte du fichier %(file)s est trop long."),
        _("Ce fichier est abîmé ou malveillant. Demandez un nouvel envoi."),
    ),
    "FEED_UNREADABLE.NOT_XML": (
        _("Le fichier %(file)s n'est pas du XML bien formé, ligne %(line)s."),
        _("Demandez un nouvel envoi à l'académie. Rien n'a été changé."),
    ),
    "FEED_UNREADABLE.NOT_A_FEED": (
        _("Le fichier %(file)s n'est pas un annuaire académique."),
        _("Vérifiez le fichier envoyé."),
    ),
    # Ledger
    "LEDGER_INSUFFICIENT_BALANCE": (
        _("Le solde ne suffit pas pour ce mouvement."),
        _("Vérifiez le solde, puis choisissez un montant plus petit."),
    ),
    "LEDGER_ACCOUNT_CLOSED": (
        _("Ce compte est fermé."),
        _("Choisissez un compte ouvert."),
    ),
    "LEDGER_UNKNOWN_ACCOUNT": (
        _("Ce compte n'existe pas dans ce département."),
        _("Vérifiez le compte choisi."),
    ),
    "LEDGER_REFERENCE_REUSED": (
        _("Cette référence a déjà servi pour autre chose."),
        _("Rien n'a changé. Donnez une nouvelle référence."),
    ),
    "LEDGER_HOLD_ALREADY_RESOLVED": (
        _("Cette somme mise de côté a déjà été traitée."),
        _("Rien n'a changé. Regardez l'historique du compte."),
    ),
    "LEDGER_HOLD_EXPIRED": (
        _("Le délai de cette somme mise de côté est passé."),
        _("Refaites la demande."),
    ),
    "LEDGER_UNKNOWN_HOLD": (
        _("Cette somme mise de côté n'existe pas."),
        _("Regardez l'historique du compte."),
    ),
    "LEDGER_MORE_THAN_HELD": (
        _("Le montant dépasse la somme mise de côté."),
        _("Choisissez un montant plus petit."),
    ),
    "LEDGER_ACCOUNT_NOT_SETTLED": (
        _("Ce compte n'est pas soldé."),
        _("Réglez ce qui reste, puis fermez-le."),
    ),
    # Billing
    "BILLING_MONTH_NOT_FIRST_DAY": (
        _("Un mois se nomme par son premier jour."),
        _("Choisissez le premier jour du mois."),
    ),
    "BILLING_MONTH_NOT_OVER": (
        _("Le mois n'est pas fini : des repas peuvent encore changer."),
        _("Attendez le premier jour du mois suivant."),
    ),
    "BILLING_RUN_ALREADY_ISSUED": (
        _("Les factures de ce mois sont déjà émises."),
        _("Une erreur se corrige par un avoir, pas par un nouveau calcul."),
    ),
    "BILLING_MEALS_BILLED_ELSEWHERE": (
        _("La régie « %(regie)s » facture déjà les repas."),
        _("Un département a une seule régie pour la cantine."),
    ),
    "BILLING_REGIE_BILLS_NO_MEALS": (
        _("La régie « %(regie)s » ne facture pas les repas."),
        _("Choisissez la régie de la cantine."),
    ),
    "BILLING_RUN_OUT_OF_DATE": (
        _("Depuis la préparation, des repas, des prix ou des payeurs ont changé."),
        _("Préparez le mois à nouveau, puis vérifiez-le."),
    ),
    "BILLING_EARLIER_MONTH_NOT_ISSUED": (
        _("Le mois qui commence le %(month)s n'est pas encore facturé."),
        _("Émettez d'abord les factures de ce mois-là."),
    ),
    "BILLING_RUN_NOT_REVIEWED": (
        _("Cette facturation n'a pas encore été vérifiée."),
        _("Vérifiez-la, puis émettez les factures."),
    ),
    "BILLING_ANOMALIES_UNANSWERED": (
        _("Des anomalies bloquantes sont sans réponse : %(count)s."),
        _("Répondez à chacune, puis émettez les factures."),
    ),
    "BILLING_ANOMALY_CHANGED": (
        _("Cette anomalie n'est plus celle que vous avez lue."),
        _("Lisez-la à nouveau, puis répondez."),
    ),
    "BILLING_ANSWER_MISSING": (
        _("La réponse est vide."),
        _("Écrivez en une phrase ce que vous avez décidé."),
    ),
    "BILLING_NOTHING_TO_ISSUE": (
        _("Aucune facture de ce mois ne dépasse zéro."),
        _("Vérifiez les inscriptions et les prix du mois."),
    ),
    "BILLING_DUE_DATE_TOO_EARLY": (
        _("La date limite, le %(due_on)s, vient avant l'émission."),
        _("Choisissez une date plus tardive."),
    ),
    **ACTIVATION,
    **ACCOUNTS,
    **CORRECTIONS,
    **IDENTITIES,
    **RECORDS,
    **RIGHTS,
    **INTEGRATORS,
    **SECRECY,
    **SERVICES,
    **WEBHOOKS,
    **PUBLICATION,
    **ANNOUNCEMENTS,
    **TARIFFS,
    **TIMETABLES,
    **EXCHANGE,
    **PASSPLUS,
    **REIMBURSING,
    **REGISTRATIONS,
    **SCHOOL_MESSAGES,
    **ACTING,
    **UPLOADS,
    # Payments
    "JOB_GIVEN_UP": (
        _("Ce travail s'est arrêté plusieurs fois sans finir."),
        _("Prévenez l'équipe technique, avec l'heure de la demande."),
    ),
    "PAYMENT_MERCHANT_ALREADY_OPEN": (
        _("Cette régie est déjà payée en ligne sur un autre compte."),
        _("Fermez d'abord ce compte."),
    ),
    "PAYMENT_NOT_OFFERED": (
        _("Cette facture ne se paie pas en ligne."),
        _("Les autres façons de payer sont écrites sur la facture."),
    ),
    "PAYMENT_NOTHING_TO_PAY": (
        _("Il n'y a rien à payer."),
        _("Choisissez une facture qui reste à payer."),
    ),
    "PAYMENT_MORE_THAN_DUE": (
        _("C'est plus que ce qui reste à payer."),
        _("Rouvrez la facture : elle dit ce qui reste."),
    ),
    "PAYMENT_UNDER_WAY": (
        _("Un paiement de cette facture est déjà commencé."),
        _("Terminez-le, ou abandonnez-le, avant d'en commencer un autre."),
    ),
    "PAYMENT_OF_SEVERAL_REGIES": (
        _("Ces factures ne se paient pas ensemble."),
        _("Payez-les l'une après l'autre."),
    ),
    "PAYMENT_AMOUNT_BEYOND_LIMITS": (
        _("Ce montant ne peut pas être payé en ligne."),
        _("Payez-le d'une des façons écrites sur la facture."),
    ),
    "PAYMENT_PROVIDER_UNAVAILABLE": (
        _("La page de paiement ne répond pas. Rien n'a été payé."),
        _("Attendez quelques minutes, puis essayez à nouveau."),
    ),
    "PAYMENT_PROVIDER_REFUSED": (
        _("La page de paiement n'a pas pu s'ouvrir. Rien n'a été payé."),
        _("Payez d'une autre façon, ou appelez-nous."),
    ),
    "PAYMENT_REFUND_OF_NOTHING": (
        _("Il manque un montant ou une raison."),
        _("Donnez un montant au-dessus de 0 €, et dites pourquoi."),
    ),
    "PAYMENT_NOT_REFUNDABLE": (
        _("Ce paiement ne peut pas être remboursé."),
        _("Seul un paiement reçu se rembourse."),
    ),
    "PAYMENT_REFUND_NOT_OFFERED": (
        _("Ce prestataire ne rembourse pas."),
        _("Remboursez la famille par virement."),
    ),
    "PAYMENT_REFUND_BEYOND_PAID": (
        _("C'est plus que ce qui reste à rembourser."),
        _("Il reste %(left_cents)s au plus. Des remboursements déjà demandés comptent aussi."),
    ),
    "PAYMENT_REFUND_BY_THE_SAME_PERSON": (
        _("Vous avez demandé ce remboursement."),
        _("Une autre personne doit l'approuver."),
    ),
    "PAYMENT_REFUND_ALREADY_DECIDED": (
        _("Ce remboursement est déjà décidé."),
        _("Rouvrez sa page : elle dit ce qui a été décidé."),
    ),
    "PAYMENT_KNOWN_THERE": (
        _("Le prestataire connaît ce paiement."),
        _("Rien n'est fermé. Sa réponse est inscrite sur la page du paiement."),
    ),
    "PAYMENT_NOTHING_TO_ANSWER": (
        _("Il n'y a rien à répondre ici."),
        _("Seul un paiement à vérifier attend une réponse. Écrivez ce que vous avez trouvé."),
    ),
    "PAYMENT_NOTICE_REFUSED": (
        _("Ce message ne vient pas du prestataire de paiement."),
        _("Vérifiez le secret et le compte."),
    ),
}

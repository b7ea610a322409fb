"""The two sentences of each refusal of Pass+, as in `error_texts`.

Plain texts too, so that `socle passplus` can say them without settings.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy


def _(text: str) -> str:
    """Mark a text for the catalogue without needing settings."""
    return text


SENTENCES: dict[str, tuple[str, str]] = {
    "PASSPLUS_CAMPAIGN_INVALID": (
        _("Cette campagne est mal écrite."),
        _("Corrigez les points signalés, puis recommencez."),
    ),
    "PASSPLUS_CAMPAIGN_PUBLISHED": (
        _("La campagne %(campaign)s est déjà publiée, avec d'autres règles."),
        _("Donnez un autre code à la nouvelle campagne."),
    ),
    "PASSPLUS_TICKET_TEXT_INVALID": (
        _("Ce code n'est pas un ticket Pass+ d'ici."),
        _("Tapez le code du ticket, écrit sous le carré."),
    ),
    "PASSPLUS_PARTNER_INVALID": (
        _("Ce partenaire ne peut pas être enregistré."),
        _("Donnez un nom, un numéro SIRET à 14 chiffres et un domaine."),
    ),
    "PASSPLUS_PARTNER_AFFILIATED": (
        _("Un partenaire affilié porte déjà ce numéro SIRET."),
        _("Cherchez-le dans la liste des partenaires."),
    ),
    "PASSPLUS_CODE_REFUSED": (
        _("Ce n'est pas le bon code, ou il est trop ancien."),
        _("Vérifiez les six chiffres, ou demandez un autre code."),
    ),
    "PASSPLUS_CODE_TOO_MANY": (
        _("Trop d'essais, ou trop de codes aujourd'hui."),
        _("Demandez un autre code, ou revenez demain."),
    ),
    "PASSPLUS_APPLICATION_LOCKED": (
        _("Cette demande ne peut plus changer : elle est à l'étude, ou finie."),
        _("Attendez la réponse, ou faites une autre demande."),
    ),
    "PASSPLUS_APPLICATION_INCOMPLETE": (
        _("Il manque une étape à cette demande."),
        _("Répondez à chaque étape, puis envoyez-la."),
    ),
    "PASSPLUS_APPLICATION_INVALID": (
        _("Cette réponse ne convient pas."),
        _("Vérifiez ce qui est écrit, puis recommencez."),
    ),
    "PASSPLUS_DECLARATION_MISSING": (
        _("Il manque un engagement."),
        _("Cochez chaque ligne pour devenir partenaire."),
    ),
    "PASSPLUS_ANOTHER_TO_SIGN": (
        _("Une autre demande de cette structure attend déjà d'être signée."),
        _("Refusez l'une des deux, puis recommencez."),
    ),
    "PASSPLUS_PARTNER_TOO_YOUNG": (
        _("Cette structure n'existe pas depuis assez longtemps."),
        _("Elle pourra signer à partir du %(signable_on)s."),
    ),
    "PASSPLUS_TERMS_INVALID": (
        _("Cette convention ne peut pas être publiée."),
        _("Donnez une version, un titre, et des articles qui ont un texte."),
    ),
    "PASSPLUS_TERMS_PUBLISHED": (
        _("La version %(version)s est déjà publiée, avec d'autres mots."),
        _("Donnez un autre nom à la nouvelle version."),
    ),
    "PASSPLUS_TOWN_UNKNOWN": (
        _("Nous ne trouvons pas cette ville en Île-de-France."),
        _("Essayez son code postal, ou son nom et son département : « Blandy (77) »."),
    ),
    "PASSPLUS_PARTNER_OVER": (
        _("Ce partenaire n'est plus affilié."),
        _("Affiliez-le de nouveau pour changer sa fiche."),
    ),
    "PASSPLUS_REASON_MISSING": (
        _("Il manque votre message."),
        _("Écrivez en quelques mots ce que la structure doit savoir."),
    ),
    "PASSPLUS_SHEET_UNCHANGED": (
        _("Cette fiche est déjà ainsi."),
        _("Changez une réponse, ou revenez à la fiche."),
    ),
    "PASSPLUS_SHEET_DECIDED": (
        _("Cette demande n'attend plus de réponse."),
        _("Rouvrez la fiche : elle dit ce qui a changé."),
    ),
    "PASSPLUS_SHEET_OF_ONESELF": (
        _("Vous avez fait cette demande : une autre personne y répond."),
        _("Demandez à un collègue de la lire."),
    ),
    "PASSPLUS_IBAN_INVALID": (
        _("Ce compte bancaire ne peut pas être enregistré."),
        _("Recopiez l'IBAN et le nom du titulaire, comme sur votre RIB."),
    ),
    "PASSPLUS_IBAN_MISSING": (
        _("Le compte bancaire de ce partenaire n'est pas encore vérifié."),
        _("Vérifiez-le dans la fiche du partenaire, puis recommencez."),
    ),
    "PASSPLUS_IBAN_NOT_WAITING": (
        _("Ce compte bancaire n'attend plus d'être vérifié."),
        _("Ouvrez la fiche du partenaire pour voir celui qui compte."),
    ),
    "PASSPLUS_IBAN_OF_ONESELF": (
        _("Vous avez donné ce compte bancaire : une autre personne doit le vérifier."),
        _("Demandez à un collègue d'ouvrir la fiche du partenaire."),
    ),
    "PASSPLUS_PARTNER_ENDED": (
        _("Ce partenaire n'est plus affilié."),
        _("Il doit demander une nouvelle affiliation."),
    ),
    "PASSPLUS_SCRIPT_INVALID": (
        _("Ce scénario est mal écrit."),
        _("Corrigez les points signalés, puis recommencez."),
    ),
    "PASSPLUS_REGISTRATION_NOT_OPEN": (
        _("Les inscriptions ne sont pas encore ouvertes."),
        _("Revenez à partir du %(opens_on)s."),
    ),
    "PASSPLUS_REGISTRATION_CLOSED": (
        _("Les inscriptions sont closes depuis le %(closed_on)s."),
        _("La prochaine campagne sera annoncée sur ce site."),
    ),
    "PASSPLUS_NOT_ELIGIBLE": (
        _("Ce Pass+ n'est pas ouvert à ce jeune, ou il manque des renseignements."),
        _("Vérifiez l'adresse, le collège, la classe et la date de naissance."),
    ),
    "PASSPLUS_PROOF_MISSING": (
        _("Il manque une preuve."),
        _("Ajoutez les documents demandés."),
    ),
    "PASSPLUS_CARD_GRANTED": (
        _("Ce jeune a déjà son Pass+ pour cette campagne."),
        _("Il n'y a rien d'autre à faire."),
    ),
    "PASSPLUS_CARD_UNKNOWN": (
        _("Ce Pass+ n'existe pas."),
        _("Vérifiez le numéro, ou inscrivez d'abord le jeune."),
    ),
    "PASSPLUS_PURSE_UNKNOWN": (
        _("Ce porte-monnaie n'existe pas dans cette campagne."),
        _("Choisissez un porte-monnaie de la liste."),
    ),
    "PASSPLUS_TICKETS_NOT_OPEN": (
        _("Il est trop tôt pour faire un ticket."),
        _("Revenez à partir du %(opens_on)s."),
    ),
    "PASSPLUS_TICKETS_CLOSED": (
        _("On ne peut plus faire de ticket depuis le %(closed_on)s."),
        _("Les tickets déjà faits restent utilisables."),
    ),
    "PASSPLUS_AMOUNT_NOT_ALLOWED": (
        _("Ce montant ne convient pas."),
        _("Un ticket vaut au moins %(lowest_cents)s, de %(step_cents)s en %(step_cents)s."),
    ),
    "PASSPLUS_PURSE_TOO_SMALL": (
        _("Ce porte-monnaie n'a plus que %(available_cents)s."),
        _("Faites un ticket plus petit. L'autre porte-monnaie ne peut pas compléter."),
    ),
    "PASSPLUS_OUTSIDE_DOMAIN": (
        _("Le porte-monnaie « %(purse)s » ne paie pas ce que propose ce partenaire."),
        _("Choisissez un autre porte-monnaie, ou un autre partenaire."),
    ),
    "PASSPLUS_CAPTURE_TOO_LATE": (
        _("Ce ticket n'est plus valable depuis le %(closed_on)s."),
        _("Son montant est revenu au Département."),
    ),
    "PASSPLUS_CAPTURE_TOO_MUCH": (
        _("Ce ticket vaut %(held_cents)s."),
        _("Demandez ce montant, ou moins."),
    ),
    "PASSPLUS_NUMBER_INVALID": (
        _("Ce numéro n'est pas celui d'une carte."),
        _("Recopiez les lettres et les chiffres imprimés, six au moins."),
    ),
    "PASSPLUS_NUMBER_TAKEN": (
        _("Ce numéro est déjà relié à quelqu'un."),
        _("Vérifiez chaque chiffre. C'est bien le vôtre : appelez-nous."),
    ),
    "PASSPLUS_KIND_NOT_OFFERED": (
        _("Ce support n'existe pas dans cette campagne."),
        _("Choisissez une carte ou un badge de la liste."),
    ),
    "PASSPLUS_LOSS_NOT_ACCEPTED": (
        _("Les %(cents)s de ce ticket seraient perdus."),
        _("Dites que vous l'acceptez, ou gardez le ticket."),
    ),
    "PASSPLUS_CANCELLATION_REFUSED": (
        _("Ce ticket ne peut plus être annulé : son montant serait perdu."),
        _("Il peut encore servir, avant le %(usable_before)s."),
    ),
    "PASSPLUS_TICKET_UNKNOWN": (
        _("Ce ticket n'existe pas."),
        _("Vérifiez le code, lettre par lettre."),
    ),
    "PASSPLUS_TICKET_MADE": (
        _("Un ticket porte déjà ce nom."),
        _("Donnez-lui un autre nom."),
    ),
    "PASSPLUS_TICKET_OVER": (
        _("Ce ticket a déjà servi, ou il a été annulé."),
        _("Demandez un autre ticket."),
    ),
    "PASSPLUS_OTHER_PARTNER": (
        _("Ce ticket est fait pour un autre partenaire."),
        _("Demandez un ticket fait pour vous."),
    ),
    "PASSPLUS_TICKET_UNREADABLE": (
        _("Ce n'est pas un code de ticket."),
        _("Tapez les huit lettres et chiffres. Un numéro de département peut les précéder."),
    ),
    "PASSPLUS_TICKET_NOT_TAKEN_ELSEWHERE": (
        _("Ce ticket d'un autre département ne peut pas être pris ici."),
        _("Vérifiez le numéro et le code. Le jeune voit dans son Pass+ si le ticket a servi."),
    ),
    "PASSPLUS_TOO_MANY_TRIES": (
        _("Trop de codes d'autres départements ont été refusés."),
        _("Attendez un quart d'heure, ou scannez le ticket d'ici là."),
    ),
    "RECIPROCITY_AGREEMENT_INVALID": (
        _("Cette convention n'est pas complète."),
        _("Vérifiez le département, les domaines, les dates et le nom du signataire."),
    ),
    "RECIPROCITY_AGREEMENT_OPEN": (
        _("Une convention ou une proposition existe déjà avec ce département."),
        _("Mettez-y fin avant d'en proposer une autre."),
    ),
    "RECIPROCITY_AGREEMENT_OVER": (
        _("Cette convention a pris fin."),
        _("Proposez-en une nouvelle."),
    ),
    "RECIPROCITY_AGREEMENT_CHANGED": (
        _("Le texte n'est plus celui que l'autre département a signé."),
        _("Ne signez pas. Prévenez l'équipe technique."),
    ),
    "RECIPROCITY_NEIGHBOUR_UNKNOWN": (
        _("Ce département n'est pas ouvert ici."),
        _("Choisissez un département de la liste."),
    ),
    "RECIPROCITY_MONTH_NOT_OVER": (
        _("Ce mois n'est pas fini."),
        _("Établissez le relevé à partir du %(ends_on)s."),
    ),
    "RECIPROCITY_NOTHING_TO_STATE": (
        _("Il n'y a rien à compter pour ce mois."),
        _("Attendez une validation entre les deux départements."),
    ),
    "RECIPROCITY_STATEMENT_DIFFERS": (
        _("Ce relevé ne dit pas la même chose que votre grand livre."),
        _("Ne l'acceptez pas. Comparez les lignes signalées avec l'autre département."),
    ),
    "RECIPROCITY_SIGNATORY_MISSING": (
        _("Il manque le nom de qui accepte."),
        _("Écrivez son nom et sa fonction."),
    ),
    "PASSPLUS_NOTHING_TO_CONTEST": (
        _("Chaque ligne de ce relevé est dans votre grand livre."),
        _("Acceptez-le, ou appelez l'autre département."),
    ),
    "RECIPROCITY_NOT_TO_RECEIVE": (
        _("Ce règlement n'est pas à enregistrer ici."),
        _("Les deux départements doivent accepter le relevé. Qui reçoit l'argent le dit."),
    ),
    "PASSPLUS_NOTHING_TO_REIMBURSE": (
        _("Il n'y a rien de nouveau à payer."),
        _("Attendez qu'un ticket soit validé."),
    ),
    "PASSPLUS_TICKET_TAKEN": (
        _("Vous avez déjà validé ce ticket : « %(till)s », %(taken_at)s."),
        _("Il ne peut pas servir deux fois. Demandez un autre ticket."),
    ),
    "PASSPLUS_NO_PARTNER": (
        _("Votre compte ne travaille pour aucun partenaire."),
        _("Demandez une invitation au responsable de votre structure."),
    ),
    "PASSPLUS_TOO_MANY_UNKNOWN": (
        _("Trop de codes inconnus ont été essayés ici."),
        _("Attendez quinze minutes, puis scannez le ticket."),
    ),
    "PASSPLUS_VALIDATION_REUSED": (
        _("Cette page a déjà servi pour un autre ticket."),
        _("Revenez à l'écran de saisie, puis recommencez."),
    ),
    "PASSPLUS_UNDO_TOO_LATE": (
        _("Cette validation ne peut plus être annulée."),
        _("Une erreur ? Signalez-la au Département, avec le code du ticket."),
    ),
    "PASSPLUS_TILL_CLOSED": (
        _("La caisse « %(till)s » est fermée."),
        _("Choisissez une autre caisse."),
    ),
    "PASSPLUS_TILL_NAME_INVALID": (
        _("Ce nom de caisse ne convient pas, ou il est déjà pris."),
        _("Donnez un autre nom, de 60 signes au plus."),
    ),
    "PASSPLUS_TOO_MANY_TILLS": (
        _("Vous avez déjà %(most)s caisses ouvertes."),
        _("Fermez-en une avant d'en ouvrir une autre."),
    ),
    "PASSPLUS_LAST_TILL": (
        _("« %(till)s » est votre seule caisse."),
        _("Ouvrez-en une autre avant de fermer celle-ci."),
    ),
    "PASSPLUS_INVITATION_INVALID": (
        _("Cette adresse e-mail n'est pas bien écrite."),
        _("Écrivez-la comme ceci : prenom@exemple.fr."),
    ),
    "PASSPLUS_INVITATION_REFUSED": (
        _("Ce lien ne fonctionne plus, ou il est pour une autre adresse."),
        _("Demandez une nouvelle invitation à votre responsable."),
    ),
    "PASSPLUS_ALREADY_MEMBER": (
        _("%(email)s fait déjà partie de l'équipe."),
        _("Changez son rôle dans la liste, si besoin."),
    ),
    "PASSPLUS_TOO_MANY_INVITATIONS": (
        _("%(most)s invitations attendent déjà une réponse."),
        _("Retirez-en avant d'en envoyer d'autres."),
    ),
    "PASSPLUS_LAST_MANAGER": (
        _("Il faut toujours un responsable."),
        _("Donnez d'abord ce rôle à une autre personne."),
    ),
    "PASSPLUS_CANCELLATION_WAITS": (
        _("Ce partenaire travaille sans internet. Il a peut-être déjà pris ce ticket."),
        _("Vous pourrez l'annuler après le %(until)s, s'il ne l'a pas pris."),
    ),
    "PASSPLUS_OFFLINE_NOT_NOW": (
        _("Un délai du Pass+ finit le %(on)s : c'est trop près."),
        _("D'ici là, validez les tickets avec internet."),
    ),
}
# What a partner offers, and what a purse pays for.
DOMAINS = {
    "SPORT": gettext_lazy("Sport"),
    "CULTURE": gettext_lazy("Culture"),
    "LEISURE": gettext_lazy("Loisirs"),
}
# The lines of a partner's sheet.
SHEET = {
    "name": gettext_lazy("Nom"),
    "domains": gettext_lazy("Domaines"),
    "activities": gettext_lazy("Activités"),
    "description": gettext_lazy("Présentation"),
    "street": gettext_lazy("Adresse"),
    "postal_code": gettext_lazy("Code postal"),
    "town": gettext_lazy("Ville"),
    "phone": gettext_lazy("Téléphone"),
    "email": gettext_lazy("E-mail"),
    "site": gettext_lazy("Site"),
}
PASSPLUS = {
    code: (gettext_lazy(why), gettext_lazy(todo)) for code, (why, todo) in SENTENCES.items()
}

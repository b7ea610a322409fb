"""The two sentences of each refusal of tariffs and of what households prove, as in `error_texts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

TARIFFS: dict[str, tuple[str | Promise, str | Promise]] = {
    "SCHOOL_CALENDAR_UNKNOWN": (
        _("Les vacances scolaires de %(year)s ne sont pas encore connues."),
        _("Ouvrez la cantine quand le ministère les aura publiées."),
    ),
    "RULE_INVALID": (
        _("Cette règle ne peut pas être appliquée telle qu'elle est écrite."),
        _("Corrigez les points signalés, puis recommencez."),
    ),
    "CANCELLATION_RULE_INVALID": (
        _("La règle d'annulation est mal écrite."),
        _("Corrigez les points signalés, puis recommencez."),
    ),
    "CANTEEN_RULES_INVALID": (
        _("Les règles de la cantine sont mal écrites."),
        _("Corrigez les points signalés, puis recommencez."),
    ),
    "CANTEEN_RULES_OVERLAP": (
        _("D'autres règles commencent le %(valid_from)s."),
        _("Choisissez une date de début plus tardive."),
    ),
    "CANTEEN_NO_RULES": (
        _("La cantine n'a pas encore de règles pour le %(day)s."),
        _("Le Département doit les fixer avant toute inscription."),
    ),
    "TARIFF_DEFINITION_INVALID": (
        _("Ce tarif est mal écrit."),
        _("Corrigez les points signalés, puis recommencez."),
    ),
    "TARIFF_MAXIMUM_NOT_OFFERED": (
        _("Ce tarif ne permet pas de choisir le prix le plus haut."),
        _("Donnez votre situation pour connaître le prix."),
    ),
    "TARIFF_EXPLANATION_BROKEN": (
        _("L'explication de ce prix n'est pas complète."),
        _("Le prix doit être calculé à nouveau par le Département."),
    ),
    "TARIFF_VERSIONS_OVERLAP": (
        _("Un autre tarif commence le %(valid_from)s pour ce service."),
        _("Choisissez une date de début plus tardive."),
    ),
    "TARIFF_VERSION_IN_USE": (
        _("Des repas de cette période sont déjà facturés."),
        _("Le tarif peut commencer le %(first_open_day)s, pas avant."),
    ),
    "TARIFF_CUSTODY_NOT_BILLED": (
        _("Deux parents qui paient chacun leurs semaines ne sont pas encore facturés ainsi."),
        _("Choisissez un seul payeur, ou le quotient le plus favorable."),
    ),
    "TARIFF_FULL_PRICE_MISSING": (
        _("Cette grille donne une aide, et pas le prix avant aide."),
        _("Ajoutez le prix avant aide (« full_price »), puis recommencez."),
    ),
    "TARIFF_INDEXATION_REFUSED": (
        _("Ces prix ne peuvent pas suivre l'indice ce jour-là."),
        _("Vérifiez la règle d'indexation du tarif."),
    ),
    "TARIFF_INDEXATION_REFUSED.NO_INDEX": (
        _("Ce tarif ne suit aucun indice."),
        _("Publiez une nouvelle grille."),
    ),
    "TARIFF_INDEXATION_REFUSED.SUSPENDED": (
        _("L'indexation est suspendue pour %(year)s."),
        _("Les prix restent les mêmes cette année-là."),
    ),
    "TARIFF_INDEXATION_REFUSED.FACTOR": (
        _("Ce facteur n'est pas entre 0,5 et 2."),
        _("Écrivez l'indice nouveau divisé par l'ancien, par exemple 1,021."),
    ),
    "SCHEDULE_DRAFT_CHANGED": (
        _("Une autre personne a enregistré ce brouillon pendant que vous l'écriviez."),
        _("Comparez les deux textes, puis enregistrez à nouveau."),
    ),
    "SCHEDULE_DRAFT_CLOSED": (
        _("Ce brouillon ne change plus : il est publié ou abandonné."),
        _("Commencez un autre brouillon à partir de la version publiée."),
    ),
    "SCHEDULE_DRAFT_UNFIT": (
        _("Ce brouillon n'a pas de texte, ou il est trop long."),
        _("Collez le texte d'un barème, puis recommencez."),
    ),
    "SCHEDULE_DRAFT_UNFIT.NAME": (
        _("Ce brouillon n'a pas de nom, ou un nom trop long."),
        _("Donnez-lui un nom de %(longest)s signes au plus."),
    ),
    "SIMULATION_NOT_COMPARABLE": (
        _("Ces deux barèmes ne donnent pas le prix d'un même repas."),
        _("Choisissez un autre service, ou un autre barème."),
    ),
    "SIMULATION_NOT_COMPARABLE.SERVICE": (
        _("Ce barème ne donne pas de prix pour ce service."),
        _("Choisissez un autre service, ou un autre barème."),
    ),
    "SIMULATION_NOT_COMPARABLE.UNIT": (
        _("Un de ces barèmes n'est pas au repas, mais au trimestre ou à l'année."),
        _("Écrivez un prix par repas pour les comparer."),
    ),
    "SIMULATION_NOT_COMPARABLE.GRID": (
        _("Ce barème n'est pas une grille de quotients pour ce service."),
        _("Écrivez des tranches, puis demandez leurs prix."),
    ),
    "SIMULATION_NOT_COMPARABLE.TOO_FEW": (
        _("Moins de onze élèves sont inscrits sur cette période."),
        _("Choisissez une autre période ou un autre service."),
    ),
    "SIMULATION_PERIOD_UNFIT": (
        _("Cette période n'est pas dans l'ordre, ou dure plus de deux ans."),
        _("Choisissez deux ans au plus, dans l'ordre."),
    ),
    "TARIFF_NO_SUCH_GRID": (
        _("Aucune grille ne tient toutes ces limites à la fois."),
        _("Desserrez une limite, puis recommencez."),
    ),
    "TARIFF_LIMITS_UNFIT": (
        _("Le prix le plus bas dépasse le plus haut, ou un prix ne convient pas."),
        _("Corrigez les limites, puis recommencez."),
    ),
    "TARIFF_LIMITS_UNFIT.TOO_MANY": (
        _("Il y a trop de prix à essayer (plus de %(most)s)."),
        _("Choisissez des prix de 5 en 5 centimes, ou un maximum plus bas."),
    ),
    "TARIFF_NOT_IN_FORCE": (
        _("Aucun tarif n'est fixé pour le %(day)s."),
        _("Le Département doit d'abord publier un tarif."),
    ),
    "TARIFF_ALREADY_BILLED": (
        _("Les repas de ce mois sont déjà facturés."),
        _("Le changement est possible à partir du %(first_open_day)s."),
    ),
    "RESOURCES_INVALID": (
        _("Ce chiffre ne convient pas."),
        _("Recopiez-le comme il est écrit sur votre document."),
    ),
    "RESOURCES_INVALID.MISSING": (_("Il manque ce chiffre."), _("Il est sur votre document.")),
    "RESOURCES_INVALID.NEGATIVE": (
        _("Ce chiffre ne peut pas être négatif."),
        _("Si votre document montre un chiffre négatif, écrivez 0."),
    ),
    "RESOURCES_INVALID.TOO_HIGH": (
        _("Ce chiffre est trop grand pour être juste."),
        _("Vérifiez les zéros et la virgule."),
    ),
    "RESOURCES_INVALID.TOO_LOW": (
        _("Ce chiffre est trop petit pour être juste."),
        _("Vérifiez-le sur votre document."),
    ),
    "RESOURCES_INVALID.NOT_A_NUMBER": (
        _("Ce n'est pas un nombre."),
        _("Écrivez seulement des chiffres et une virgule."),
    ),
    "RESOURCES_INVALID.TWICE": (
        _("Vous avez donné un quotient et des revenus."),
        _("Gardez l'un des deux, et effacez l'autre."),
    ),
    "RESOURCES_INVALID.NOT_ASKED": (
        _("Ce tarif ne lit pas cette réponse."),
        _("Effacez-la, puis recommencez."),
    ),
    "RESOURCES_INVALID.NOT_A_QUARTER": (
        _("Un nombre de parts va de quart en quart."),
        _("Exemple : 2,5 ou 2,25."),
    ),
    "RESOURCES_OVERLAP": (
        _("Une situation plus récente est déjà connue depuis le %(valid_from)s."),
        _("Donnez une date plus tardive."),
    ),
    "RESOURCES_REFRESH_REFUSED": (
        _("Ce quotient n'est pas enregistré."),
        _("Vérifiez le foyer, puis recommencez."),
    ),
    "RESOURCES_REFRESH_REFUSED.TWICE": (
        _("Ce foyer est écrit plusieurs fois."),
        _("Gardez une seule ligne par foyer."),
    ),
    "RESOURCES_REFRESH_REFUSED.UNKNOWN": (
        _("Aucun foyer n'a cet identifiant."),
        _("Vérifiez qu'il vient bien de ce département."),
    ),
    "RESOURCES_REFRESH_REFUSED.LATER": (
        _("Une situation plus récente est déjà connue."),
        _("Donnez une date plus tardive."),
    ),
    "RESOURCES_REFRESH_REFUSED.MAXIMUM_CHOSEN": (
        _("Cette famille a choisi le prix le plus haut."),
        _("Son choix est gardé, sauf si elle le change."),
    ),
    "RESOURCES_REFRESH_REFUSED.STATUS_PROVEN": (
        _("Cette famille a prouvé un droit, qui compte avant le quotient."),
        _("Un agent doit regarder ce foyer."),
    ),
    "RESOURCES_PROOF_MISSING": (
        _("Il manque la pièce qui montre votre situation."),
        _("Ajoutez-la, ou payez le prix le plus haut en attendant."),
    ),
    "RESOURCES_PROOF_MISSING.STATUS": (
        _("Cette pièce ne prouve pas ce statut."),
        _("Demandez une attestation de droits, ou une attestation de la CAF."),
    ),
    "RESOURCES_PROOF_TOO_OLD": (
        _("Cette pièce est du %(dated)s : elle doit avoir moins de %(months)s mois."),
        _("Demandez une pièce récente."),
    ),
    # What families say of a price
    "TARIFF_CONTEST_TEXT_MISSING": (
        _("Votre message est vide."),
        _("Écrivez en une phrase ce qui ne va pas."),
    ),
    "TARIFF_CONTEST_TEXT_TOO_LONG": (
        _("Votre message est trop long : %(most)s signes au plus."),
        _("Gardez l'essentiel. Nous vous appellerons si besoin."),
    ),
    "TARIFF_CONTEST_ALREADY_OPEN": (
        _("Vous avez déjà contesté ce prix."),
        _("Attendez notre réponse : elle arrive par courriel."),
    ),
    "TARIFF_CONTESTED_PRICE_OVER": (
        _("Ce prix n'est plus celui d'aujourd'hui."),
        _("Rouvrez la page du prix : elle montre le nouveau."),
    ),
    "TARIFF_CONTEST_ALREADY_ANSWERED": (
        _("Cette contestation a déjà sa réponse."),
        _("Rouvrez sa page : elle dit ce qui a été répondu."),
    ),
    "TARIFF_CONTEST_ANSWER_MISSING": (
        _("La réponse est vide."),
        _("Écrivez en une phrase pourquoi. La famille la lira."),
    ),
    "TARIFF_CONTEST_CHANGES_NOTHING": (
        _("Le prix reste à %(price_cents)s."),
        _("Enregistrez d'abord la nouvelle situation du foyer, ou refusez."),
    ),
}

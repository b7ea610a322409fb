"""The two sentences of the refusals of messages with the collège. See `ui.error_texts`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

SCHOOL_MESSAGES: dict[str, tuple[str | Promise, str | Promise]] = {
    "SCHOOL_MESSAGES_TEXT_INVALID": (
        _("Ce texte est vide ou trop long."),
        _("Écrivez de 1 à %(most)s signes."),
    ),
    "SCHOOL_MESSAGES_MAY_NOT_WRITE": (
        _("On ne peut pas écrire à ce collège au sujet de cet élève."),
        _("Vérifiez le collège et l'élève. L'élève a peut-être changé de collège."),
    ),
    "SCHOOL_MESSAGES_NOBODY": (
        _("Aucun destinataire ne convient."),
        _("Choisissez au moins une personne de la famille de l'élève."),
    ),
    "SCHOOL_MESSAGES_OUT_OF_THREAD": (
        _("Vous n'êtes plus dans cette conversation."),
        _("Vous pouvez relire les anciens messages. Pour écrire, commencez-en une autre."),
    ),
    "SCHOOL_MESSAGES_COLLEGE_STAYS": (
        _("Le collège reste dans la conversation."),
        _("Retirez plutôt une autre personne."),
    ),
    "SCHOOL_MESSAGES_TOO_MANY": (
        _("Vous avez écrit %(most)s messages en %(hours)s h. C'est le maximum."),
        _("Attendez un peu. En cas d'urgence, téléphonez au collège."),
    ),
    "SCHOOL_MESSAGES_TOO_MANY_DOCUMENTS": (
        _("Un message porte %(most)s pièces au plus."),
        _("Envoyez les autres dans un second message."),
    ),
    "SCHOOL_MESSAGES_OWN": (
        _("Ce message est le vôtre."),
        _("Écrivez au collège si vous regrettez un message."),
    ),
    "SCHOOL_MESSAGES_DECIDED": (
        _("Quelqu'un a déjà décidé."),
        _("Rechargez la page pour voir sa réponse."),
    ),
    "SCHOOL_MESSAGES_HIDDEN": (
        _("Ce message est déjà masqué."),
        _("Rechargez la page pour voir pourquoi."),
    ),
    "SCHOOL_MESSAGES_NOT_TO_APPEAL": (
        _("Vous ne pouvez pas contester ce choix."),
        _("Il est déjà contesté, ou le message est de nouveau visible."),
    ),
    "SCHOOL_MESSAGES_TEMPLATE_OVER": (
        _("Ce modèle ne sert plus."),
        _("Choisissez un autre modèle."),
    ),
}

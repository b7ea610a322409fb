"""What is said of announcements and notifications: their refusals, and what a device shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from tenants.schoollife.announcements.models import Announcement

# What a device shows: it says that something waits, and nothing of anybody.
PUSHED: str | Promise = _("Un message du collège vous attend")

ANNOUNCEMENTS: dict[str, tuple[str | Promise, str | Promise]] = {
    "ANNOUNCEMENTS_NOT_DRAFT": (
        _("Cette annonce n'est plus un brouillon."),
        _("Corrigez-la, ou retirez-la."),
    ),
    "ANNOUNCEMENTS_NOT_PUBLISHED": (
        _("Cette annonce n'est pas publiée."),
        _("Il n'y a rien à lire ni à corriger."),
    ),
    "ANNOUNCEMENTS_NOBODY": (
        _("Cette annonce n'a aucun destinataire."),
        _("Choisissez d'autres classes, ou tout le collège."),
    ),
    "ANNOUNCEMENTS_NO_AUDIENCE": (
        _("On ne sait pas pour qui est cette annonce."),
        _("Choisissez les responsables, les élèves, ou les deux."),
    ),
    "ANNOUNCEMENTS_FOREIGN_CLASS": (
        _("Une de ces classes n'est pas de ce collège."),
        _("Choisissez des classes du collège."),
    ),
    "ANNOUNCEMENTS_OVER_BEFORE_SHOWN": (
        _("Le dernier jour de cette annonce est déjà passé."),
        _("Donnez un dernier jour plus tard."),
    ),
    "ANNOUNCEMENTS_SCHEDULED_IN_THE_PAST": (
        _("Ce moment est déjà passé."),
        _("Choisissez un moment à venir, ou publiez tout de suite."),
    ),
    "ANNOUNCEMENTS_TOO_MANY_URGENT": (
        _("Il y a déjà eu %(most)s annonces urgentes cette semaine."),
        _("Publiez celle-ci sans urgence."),
    ),
    "ANNOUNCEMENTS_NOTHING_CORRECTED": (
        _("Le texte est le même qu'avant."),
        _("Changez le titre ou le texte."),
    ),
    "ANNOUNCEMENTS_REMINDED_TODAY": (
        _("Un rappel est déjà parti aujourd'hui."),
        _("Vous pourrez en envoyer un autre demain."),
    ),
    "ANNOUNCEMENTS_EVERYBODY_READ": (
        _("Il ne reste personne à prévenir par le portail."),
        _("Imprimez des lettres pour les autres familles."),
    ),
    "ANNOUNCEMENTS_NOTHING_TO_PRINT": (
        _("Il n'y a aucune lettre à imprimer."),
        _("Chaque foyer a lu, ou a déjà sa lettre."),
    ),
    "ANNOUNCEMENTS_PRINTED_MEANWHILE": (
        _("Une autre personne vient d'imprimer ces lettres."),
        _("Rien n'est imprimé deux fois. Rechargez la page."),
    ),
    "ANNOUNCEMENTS_NO_ACKNOWLEDGEMENT_ASKED": (
        _("Cette annonce ne demande pas de réponse."),
        _("Vous n'avez rien à faire."),
    ),
    "ANNOUNCEMENTS_TOO_MANY_ATTACHMENTS": (
        _("Une annonce a %(most)s documents au plus."),
        _("Réunissez-les en un seul fichier."),
    ),
    "ANNOUNCEMENTS_HOURS_REFUSED": (
        _("Cette heure n'existe pas."),
        _("Choisissez une heure entre 0 et 23."),
    ),
    "ANNOUNCEMENTS_DEVICE_REFUSED": (
        _("Cet appareil ne peut pas être prévenu."),
        _("Essayez avec un autre navigateur."),
    ),
    "ANNOUNCEMENTS_TOO_MANY_DEVICES": (
        _("Vous avez déjà %(most)s appareils prévenus."),
        _("Retirez d'abord un appareil."),
    ),
}


def said_by(announcement: Announcement) -> str:
    """Who announces: a collège, or the département."""
    return announcement.college.name if announcement.college else str(_("Le Département"))

"""What stored codes of announcements and notifications mean, in French; `console.words` gathers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

Words = Mapping[str, "str | Promise"]

SYSTEM_ACTORS: Words = {"push": _("Notifications des appareils")}
SUBJECTS: Words = {
    "announcement": _("Annonce"),
    "notification_defaults": _("Réglage des notifications"),
    "push_device": _("Appareil prévenu"),
}
ACTIONS: Words = {
    "announcements.announcement.acknowledged": _("Annonce dite lue"),
    "announcements.announcement.completed": _("Document joint à une annonce"),
    "announcements.announcement.corrected": _("Annonce corrigée"),
    "announcements.announcement.letters_opened": _("Lettres d'une annonce ouvertes"),
    "announcements.announcement.printed": _("Lettres d'une annonce imprimées"),
    "announcements.announcement.published": _("Annonce publiée"),
    "announcements.announcement.put_back": _("Annonce programmée remise en brouillon"),
    "announcements.announcement.reminded": _("Rappel d'une annonce"),
    "announcements.announcement.rewritten": _("Brouillon d'annonce changé"),
    "announcements.announcement.scheduled": _("Annonce programmée"),
    "announcements.announcement.withdrawn": _("Annonce retirée"),
    "announcements.announcement.written": _("Annonce écrite"),
    "announcements.defaults.set": _("Réglage des notifications changé"),
    "announcements.device.added": _("Appareil à prévenir ajouté"),
    "announcements.device.removed": _("Appareil à prévenir retiré"),
    "announcements.preference.chosen": _("Notifications choisies"),
    "announcements.preference.unsubscribed": _("Notifications arrêtées par un lien"),
}
EVENTS: Words = {
    "announcements.digest.made": _("Résumé du soir à envoyer"),
    "announcements.notice.due": _("Annonce à dire à une personne"),
    "announcements.push.due": _("Appareil à prévenir"),
}
JOBS: Words = {"announcements.letters.print": _("Impression d'une annonce")}
STEPS: Words = {"homes": _("chercher les foyers qui n'ont pas lu")}

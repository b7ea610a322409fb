"""The words of what is done with messages between families and collèges. See `console.words`."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SUBJECTS: dict[str, str | Promise] = {
    "message_thread": _("Conversation"),
    "school_message": _("Message du collège"),
    "message_template": _("Modèle de message"),
}
ACTIONS: dict[str, str | Promise] = {
    "school_messages.thread.opened": _("Conversation commencée"),
    "school_messages.thread.joined": _("Personne ajoutée à une conversation"),
    "school_messages.thread.left": _("Personne sortie d'une conversation"),
    "school_messages.threads.deleted": _("Conversations anciennes effacées"),
    "school_messages.message.sent": _("Message envoyé"),
    "school_messages.message.reported": _("Message signalé"),
    "school_messages.message.hidden": _("Message masqué"),
    "school_messages.message.left_shown": _("Message signalé et laissé"),
    "school_messages.message.contested": _("Message masqué contesté"),
    "school_messages.message.shown_again": _("Message remontré"),
    "school_messages.message.kept_hidden": _("Message laissé masqué"),
    "school_messages.template.saved": _("Modèle de message enregistré"),
    "school_messages.template.ended": _("Modèle de message retiré"),
}
EVENTS: dict[str, str | Promise] = {
    "school_messages.message.sent": _("Message du collège à annoncer"),
    "school_messages.reader.due": _("Message à annoncer à l'heure choisie"),
    "school_messages.message.hidden": _("Message masqué à annoncer"),
    "school_messages.appeal.answered": _("Réponse à une contestation à annoncer"),
}

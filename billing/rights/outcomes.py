"""What a source may answer: a closed list. docs/rights.md says which HTTP answer means which.

Only `FOUND` decides anything. Every other word opens the manual path: a source never refuses a right.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """How a question to a source ended."""

    FOUND = "FOUND", _("Trouvé")
    NOT_FOUND = "NOT_FOUND", _("Dossier absent")
    UNSURE = "UNSURE", _("Réponse incertaine")
    BAD_IDENTITY = "BAD_IDENTITY", _("Identité refusée")
    UNAVAILABLE = "UNAVAILABLE", _("Service indisponible")
    RATE_LIMITED = "RATE_LIMITED", _("Trop de demandes")
    CREDENTIAL_REFUSED = "CREDENTIAL_REFUSED", _("Clé refusée")
    MISCONFIGURED = "MISCONFIGURED", _("Mal réglé")
    UNREADABLE = "UNREADABLE", _("Réponse illisible")


# What may pass when asked again later, with nothing changed on our side.
PASSING = frozenset({Outcome.UNAVAILABLE, Outcome.RATE_LIMITED})
# What no family can do anything about: the département's own settings are wrong, or the source is.
OURS_TO_MEND = frozenset({Outcome.CREDENTIAL_REFUSED, Outcome.MISCONFIGURED, Outcome.UNREADABLE})

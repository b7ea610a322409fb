"""What a password may not lean on: the words of the place it is for (ASVS 5.0, 6.1.2 and 6.2.11)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from commons.normalisation import search_key

if TYPE_CHECKING:
    from tenants.accounts.models import User

# Named after the service, the school or the département: what somebody who attacks this place tries.
WORDS = (
    "socle", "cantine", "college", "collegien", "departement", "pass", "portail", "famille", "ecole",
    "eleve", "parent", "educonnect", "franceconnect", "hautsdeseine", "valdemarne", "seineetmarne",
    "yvelines", "essonne", "seinesaintdenis", "valdoise", "paris", "iledefrance", "bonjour",
    "motdepasse", "azerty",
)  # fmt: skip
LEAST_OWN_SIGNS = 8


class ContextWordsValidator:
    """Refuse a password that is little more than these words: eight letters or digits must be left."""

    def validate(self, password: str, user: User | None = None) -> None:
        left = re.sub(r"[^a-z0-9]", "", search_key(password))
        for word in sorted(WORDS, key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < LEAST_OWN_SIGNS:
            raise ValidationError(self.get_help_text(), code="password_context_words")

    def get_help_text(self) -> str:
        return str(_("Votre mot de passe ne peut pas tenir à des mots comme « cantine »."))

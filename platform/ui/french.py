"""French as our literals are written in it: nought and one are singular (« 0 ligne »).

The texts of the interface are French in the code and have no catalogue. What Python's gettext falls
back to counts as English does, where nought is plural.
"""

from __future__ import annotations

import gettext

from django.utils.translation import trans_real


class FrenchLiterals(gettext.NullTranslations):
    """The texts as they stand, counted in French (CLDR plural rules of `fr`)."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return msgid1 if -2 < n < 2 else msgid2

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)


def count_in_french() -> None:
    """Have the texts without a catalogue counted in French."""
    trans_real.translation("fr").add_fallback(FrenchLiterals())

"""What stored codes of shared figures mean, in French; `console.words` gathers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

Words = Mapping[str, "str | Promise"]

SYSTEM_ACTORS: Words = {"publication": _("Publication automatique")}
SUBJECTS: Words = {"Publication": _("Chiffre partagé")}
ACTIONS: Words = {
    "publication.prepared": _("Chiffre partagé préparé"),
    "publication.published": _("Chiffre partagé publié"),
    "publication.vetoed": _("Chiffre partagé retenu"),
}
JOBS: Words = {
    "publication.period.prepare": _("Préparation des chiffres partagés"),
    "publication.period.publish": _("Publication des chiffres partagés"),
}
STEPS: Words = {
    "figures": _("compter et protéger les chiffres"),
    "releases": _("publier les chiffres"),
}

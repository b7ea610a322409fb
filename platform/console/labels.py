"""The French names of fields whose model gives none: Django would show their English name.

A model that names its field itself is left alone, but for the unit in brackets: the console writes
amounts in euros, shares in percent, and the last day of a period rather than the day after.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.admin.utils import label_for_field
from django.utils.translation import gettext_lazy as _

NAMES = {
    "college": _("collège"),
    "credits_must_not_exceed_debits": _("crédits plafonnés aux débits"),
    "debits_must_not_exceed_credits": _("débits plafonnés aux crédits"),
    "credit_note": _("avoir"),
    "draft_invoice": _("projet de facture"),
    "feed_import": _("import"),
    "guardian": _("responsable"),
    "household": _("foyer"),
    "invoice": _("facture"),
    "payer": _("payeur"),
    "public_id": _("identifiant public"),
    "pupil": _("élève"),
    "regie": _("régie"),
    "run": _("facturation"),
    "school_class": _("classe"),
    "user": _("compte"),
}
_UNIT = re.compile(r" \((?:centimes|dix-millièmes|points de base|début|exclu)\)$")


def of_field(field: Any) -> str:
    """The name of a field, in French."""
    name = str(field.verbose_name)
    if name == field.name.replace("_", " "):
        name = str(NAMES.get(field.name, name))
    return _UNIT.sub("", name)


def of_column(model_admin: Any, column: Any) -> str:
    """The name of a list's column, in French, with a capital."""
    label = str(label_for_field(column, model_admin.model, model_admin))
    if isinstance(column, str) and not hasattr(model_admin, column):
        label = of_field(model_admin.opts.get_field(column))
    return label[:1].upper() + label[1:]

"""Which filters an address may ask of a list: those the list declares, and no other.

Without this, Django filters on any column of the model: an administrator could read a password's
hash letter by letter (`?password__startswith=`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin.filters import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from console.readonly import ReadOnlyAdmin
    from ui.requests import SignedInRequest

View = Callable[..., HttpResponseBase]

# What the filters of Django's admin write after a field's name.
_ENDINGS = ("", "__exact", "__isnull", "__isempty", "__gte", "__lt", "__in", "__id__exact")
LARGEST_KEY = 2**63 - 1


def is_declared(model_admin: ReadOnlyAdmin, lookup: str) -> bool:
    """Whether a filter of the list writes this look-up."""
    for entry in model_admin.list_filter:
        if isinstance(entry, type) and issubclass(entry, SimpleListFilter):
            if lookup == entry.parameter_name:
                return True
            continue
        field = entry[0] if isinstance(entry, tuple | list) else entry
        if lookup in {f"{field}{ending}" for ending in _ENDINGS}:
            return True
    return False


def whole_number(written: str) -> int | None:
    """A row's key as an address gives it; None for what is no key (`²`, a sign, too long)."""
    if not (written.isascii() and written.isdigit()) or len(written) > len(str(LARGEST_KEY)):
        return None
    number = int(written)
    return number if number <= LARGEST_KEY else None


def back_to_the_list_if_wrong(view: View) -> View:
    """An address whose filter or page makes no sense leads back to the whole list, and says so."""

    @functools.wraps(view)
    def calm(model_admin: ReadOnlyAdmin, request: SignedInRequest, **more: Any) -> HttpResponseBase:
        try:
            return view(model_admin, request, **more)
        except (IncorrectLookupParameters, SuspiciousOperation):
            messages.warning(request, _("Cette adresse demandait un filtre ou une page inconnus."))
            return HttpResponseRedirect(model_admin.list_address())

    return calm

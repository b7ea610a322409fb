"""Forms of notifications: when to be told, and a browser that asks to be."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.screens.announcements import hours
from tenants.schoollife.announcements.moments import Chosen
from tenants.schoollife.announcements.notice_models import Mode
from tenants.schoollife.announcements.pushing import LONGEST_ENDPOINT, Reached

_ENDS = {"required": _("Choisissez une heure dans la liste.")}


class PreferencesForm(forms.Form):
    """When a person is told, and when they are left in peace."""

    mode = forms.ChoiceField(
        label=_("Quand vous prévenir"),
        choices=Mode.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choisissez quand vous prévenir.")},
    )
    quiet_from = forms.TypedChoiceField(
        label=_("Silence à partir de"), coerce=int, choices=hours, error_messages=_ENDS
    )
    quiet_until = forms.TypedChoiceField(
        label=_("Jusqu'à"),
        help_text=_("La même heure deux fois : pas de silence."),
        coerce=int,
        choices=hours,
        error_messages=_ENDS,
    )
    is_quiet_at_weekends = forms.BooleanField(label=_("Silence le week-end aussi"), required=False)

    def chosen(self) -> Chosen:
        """What was typed."""
        return Chosen(**self.cleaned_data)

    @staticmethod
    def initial_of(chosen: Chosen) -> dict[str, Any]:
        """What a person chose before."""
        return {
            "mode": chosen.mode,
            "quiet_from": chosen.quiet_from,
            "quiet_until": chosen.quiet_until,
            "is_quiet_at_weekends": chosen.is_quiet_at_weekends,
        }


class DeviceForm(forms.Form):
    """What a browser gives to be reached by; a script fills it."""

    endpoint = forms.CharField(max_length=LONGEST_ENDPOINT)
    p256dh = forms.CharField(max_length=120)
    auth = forms.CharField(max_length=40)

    def reached(self) -> Reached:
        """What was given."""
        return Reached(**self.cleaned_data)

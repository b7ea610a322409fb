"""How long a code on paper works, as the operators of the platform set it."""

from __future__ import annotations

import datetime

from django.conf import settings


def code_lasts() -> datetime.timedelta:
    """From the day it is given."""
    return datetime.timedelta(days=settings.ACTIVATION_CODE_DAYS)

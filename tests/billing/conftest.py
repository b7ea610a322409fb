"""Hypothesis for the billing tests: no clock, the machine may be busy; failures always replay."""

from hypothesis import settings

settings.register_profile("socle", deadline=None, print_blob=True)
settings.load_profile("socle")

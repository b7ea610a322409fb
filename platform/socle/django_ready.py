"""Loading Django for a command."""

import os


def django_ready(process: str = "worker") -> None:
    """Load Django. Owner commands hold the owner's credentials, and no other does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socle.settings.production")
    os.environ["SOCLE_PROCESS"] = process
    import django  # noqa: PLC0415

    django.setup()

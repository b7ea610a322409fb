"""Loading Django for a command, and telling what it does where telemetry has an address."""

import gc
import os


def django_ready(process: str = "worker") -> None:
    """Load Django. Owner commands hold the owner's credentials, and no other does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socle.settings.production")
    os.environ["SOCLE_PROCESS"] = process
    import django  # noqa: PLC0415

    gc.disable()  # nothing of what is imported is ever freed: a fifth of the time of a short command
    django.setup()
    gc.freeze()
    gc.enable()
    from django.conf import settings  # noqa: PLC0415  they are ready now

    if any(settings.OTLP_ENDPOINTS.values()):
        from socle import telemetry  # noqa: PLC0415  dear to import: only where something is sent

        telemetry.send()

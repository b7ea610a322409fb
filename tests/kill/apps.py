"""What a point may change in the processes it is played with."""

import os

from django.apps import AppConfig

LONG = "SOCLE_KILL_LONG"


class KillConfig(AppConfig):
    """Where SOCLE_KILL_LONG is given, any month is long work: a worker does it."""

    name = "tests.kill"
    label = "kill"

    def ready(self) -> None:
        from billing.invoicing import queries

        if os.environ.get(LONG):
            queries.LONG_WORK = 1

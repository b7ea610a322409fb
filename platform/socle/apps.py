from django.apps import AppConfig


class SocleConfig(AppConfig):
    """The roof: wires the rooms together."""

    name = "socle"
    verbose_name = "Socle"

    def ready(self) -> None:
        from socle import checks, wiring  # noqa: F401, PLC0415  models must be loaded first

        wiring.wire()

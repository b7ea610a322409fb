from django.apps import AppConfig


class SimulationConfig(AppConfig):
    name = "billing.simulation"
    label = "simulation"
    verbose_name = "Simulation des tarifs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from billing.simulation import tasks  # noqa: F401, PLC0415  the work of its jobs

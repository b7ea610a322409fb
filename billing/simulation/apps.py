from django.apps import AppConfig


class SimulationConfig(AppConfig):
    name = "billing.simulation"
    label = "simulation"
    verbose_name = "Simulation des tarifs"
    default_auto_field = "django.db.models.BigAutoField"

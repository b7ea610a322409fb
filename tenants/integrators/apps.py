from django.apps import AppConfig


class IntegratorsConfig(AppConfig):
    name = "tenants.integrators"
    label = "integrators"
    verbose_name = "Logiciels"
    default_auto_field = "django.db.models.BigAutoField"

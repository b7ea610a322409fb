from django.apps import AppConfig


class TariffsConfig(AppConfig):
    name = "billing.tariffs"
    label = "tariffs"
    verbose_name = "Tarifs"
    default_auto_field = "django.db.models.BigAutoField"

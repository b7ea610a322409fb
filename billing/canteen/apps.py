from django.apps import AppConfig


class CanteenConfig(AppConfig):
    name = "billing.canteen"
    label = "canteen"
    verbose_name = "Cantine"
    default_auto_field = "django.db.models.BigAutoField"

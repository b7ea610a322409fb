from django.apps import AppConfig


class ActivationConfig(AppConfig):
    name = "tenants.activation"
    label = "activation"
    verbose_name = "Premières connexions"
    default_auto_field = "django.db.models.BigAutoField"

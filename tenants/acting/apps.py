from django.apps import AppConfig


class ActingConfig(AppConfig):
    name = "tenants.acting"
    label = "acting"
    verbose_name = "Agents pour une famille"
    default_auto_field = "django.db.models.BigAutoField"

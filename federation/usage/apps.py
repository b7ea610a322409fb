from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "federation.usage"
    label = "usage"
    verbose_name = "Usages"
    default_auto_field = "django.db.models.BigAutoField"

from django.apps import AppConfig


class RightsConfig(AppConfig):
    name = "billing.rights"
    label = "rights"
    verbose_name = "Droits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from billing.rights import handlers  # noqa: F401, PLC0415  models must be loaded first

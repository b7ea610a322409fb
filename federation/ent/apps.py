from django.apps import AppConfig


class EntConfig(AppConfig):
    name = "federation.ent"
    label = "ent"
    verbose_name = "Services"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from federation.ent import handlers  # noqa: F401, PLC0415  models must be loaded first

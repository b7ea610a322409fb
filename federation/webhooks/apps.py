from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "federation.webhooks"
    label = "webhooks"
    verbose_name = "Webhooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from federation.webhooks import handlers  # noqa: F401, PLC0415  models must be loaded first

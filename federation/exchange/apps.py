from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "federation.exchange"
    label = "exchange"
    verbose_name = "Élèves qui changent de département"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from federation.exchange import handlers, personal_data  # noqa: F401, PLC0415  models come first

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "billing.ledger"
    label = "ledger"
    verbose_name = "Grand livre"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from billing.ledger import alerts  # noqa: F401, PLC0415  registers its handler

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "billing.ledger"
    label = "ledger"
    verbose_name = "Grand livre"
    default_auto_field = "django.db.models.BigAutoField"

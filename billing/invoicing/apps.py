from django.apps import AppConfig


class InvoicingConfig(AppConfig):
    name = "billing.invoicing"
    label = "invoicing"
    verbose_name = "Facturation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from billing.invoicing import (  # noqa: PLC0415  models must be loaded first
            queries,
            tasks,  # noqa: F401
        )
        from billing.tariffs import issued_months  # noqa: PLC0415

        issued_months.register_first_open_day(queries.first_open_day)

from django.apps import AppConfig


class CanteenConfig(AppConfig):
    name = "billing.canteen"
    label = "canteen"
    verbose_name = "Cantine"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from billing.canteen import queries  # noqa: PLC0415  models must be loaded first
        from billing.tariffs import enrolled_periods  # noqa: PLC0415

        enrolled_periods.register_enrolled_periods(queries.enrolled_periods)

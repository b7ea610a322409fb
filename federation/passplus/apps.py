from django.apps import AppConfig


class PassplusConfig(AppConfig):
    name = "federation.passplus"
    label = "passplus"
    verbose_name = "Pass+"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from federation.passplus import handlers, tasks  # noqa: F401, PLC0415  models come first

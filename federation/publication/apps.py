from django.apps import AppConfig


class PublicationConfig(AppConfig):
    name = "federation.publication"
    label = "publication"
    verbose_name = "Publication des chiffres"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from federation.publication import tasks  # noqa: F401, PLC0415  the work of its jobs

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "ui"
    verbose_name = "Textes et dessins"

    def ready(self) -> None:
        from ui import acting_messages, messages, rights_messages  # noqa: F401, PLC0415  register the handlers of outbox events

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "ui"
    verbose_name = "Textes et dessins"

    def ready(self) -> None:
        # They register the handlers of outbox events.
        from ui import (  # noqa: F401, PLC0415
            account_messages,
            acting_messages,
            messages,
            rights_messages,
        )

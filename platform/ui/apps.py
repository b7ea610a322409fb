from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "ui"
    verbose_name = "Textes et dessins"

    def ready(self) -> None:
        from ui import (  # noqa: PLC0415  register the handlers of outbox events, and long work
            acting_messages,  # noqa: F401
            activation_messages,  # noqa: F401
            messages,  # noqa: F401
            printing,  # noqa: F401
            rights_messages,  # noqa: F401
        )

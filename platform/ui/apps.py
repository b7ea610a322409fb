from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "ui"
    verbose_name = "Textes et dessins"

    def ready(self) -> None:
        # They register the handlers of outbox events, and long work.
        from ui import (  # noqa: F401, PLC0415
            account_messages,
            acting_messages,
            activation_messages,
            identity_messages,
            messages,
            notices,
            partner_messages,
            passplus_messages,
            printing,
            reciprocity_messages,
            records_messages,
            registration_messages,
            reimbursing_messages,
            rights_messages,
            school_messages,
            till_messages,
            webhook_messages,
        )
        from ui.french import count_in_french  # noqa: PLC0415

        count_in_french()

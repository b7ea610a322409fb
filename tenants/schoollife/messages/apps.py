from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "tenants.schoollife.messages"
    label = "school_messages"
    verbose_name = "Messages du collège"
    default_auto_field = "django.db.models.BigAutoField"

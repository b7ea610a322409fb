from django.apps import AppConfig


class IdentitiesConfig(AppConfig):
    name = "tenants.identities"
    label = "identities"
    verbose_name = "Identités"
    default_auto_field = "django.db.models.BigAutoField"

from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    name = "federation.correspondence"
    label = "correspondence"
    verbose_name = "Correspondance entre départements"
    default_auto_field = "django.db.models.BigAutoField"

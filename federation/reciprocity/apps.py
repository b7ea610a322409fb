from django.apps import AppConfig


class ReciprocityConfig(AppConfig):
    name = "federation.reciprocity"
    label = "reciprocity"
    verbose_name = "Réciprocité entre départements"
    default_auto_field = "django.db.models.BigAutoField"

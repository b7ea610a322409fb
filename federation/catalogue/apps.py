from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "federation.catalogue"
    label = "catalogue"
    verbose_name = "Catalogue de services"
    default_auto_field = "django.db.models.BigAutoField"

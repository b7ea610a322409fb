from django.apps import AppConfig


class WorkgroupConfig(AppConfig):
    name = "federation.workgroup"
    label = "workgroup"
    verbose_name = "Groupe de travail"
    default_auto_field = "django.db.models.BigAutoField"

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "tenants.schoollife.records"
    label = "school_records"
    verbose_name = "Notes, absences et devoirs"
    default_auto_field = "django.db.models.BigAutoField"

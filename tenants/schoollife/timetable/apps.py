from django.apps import AppConfig


class TimetableConfig(AppConfig):
    name = "tenants.schoollife.timetable"
    label = "timetable"
    verbose_name = "Emploi du temps"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from tenants.schoollife.timetable import tasks  # noqa: F401, PLC0415  the work of its jobs

from django.apps import AppConfig


class AnnouncementsConfig(AppConfig):
    name = "tenants.schoollife.announcements"
    label = "announcements"
    verbose_name = "Annonces"
    default_auto_field = "django.db.models.BigAutoField"

"""The pages of announcements and notifications, under `/college/`."""

from django.urls import path

from portal.views import announcements, notifications

_one = "college/annonces/<uuid:public_id>/"
_notifications = "college/notifications/"
urlpatterns = [
    path("college/annonces/", announcements.announcements, name="announcements"),
    path(_one, announcements.announcement, name="announcement"),
    path(f"{_one}lu/", announcements.acknowledge, name="announcement-acknowledge"),
    path(
        "college/annonces/documents/<uuid:public_id>/",
        announcements.attachment,
        name="announcement-document",
    ),
    path(_notifications, notifications.notifications, name="notifications"),
    path(f"{_notifications}appareils/", notifications.add_device, name="device-add"),
    path(
        f"{_notifications}appareils/<uuid:public_id>/retirer/",
        notifications.remove_device,
        name="device-remove",
    ),
    path(f"{_notifications}travail.js", notifications.worker, name="notifications-worker"),
    path(f"{_notifications}arreter/<str:token>/", notifications.leave, name="notifications-leave"),
]

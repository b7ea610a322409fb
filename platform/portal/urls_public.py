"""The public host."""

from django.urls import path

from portal import public_views

app_name = "portal"
urlpatterns = [path("", public_views.landing, name="landing")]

"""Addresses of this floor."""

from django.urls import path

from delivery import views

app_name = "delivery"
urlpatterns = [
    path("", views.page, name="folder"),
]

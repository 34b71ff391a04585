"""Addresses of this floor."""

from django.urls import path

from accounts import views

app_name = "people"
urlpatterns = [
    path("language/", views.page, name="language"),
    path("profile/", views.page, name="profile"),
    path("members/", views.page, name="members"),
]

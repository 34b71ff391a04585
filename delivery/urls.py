"""Addresses of the demonstration's mail folder."""

from django.urls import path

from delivery import views

app_name = "delivery"
urlpatterns = [
    path("", views.folder, name="folder"),
    path("<int:pk>/", views.folder, name="mail"),
    path("<int:pk>/html/", views.mail_html, name="mail_html"),
]

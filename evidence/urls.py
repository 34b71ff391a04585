"""Addresses of the evidence room."""

from django.urls import path

from evidence import views

app_name = "evidence"
urlpatterns = [
    path("tickets/<int:pk>/", views.bundles, name="ticket"),
    path("<uuid:key>/", views.export, name="export"),
    path("<uuid:key>/file/", views.download, name="download"),
]

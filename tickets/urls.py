"""Addresses of the customers' pages."""

from django.urls import path

from tickets import views

app_name = "tickets"
urlpatterns = [
    path("tickets/<int:pk>/", views.detail, name="detail"),
]

"""Addresses of this floor."""

from django.urls import path

from escalation import views

app_name = "escalation"
urlpatterns = [
    path("", views.old_address, name="board"),
    path("tickets/<int:pk>/hand-up/", views.hand_up, name="hand_up"),
]

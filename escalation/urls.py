"""Addresses of this floor."""

from django.urls import path

from escalation import views

app_name = "escalation"
urlpatterns = [
    path("", views.old_address, name="board"),
    path("health/", views.health_page, name="health"),
    path("health/tickets/<int:pk>/try/", views.try_parked, name="try_parked"),
    path("scores/", views.scores, name="scores"),
    path("tickets/<int:pk>/ask/", views.ask, name="ask"),
    path("tickets/<int:pk>/contest/", views.contest, name="contest"),
    path("tickets/<int:pk>/hand-up/", views.hand_up, name="hand_up"),
    path("tickets/<int:pk>/hand-back/", views.hand_back, name="hand_back"),
    path("tickets/<int:pk>/plan/", views.plan, name="plan"),
    path("tickets/<int:pk>/trackers/", views.add_tracker, name="add_tracker"),
    path("tickets/<int:pk>/trackers/<int:link>/remove/", views.remove_tracker, name="remove_tracker"),
]

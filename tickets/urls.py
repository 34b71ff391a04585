"""Addresses of the customers' pages."""

from django.urls import path

from tickets import views

app_name = "tickets"
urlpatterns = [
    path("", views.home, name="home"),
    path("tickets/", views.ticket_list, name="list"),
    path("tickets/new/", views.new_ticket, name="new"),
    path("tickets/<int:pk>/", views.detail, name="detail"),
]

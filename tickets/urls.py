"""Addresses of the customers' pages."""

from django.urls import path

from tickets.views import detail, filing, home, listing

app_name = "tickets"
urlpatterns = [
    path("", home.home, name="home"),
    path("tickets/", listing.ticket_list, name="list"),
    path("tickets/new/", filing.new_ticket, name="new"),
    path("tickets/<int:pk>/", detail.detail, name="detail"),
]

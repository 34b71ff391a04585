"""Addresses of the notices."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.notice_list, name="list"),
    path("bell/", views.bell, name="bell"),
    path("read/", views.read_all, name="read_all"),
    path("choices/", views.mail_choices, name="choices"),
    path("<int:pk>/", views.open_notice, name="open"),
    path("ticket/<int:pk>/read/", views.ticket_read, name="ticket_read"),
]

"""Addresses of this floor."""

from django.urls import path

from knowledgebase import views

app_name = "knowledgebase"
urlpatterns = [
    path("", views.page, name="index"),
]

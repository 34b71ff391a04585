"""Addresses of this floor."""

from django.urls import URLPattern

app_name = "knowledgebase"
urlpatterns: list[URLPattern] = []

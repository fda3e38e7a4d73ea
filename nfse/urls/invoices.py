"""Requests and notes (A21-A23)."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

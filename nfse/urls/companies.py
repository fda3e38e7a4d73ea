"""Companies, their taxes, services and certificates (A12-A15, A17, A18)."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

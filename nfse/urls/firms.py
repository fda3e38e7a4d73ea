"""The firm itself: registration, team, settings, trail (A7, A8, A27, A30)."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

"""What the gateways call (N16)."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

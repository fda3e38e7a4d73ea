"""Monthly closing (A29)."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

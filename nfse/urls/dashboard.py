"""The first page of a firm, and its notices (A11, A28)."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

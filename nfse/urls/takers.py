"""Takers and the CNPJ look-up (A19, A20)."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

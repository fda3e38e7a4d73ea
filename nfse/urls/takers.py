"""Takers and the CNPJ look-up (A19, A20)."""

from django.urls import path

from nfse.views import registry_fill

urlpatterns = [
    path("preencher/", registry_fill.registry_fill, name="registry_fill"),
]

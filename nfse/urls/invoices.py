"""Requests and notes (A21-A23)."""

from django.urls import path

from nfse.views import invoice_list

urlpatterns = [
    path("emitidas/", invoice_list.invoices, name="invoices"),
]

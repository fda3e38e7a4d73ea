"""Monthly closing (A29)."""

from django.urls import path

from nfse.views import closings as views

urlpatterns = [
    path("fechamento/", views.closing, name="closing"),
]

"""Monthly closing (A29)."""

from django.urls import path

from portal.views import closings as views

urlpatterns = [
    path("fechamento/", views.closing, name="closing"),
    path("fechamento/gerar/", views.make_closing, name="make_closing"),
    path("fechamento/<int:closing_id>/andamento/", views.closing_status, name="closing_status"),
    path("fechamento/<int:closing_id>/baixar/", views.closing_download, name="closing_download"),
]

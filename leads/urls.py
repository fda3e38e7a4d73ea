"""The lead buyer's pages."""

from django.urls import path

from leads import views

app_name = "leads"

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("api/nichos/", views.search_niches, name="search_niches"),
    path("api/cidades/", views.search_cities, name="search_cities"),
    path("buscas/", views.searches, name="searches"),
    path("buscas/nova/", views.start_search, name="start_search"),
    path("buscas/<int:search_id>/", views.search, name="search"),
    path("buscas/<int:search_id>/andamento/", views.search_status, name="search_status"),
    path("buscas/<int:search_id>/cancelar/", views.cancel_search, name="cancel_search"),
    path("buscas/<int:search_id>/arquivar/", views.archive_search, name="archive_search"),
    path("buscas/<int:search_id>/repetir/", views.repeat_search, name="repeat_search"),
    path("buscas/<int:search_id>/exportar.csv", views.export_search, name="export_search"),
    path("empresas/<int:access_id>/", views.company, name="company"),
    path("base/", views.my_base, name="base"),
    path("base/exportar.csv", views.export_base, name="export_base"),
]

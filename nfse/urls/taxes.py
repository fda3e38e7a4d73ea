"""The tax profile and the services of companies, and the lists of official codes (N2, N3, A18)."""

from django.urls import path

from nfse.views import catalog

urlpatterns = [
    path("api/cidades/", catalog.search_cities, name="search_cities"),
    path("api/servicos/", catalog.search_service_codes, name="search_service_codes"),
    path("api/nbs/", catalog.search_nbs, name="search_nbs"),
    path("api/cnaes/", catalog.search_cnaes, name="search_cnaes"),
]

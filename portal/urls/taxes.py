"""The tax profile and the services of companies, and the lists of official codes (N2, N3, A18)."""

from django.urls import path

from portal.views import catalog, services, taxes

urlpatterns = [
    path("empresas/<int:company_id>/fiscal/", taxes.tax_profile, name="tax_profile"),
    path("empresas/<int:company_id>/servicos/novo/", services.new_service, name="new_service"),
    path("servicos/<int:service_id>/", services.edit_service, name="edit_service"),
    path("servicos/<int:service_id>/padrao/", services.set_default_service, name="set_default_service"),
    path("servicos/<int:service_id>/remover/", services.remove_service, name="remove_service"),
    path("servicos/<int:service_id>/testar/", services.test_service, name="test_service"),
    path("api/cidades/", catalog.search_cities, name="search_cities"),
    path("api/servicos/", catalog.search_service_codes, name="search_service_codes"),
    path("api/nbs/", catalog.search_nbs, name="search_nbs"),
    path("api/cnaes/", catalog.search_cnaes, name="search_cnaes"),
]

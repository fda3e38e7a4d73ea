"""Takers and the CNPJ look-up (A19, A20), and what fills forms from the Receita."""

from django.urls import path

from portal.views import cnpj_lookup, registry_fill, takers

urlpatterns = [
    path("tomadores/", takers.takers, name="takers"),
    path("tomadores/novo/", takers.new_taker, name="new_taker"),
    path("tomadores/exportar.<str:extension>", takers.export_takers, name="export_takers"),
    path("tomadores/<int:taker_id>/", takers.taker, name="taker"),
    path("tomadores/<int:taker_id>/editar/", takers.edit_taker, name="edit_taker"),
    path("tomadores/<int:taker_id>/unir/", takers.merge_takers, name="merge_takers"),
    path("api/tomadores/", takers.search_takers, name="search_takers"),
    path("preencher/", registry_fill.registry_fill, name="registry_fill"),
    path("consulta/", cnpj_lookup.cnpj_lookup, name="cnpj_lookup"),
    path("consulta/resultado/", cnpj_lookup.cnpj_lookup_result, name="cnpj_lookup_result"),
    path("consulta/adicionar/", cnpj_lookup.add_looked_up_taker, name="add_looked_up_taker"),
]

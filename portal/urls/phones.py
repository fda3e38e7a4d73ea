"""Authorised phones of companies (A16)."""

from django.urls import path

from portal.views import phones

urlpatterns = [
    path("empresas/<int:company_id>/telefones/novo/", phones.new_phone, name="new_phone"),
    path("telefones/previa/", phones.phone_preview, name="phone_preview"),
    path("telefones/<int:phone_id>/", phones.edit_phone, name="edit_phone"),
    path("telefones/<int:phone_id>/principal/", phones.set_main_phone, name="set_main_phone"),
    path("telefones/<int:phone_id>/desativar/", phones.deactivate_phone, name="deactivate_phone"),
    path("telefones/<int:phone_id>/ativar/", phones.activate_phone, name="activate_phone"),
]

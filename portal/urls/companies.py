"""Companies and their certificates (A12-A15, A17); taxes and services are in portal/urls/taxes.py."""

from django.urls import path

from portal.views import certificates, companies, company_page

urlpatterns = [
    # The list.
    path("empresas/", companies.companies, name="companies"),
    path("empresas/exportar.<str:extension>", companies.export_companies, name="export_companies"),
    # The form.
    path("empresas/nova/", companies.new_company, name="new_company"),
    path("empresas/preencher/", companies.company_autofill, name="company_autofill"),
    path("empresas/<int:company_id>/editar/", companies.edit_company, name="edit_company"),
    # One company.
    path("empresas/<int:company_id>/", company_page.company, name="company"),
    path("empresas/<int:company_id>/ambiente/", company_page.switch_environment, name="switch_environment"),
    path("empresas/<int:company_id>/desativar/", company_page.deactivate_company, name="deactivate_company"),
    path("empresas/<int:company_id>/ativar/", company_page.activate_company, name="activate_company"),
    path("empresas/<int:company_id>/remover/", company_page.remove_company, name="remove_company"),
    path("empresas/<int:company_id>/plugnotas/", company_page.resend_setup, name="resend_setup"),
    # Certificates.
    path(
        "empresas/<int:company_id>/certificado/", certificates.upload_certificate, name="upload_certificate"
    ),
    path("certificados/", certificates.certificates, name="certificates"),
]

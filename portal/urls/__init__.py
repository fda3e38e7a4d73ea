"""The pages of accounting firms, under /notas/."""

from django.urls import include, path

from portal.urls import closings, companies, dashboard, firms, invoices, phones, takers, taxes

app_name = "nfse"

urlpatterns = [
    path("notas/", include(dashboard)),
    path("notas/", include(firms)),
    path("notas/", include(companies)),
    path("notas/", include(phones)),
    path("notas/", include(taxes)),
    path("notas/", include(takers)),
    path("notas/", include(invoices)),
    path("notas/", include(closings)),
]

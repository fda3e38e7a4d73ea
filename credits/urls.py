"""Pages of credits, under /creditos/."""

from django.urls import path

from credits import views

app_name = "credits"
urlpatterns = [
    path("extrato/", views.statement, name="statement"),
    path("extrato/lancamentos/", views.statement_lines, name="statement_lines"),
    path("extrato/exportar.csv", views.export_statement, name="export_statement"),
    path("aviso-de-saldo/", views.dismiss_low_balance, name="dismiss_low_balance"),
]

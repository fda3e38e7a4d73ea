"""Pages of credits, under /creditos/."""

from django.urls import path

from credits.views import orders, statement

app_name = "credits"
urlpatterns = [
    path("", orders.buy, name="buy"),
    path("preco/", orders.price, name="price"),
    path("pedidos/", orders.orders, name="orders"),
    path("pedidos/novo/", orders.create_order, name="create_order"),
    path("pedidos/<int:order_id>/", orders.order, name="order"),
    path("pedidos/<int:order_id>/estado/", orders.order_status, name="order_status"),
    path("pedidos/<int:order_id>/abrir/", orders.open_payment, name="open_payment"),
    path("pedidos/<int:order_id>/conferir/", orders.check_payment, name="check_payment"),
    path("extrato/", statement.statement, name="statement"),
    path("extrato/lancamentos/", statement.statement_lines, name="statement_lines"),
    path("extrato/exportar.csv", statement.export_statement, name="export_statement"),
    path("aviso-de-saldo/", statement.dismiss_low_balance, name="dismiss_low_balance"),
    path("aviso-de-saldo/e-mail/", statement.choose_low_balance, name="choose_low_balance"),
]

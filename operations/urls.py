"""/operacao/: the pages of operators."""

from django.urls import path

from operations.views import deliveries, firms, home, machine, queue

app_name = "operations"

urlpatterns = [
    path("", home.home, name="home"),
    path("servidor/", machine.machine, name="machine"),
    path("fila/", queue.dashboard, name="queue"),
    path("fila/trabalhos/", queue.items, name="items"),
    path("fila/trabalhos/<int:item_id>/", queue.item, name="item"),
    path("fila/trabalhos/<int:item_id>/repor/", queue.requeue_item, name="requeue_item"),
    path("fila/trabalhos/<int:item_id>/cancelar/", queue.cancel_item, name="cancel_item"),
    path("webhooks/", deliveries.deliveries, name="deliveries"),
    path("webhooks/<int:delivery_id>/", deliveries.delivery, name="delivery"),
    path("webhooks/<int:delivery_id>/repetir/", deliveries.replay, name="replay_delivery"),
    path("contabilidades/", firms.firms, name="firms"),
    path("contabilidades/pagina/", firms.open_page, name="open_page"),
    path("contabilidades/<int:firm_id>/", firms.firm, name="firm"),
    path("empresas/<int:company_id>/", firms.company, name="company"),
    path("notas/", firms.notes, name="notes"),
    path("notas/<int:request_id>/", firms.note, name="note"),
    path("certificados/", firms.certificates, name="certificates"),
]

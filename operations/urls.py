"""/operacao/fila/: the queue, for operators."""

from django.urls import path

from operations import views

app_name = "operations"

urlpatterns = [
    path("", views.dashboard, name="queue"),
    path("trabalhos/", views.items, name="items"),
    path("trabalhos/<int:item_id>/", views.item, name="item"),
    path("trabalhos/<int:item_id>/repor/", views.requeue_item, name="requeue_item"),
    path("trabalhos/<int:item_id>/cancelar/", views.cancel_item, name="cancel_item"),
]

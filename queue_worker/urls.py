"""/operacao/fila/: the queue, for operators."""

from django.urls import URLPattern

app_name = "queue_worker"

urlpatterns: list[URLPattern] = []

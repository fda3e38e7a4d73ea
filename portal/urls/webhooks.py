"""What the gateways call (N16)."""

from django.urls import path

from portal.views.webhooks import plugnotas_webhook

urlpatterns = [path("plugnotas/<str:key>/", plugnotas_webhook, name="plugnotas_webhook")]

"""What senders call, under /webhooks/, and what operators look at, under /operacao/webhooks/."""

from django.urls import path

from inbox.views import operating, receiving

app_name = "inbox"

urlpatterns = [
    path("webhooks/<slug:source>/", receiving.receive, name="receive"),
    path("webhooks/<slug:source>/<str:address>/", receiving.receive, name="receive_at"),
    path("operacao/webhooks/", operating.deliveries, name="deliveries"),
    path("operacao/webhooks/<int:delivery_id>/", operating.delivery, name="delivery"),
    path("operacao/webhooks/<int:delivery_id>/repetir/", operating.replay, name="replay"),
]

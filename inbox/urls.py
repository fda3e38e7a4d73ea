"""What senders call, under /webhooks/."""

from django.urls import path

from inbox import views

app_name = "inbox"

urlpatterns = [
    path("<slug:source>/", views.receive, name="receive"),
    path("<slug:source>/<str:address>/", views.receive, name="receive_at"),
]

"""URL map. Each app owns its own urls module."""

from django.contrib import admin
from django.urls import include, path

from operations.views.metrics import metrics

admin.site.site_header = admin.site.site_title = "Nitro: administração"

urlpatterns = [
    path("webhooks/", include("inbox.urls")),  # first: most requests are theirs
    path("", include("core.urls")),
    path("", include("accounts.urls")),
    path("creditos/", include("credits.urls")),
    path("leads/", include("leads.urls")),
    path("", include("portal.urls")),
    path("notas/", include("whatsapp.urls")),
    path("operacao/", include("operations.urls")),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
]

handler400 = "core.views.bad_request"
handler403 = "core.views.permission_denied"
handler404 = "core.views.page_not_found"
handler500 = "core.views.server_error"

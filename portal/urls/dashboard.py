"""The first page of a firm, and its notices (A11, A28)."""

from django.urls import path

from portal.views import dashboard, notices, start

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("comecar/", start.start, name="start"),
    path("avisos/", notices.notices, name="notices"),
    path("avisos/lidos/", notices.mark_notices_read, name="mark_notices_read"),
    path("avisos/<int:notice_id>/", notices.open_notice, name="open_notice"),
]

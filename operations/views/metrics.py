"""/metrics: figures for Prometheus, not for the public (O13)."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from core.addresses import is_own_machine
from core.metrics import write_metrics
from operations.selectors.figures import Figures


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer programs of this machine and who brings METRICS_TOKEN; nobody else learns that it is here."""
    if not is_own_machine(request) and not _brings_token(request):
        raise Http404
    return HttpResponse(write_metrics(Figures()), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _brings_token(request: HttpRequest) -> bool:
    expected = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and constant_time_compare(
        request.headers.get("Authorization", ""), expected
    )

"""Taking what was bought out as CSV: free, streamed, written down (L22)."""

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.decorators import buyer_required
from core.ratelimit import rate_limited
from leads.forms import BaseFilterForm
from leads.services import exports as services
from leads.views.requests import BuyerRequest, or_404

RATE = "10/m"


@require_safe
@buyer_required
@rate_limited("leads.export", key="account", rate=RATE, method="GET", closed_when_down=False)
def export_search(request: BuyerRequest, search_id: int) -> StreamingHttpResponse:
    export = or_404(
        services.export_search,
        account_id=request.account.pk,
        user_id=request.user.pk,
        search_id=search_id,
    )
    return _download(export)


@require_safe
@buyer_required
@rate_limited("leads.export", key="account", rate=RATE, method="GET", closed_when_down=False)
def export_base(request: BuyerRequest) -> StreamingHttpResponse:
    """The file has the rows of the filter in the address, as the page shows them."""
    chosen = BaseFilterForm(request.GET, account_id=request.account.pk).chosen()
    export = services.export_my_base(account_id=request.account.pk, user_id=request.user.pk, chosen=chosen)
    return _download(export)


def _download(export: services.Export) -> StreamingHttpResponse:
    disposition = content_disposition_header(True, export.file_name)
    return StreamingHttpResponse(
        export.chunks,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition or "attachment"},
    )

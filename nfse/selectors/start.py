"""Where a new firm stands on its way to the first note."""

from django.db.models import QuerySet

from nfse.models import Company, InvoiceRequest
from nfse.selectors.companies import get_company
from nfse.states import OPEN, WITH_NOTE


def find_company(firm_id: int, company_id: int | None) -> Company | None:
    """The company that was asked for, else the firm's first active one; raises NotFound for a stranger's."""
    if company_id is not None:
        return get_company(firm_id, company_id)
    first = (
        Company.objects.filter(firm_id=firm_id, is_active=True).order_by("pk").values_list("pk", flat=True)
    )
    return get_company(firm_id, first[0]) if first else None


def find_first_request(company: Company) -> InvoiceRequest | None:
    """The first note of a company, or the request that is on its way."""
    return _list_requests(company).filter(state__in=[*OPEN, *WITH_NOTE]).order_by("pk").first()


def find_latest_request(company: Company) -> InvoiceRequest | None:
    """What was asked last, whatever became of it."""
    return _list_requests(company).order_by("-pk").first()


def _list_requests(company: Company) -> QuerySet[InvoiceRequest]:
    requests = InvoiceRequest.objects.filter(company=company)
    return requests.select_related("invoice").defer("payload_text", "snapshot_data")

"""Asking for the registration of a company at PlugNotas (N22); `plugnotas_setup` does it."""

from nfse.models import Company
from queue_worker.services import enqueue

SET_UP_COMPANY = "nfse.set_up_company"


def request_setup(company: Company) -> None:
    """Mark a stored company as pending and enqueue the work, inside the caller's transaction, which saves it.

    Of the national gateway: nothing to register, and what was registered before is not looked at any more.
    """
    company.plugnotas_error = ""
    if company.gateway != Company.Gateway.PLUGNOTAS:
        company.plugnotas_state = Company.Setup.NONE
        return
    company.plugnotas_state = Company.Setup.PENDING
    enqueue(
        kind=SET_UP_COMPANY,
        payload={"company_id": company.pk},
        dedupe_key=f"company:{company.pk}",
        ordering_key=f"nfse.setup:{company.pk}",
    )

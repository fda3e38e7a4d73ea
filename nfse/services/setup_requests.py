"""What a company needs from outside: its registration at PlugNotas (N22), its city's agreement (N8).

Asked for here; the work is done in `plugnotas_setup` and `city_check`.
"""

from fiscal.enumerations import Gateway
from nfse.models import Company
from nfse.states import SetupState
from queue_worker.services import enqueue

SET_UP_COMPANY = "nfse.set_up_company"
CHECK_CITY = "nfse.check_city"


def request_setup(company: Company) -> None:
    """Mark a stored company as pending and enqueue the work, inside the caller's transaction, which saves it.

    Of the national gateway: nothing to register, and what was registered before is not looked at any more.
    """
    company.plugnotas_error = ""
    if company.gateway != Gateway.PLUGNOTAS:
        company.plugnotas_state = SetupState.NONE
        return
    company.plugnotas_state = SetupState.PENDING
    enqueue(
        kind=SET_UP_COMPANY,
        payload={"company_id": company.pk},
        dedupe_key=f"company:{company.pk}",
        ordering_key=f"nfse.setup:{company.pk}",
    )


def request_city_check(company: Company) -> None:
    """Enqueue the question whether the city uses the national issuer, inside the caller's transaction."""
    if company.gateway == Gateway.NATIONAL:
        enqueue(
            kind=CHECK_CITY,
            payload={"company_id": company.pk},
            dedupe_key=f"company:{company.pk}",
            priority=150,
        )

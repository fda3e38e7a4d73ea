"""One order of locks for everybody who acts on a stored request: company, request, then the right."""

from nfse.actors import Actor
from nfse.models import InvoiceRequest
from nfse.permissions import NotFound, Right
from nfse.services.companies import lock_company


def lock_request_for(actor: Actor, request_id: int, right: Right) -> InvoiceRequest:
    """Lock a request of the actor's firm and its company, and ask the right. Inside the caller's transaction.

    Raises NotFound, NotAllowed.
    """
    own = InvoiceRequest.objects.filter(firm_id=actor.firm_id, pk=request_id)
    company_id = own.values_list("company_id", flat=True).first()
    if company_id is None:
        raise NotFound
    lock_company(actor.firm_id, company_id)
    request = InvoiceRequest.objects.select_for_update(of=("self",)).get(pk=request_id)
    actor.require(right, company_id=company_id)
    return request

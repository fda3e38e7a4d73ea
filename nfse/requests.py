"""What a request carries behind `firm_member_required` (for annotations)."""

from django_htmx.middleware import HtmxDetails

from accounts.models import Membership
from accounts.requests import SignedInRequest
from nfse.models import Firm
from nfse.permissions import Right


class FirmRequest(SignedInRequest):
    """The firm that the person works for, the membership by which, and what its role may do."""

    firm: Firm
    membership: Membership
    rights: frozenset[Right]
    htmx: HtmxDetails

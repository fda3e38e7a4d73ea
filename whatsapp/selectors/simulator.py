"""What the simulator may use: a firm's channels and phones (W22)."""

from collections import Counter

from django.db.models import QuerySet
from django.utils import timezone

from nfse.models import AuthorizedPhone
from nfse.selectors.companies import CompanyFilters, list_company_ids
from whatsapp.models import Channel


def list_simulated_channels(firm_id: int) -> QuerySet[Channel]:
    return Channel.objects.filter(firm_id=firm_id, deleted_at=None).order_by("-state", "name", "pk")


def list_simulated_phones(firm_id: int) -> QuerySet[AuthorizedPhone]:
    """The phones that may ask for notes: the simulator writes as one of them."""
    phones = AuthorizedPhone.objects.filter(firm_id=firm_id, is_active=True, company__is_active=True)
    return phones.select_related("company").order_by("company__legal_name", "name", "pk")


def choose_phone(firm_id: int, number: str = "") -> AuthorizedPhone | None:
    """Return the phone of a number (E.164), or else the one with which a note is asked for in fewest words.

    That is one with the right, of a company that is ready, and of no other one that it would have to name.
    """
    phones = list_simulated_phones(firm_id)
    if number:
        return phones.filter(number_index=AuthorizedPhone.index_number(number)).first()
    listed = list(phones)
    ready = set(list_company_ids(firm_id, CompanyFilters(is_active=True, is_ready=True), now=timezone.now()))
    companies = Counter(phone.number_index for phone in listed)
    return min(
        listed,
        key=lambda phone: (
            not phone.can_issue,
            phone.company_id not in ready,
            companies[phone.number_index] > 1,
        ),
        default=None,
    )

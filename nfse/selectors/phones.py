"""Reads of authorised phones: of a company, and of a number that writes (A16, W5)."""

from django.db.models import QuerySet

from core.compiled import Compiled, Parameter
from nfse.models import AuthorizedPhone
from nfse.permissions import NotFound


def list_phones(firm_id: int, company_id: int) -> QuerySet[AuthorizedPhone]:
    """The phones of a company: active ones first, the main one before all."""
    phones = AuthorizedPhone.objects.filter(firm_id=firm_id, company_id=company_id)
    return phones.order_by("-is_active", "-is_main", "name", "pk")


def get_phone(firm_id: int, phone_id: int) -> AuthorizedPhone:
    """One phone of the firm with its company. Raises NotFound."""
    phone = AuthorizedPhone.objects.select_related("company").filter(firm_id=firm_id, pk=phone_id).first()
    if phone is None:
        raise NotFound
    return phone


def list_phones_of_number(firm_id: int, number: str) -> QuerySet[AuthorizedPhone]:
    """The active phones of a number in the firm, one for each active company, with its tax profile.

    `number` is E.164 or the digits of a WhatsApp address; both spellings of the ninth digit find the same
    (R76). Use of the number in other firms is never told (A16).
    """
    return _list_asking(firm_id, AuthorizedPhone.index_number(number))


def read_phones_of_number(firm_id: int, number: str) -> list[AuthorizedPhone]:
    """The same, read: each message of the chat asks for it."""
    return _ASKING.all(firm=firm_id, index=AuthorizedPhone.index_number(number))


def _list_asking(firm_id: int | Parameter, number_index: str | Parameter) -> QuerySet[AuthorizedPhone]:
    phones = AuthorizedPhone.objects.filter(
        firm_id=firm_id, number_index=number_index, is_active=True, company__is_active=True
    )
    return phones.select_related("company__tax_profile").order_by("company__legal_name", "pk")


_ASKING = Compiled(lambda: _list_asking(Parameter("firm"), Parameter("index")))


def count_asking_phones(firm_id: int, company_id: int) -> int:
    """Active phones of a company that may ask for notes (N8)."""
    phones = AuthorizedPhone.objects.filter(firm_id=firm_id, company_id=company_id)
    return phones.filter(is_active=True, can_issue=True).count()

"""What the simulator may use: a firm's channels and phones (W22)."""

from django.db.models import QuerySet

from nfse.models import AuthorizedPhone
from whatsapp.models import Channel


def list_simulated_channels(firm_id: int) -> QuerySet[Channel]:
    return Channel.objects.filter(firm_id=firm_id, deleted_at=None).order_by("-state", "name", "pk")


def list_simulated_phones(firm_id: int) -> QuerySet[AuthorizedPhone]:
    """The phones that may ask for notes: the simulator writes as one of them."""
    phones = AuthorizedPhone.objects.filter(firm_id=firm_id, is_active=True, company__is_active=True)
    return phones.select_related("company").order_by("company__legal_name", "name", "pk")

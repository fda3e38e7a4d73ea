"""The firm's logo (A27)."""

from nfse.models import FirmLogo
from nfse.permissions import NotFound


def get_logo(firm_id: int) -> bytes:
    """The PNG of a firm's logo. Raises NotFound."""
    picture = FirmLogo.objects.filter(firm_id=firm_id).values_list("picture", flat=True).first()
    if picture is None:
        raise NotFound
    return bytes(picture)

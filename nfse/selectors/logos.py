"""The firm's logo (A27)."""

from nfse.models import FirmLogo
from nfse.permissions import NotFound


def find_logo(firm_id: int) -> bytes | None:
    """The PNG of a firm's logo, or None."""
    picture = FirmLogo.objects.filter(firm_id=firm_id).values_list("picture", flat=True).first()
    return None if picture is None else bytes(picture)


def get_logo(firm_id: int) -> bytes:
    """The PNG of a firm's logo. Raises NotFound."""
    picture = find_logo(firm_id)
    if picture is None:
        raise NotFound
    return picture

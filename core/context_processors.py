"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from core.request_ids import current_request_id


def site(_request: HttpRequest) -> dict[str, Any]:
    """Return the site's name, address, contact and the id by which the support finds this request."""
    return {
        "site_name": "Nitro",
        "site_url": settings.SITE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "request_id": current_request_id(),
    }

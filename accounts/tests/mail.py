"""The e-mailed link, as a person meets it."""

import re

from django.conf import settings
from django.db.models import F, Q

from accounts.models import AccountEmail
from accounts.services import send_account_email


def deliver_mail() -> None:
    """Send what was asked for and not sent yet, as the queue's handler does."""
    waiting = AccountEmail.objects.filter(Q(sent_at=None) | Q(sent_at__lt=F("requested_at")))
    for request in waiting.order_by("pk"):
        send_account_email(user_id=request.user_id, template=request.template)


def link_in(message) -> str:
    """The path of the first link in the text."""
    links = re.findall(rf"{re.escape(settings.SITE_URL)}(/\S+)", message.body)
    return links[0]

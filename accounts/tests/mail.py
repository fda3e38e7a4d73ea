"""The e-mailed link, as a person meets it."""

import re

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import AccountEmail
from accounts.services import record_account_letter, request_password_reset, write_account_letter
from core.crypto import decrypt
from core.mail import Outcome, send_letter
from queue_worker.handlers import REQUEST_RESET
from queue_worker.models import WorkItem


def deliver_mail() -> None:
    """Send what was asked for and not sent yet, as the queue's handlers do."""
    for item in WorkItem.objects.filter(kind=REQUEST_RESET).order_by("pk"):
        request_password_reset(email=decrypt(item.payload["email"]))
        item.delete()
    waiting = AccountEmail.objects.filter(Q(sent_at=None) | Q(sent_at__lt=F("requested_at")))
    for request in waiting.order_by("pk"):
        send_now(request.user_id, request.template)


def send_now(user_id: int, template: str) -> None:
    """Write, send and record one letter."""
    written_at = timezone.now()
    letter = write_account_letter(user_id=user_id, template=template)
    if letter is not None:
        send_letter(letter)
    outcome = Outcome.SENT if letter else Outcome.DROPPED
    record_account_letter(outcome=outcome, written_at=written_at, user_id=user_id, template=template)


def link_in(message) -> str:
    """The path of the first link in the text."""
    links = re.findall(rf"{re.escape(settings.SITE_URL)}(/\S+)", message.body)
    return links[0]

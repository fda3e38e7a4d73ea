"""Telling the operators of Nitro that something needs them."""

from django.db import transaction

from accounts.gateways import Letter, send_letter
from accounts.models import User
from nfse.services.letters import write_letter
from queue_worker.services import enqueue

TELL_OPERATORS = "nfse.tell_operators"


def tell_operators(*, key: str, subject: str, text: str) -> None:
    """Ask for one e-mail to every operator; while it waits, the same `key` is not asked for again.

    `text` holds no CPF, phone or secret: it is stored with the work.
    """
    with transaction.atomic():
        enqueue(kind=TELL_OPERATORS, payload={"subject": subject, "text": text}, dedupe_key=key, priority=60)


def send_to_operators(*, subject: str, text: str) -> int:
    """Send the e-mail to each active operator and return how many; called by the queue.

    Raises core.errors.Unavailable or Refused.
    """
    letters = [_write(user, subject, text) for user in User.objects.filter(is_staff=True, is_active=True)]
    for letter in letters:
        send_letter(letter)
    return len(letters)


def _write(user: User, subject: str, text: str) -> Letter:
    context = {"user": user, "text": text}
    return write_letter(to=user.email, subject=subject, template="operators", context=context)

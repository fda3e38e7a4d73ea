"""The letter of an invitation: asked for inside a transaction, written and sent by the queue.

The link's token is made when the letter is written, so none is ever stored.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from accounts.selectors import find_user_by_email
from core.errors import NitroError
from core.mail import Letter as Email
from core.mail import Outcome
from nfse.models import Invite
from nfse.services.letters import write_letter
from queue_worker.services import enqueue

SEND_INVITE_LETTER = "nfse.send_invite_letter"
PAUSE = timedelta(minutes=1)
_SALT = "nfse.invite"
Letter = Invite.Letter


class LetterTooSoon(NitroError):
    """The same letter was asked for less than a minute ago."""

    message = "Acabamos de enviar este convite. Espere um minuto para enviar de novo."


def make_invite_token(invite: Invite) -> str:
    """The token of the invitation's link: made when the e-mail is written, never stored; holds no address."""
    return signing.dumps(invite.pk, salt=_SALT)


def read_invite_token(token: str) -> int:
    """Return the invitation's id. Raises django.core.signing.BadSignature."""
    return int(signing.loads(token, salt=_SALT))


def is_invite_token(token: str) -> bool:
    """Return whether the token is one of ours, whatever has become of its invitation; asks no database."""
    try:
        read_invite_token(token)
    except (signing.BadSignature, ValueError, TypeError):
        return False
    return True


def request_letter(invite: Invite, *, again_at: datetime | None = None) -> None:
    """Ask for the letter of an invitation that is locked or new, inside the caller's transaction.

    `again_at` asks for another one. Raises LetterTooSoon within a minute of the last.
    """
    if again_at is not None:
        if again_at - invite.letter_asked_at < PAUSE:
            raise LetterTooSoon
        invite.letter, invite.letter_asked_at = Letter.WAITING, again_at
        invite.save(update_fields=["letter", "letter_asked_at"])
    enqueue(
        kind=SEND_INVITE_LETTER,
        payload={"invite_id": invite.pk},
        dedupe_key=f"invite:{invite.pk}",
        priority=60,
    )


def write_invite_letter(*, invite_id: int) -> Email | None:
    """Write the letter; None when it was sent, or when the invitation ended, was withdrawn or accepted."""
    invite = Invite.objects.select_related("firm", "invited_by").get(pk=invite_id)
    is_due = invite.letter != Letter.SENT and invite.is_open and invite.expires_at > timezone.now()
    if not is_due:
        return None
    subject = f"Convite para a equipe de {invite.firm.display_name}"
    context = {
        "invite": invite,
        "user": find_user_by_email(invite.email),
        "link": f"{settings.SITE_URL}{reverse('nfse:invite', args=[make_invite_token(invite)])}",
    }
    return write_letter(
        to=invite.email, subject=subject, template="invite", context=context, firm_id=invite.firm_id
    )


def record_invite_letter(*, outcome: Outcome, written_at: datetime | None, invite_id: int) -> None:
    """Say on the invitation whether its letter left, unless another one was asked for meanwhile."""
    waiting = Invite.objects.filter(pk=invite_id, letter=Letter.WAITING)
    if outcome == Outcome.SENT:
        waiting.filter(letter_asked_at__lte=written_at).update(letter=Letter.SENT)
    elif outcome == Outcome.FAILED:
        waiting.update(letter=Letter.FAILED)

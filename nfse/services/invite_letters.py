"""The letter of an invitation: asked for inside a transaction, written and sent by the queue.

The link's token is made when the letter is written, so none is ever stored.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from accounts.gateways import send_letter
from accounts.selectors import find_user_by_email
from core.errors import NitroError
from nfse.models import Invite
from nfse.services.letters import write_letter
from queue_worker.models import WorkItem
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


def send_invite_letter(*, invite_id: int) -> bool:
    """Write and send the letter, with no transaction open; called by the queue.

    False when it was sent, or when the invitation ended, was withdrawn or accepted meanwhile.
    Raises core.errors.Unavailable or Refused.
    """
    invite = Invite.objects.select_related("firm", "invited_by").get(pk=invite_id)
    is_due = invite.letter != Letter.SENT and invite.is_open and invite.expires_at > timezone.now()
    if not is_due:
        return False
    subject = f"Convite para a equipe de {invite.firm.display_name}"
    context = {
        "invite": invite,
        "user": find_user_by_email(invite.email),
        "link": f"{settings.SITE_URL}{reverse('nfse:invite', args=[make_invite_token(invite)])}",
    }
    send_letter(
        write_letter(
            to=invite.email, subject=subject, template="invite", context=context, firm_id=invite.firm_id
        )
    )
    _mark(invite, Letter.SENT)
    return True


def give_up_letter(item: WorkItem) -> None:
    """Say that the letter did not leave, inside the transaction in which its work dies."""
    invite = Invite.objects.filter(pk=item.payload["invite_id"]).first()
    if invite is not None and invite.letter == Letter.WAITING:
        _mark(invite, Letter.FAILED)


def _mark(invite: Invite, letter: Invite.Letter) -> None:
    """Unless another letter was asked for meanwhile."""
    same = Invite.objects.filter(pk=invite.pk, letter_asked_at=invite.letter_asked_at)
    same.update(letter=letter)

"""What the firm hears of a conversation: "avisei a contabilidade" is said with its notice only (R79)."""

from django.utils import timezone

from nfse.models import Notice
from nfse.services.notices import ACCOUNTANTS, EVERYBODY, notify
from whatsapp.services.talking.talk import Talk

MAX_TEXT = 500


def tell_firm(
    talk: Talk, kind: Notice.Kind, title: str, text: str, *, once: str = "", everybody: bool = False
) -> None:
    """Tell the firm's people of something in this conversation, in the transaction of the turn.

    `once`: what the same notice is known by; without it, the kind, the company and the day.
    """
    company = talk.company
    day = timezone.localdate(talk.now)
    subject = company.pk if company else f"talk{talk.conversation.pk}"
    notify(
        firm_id=talk.firm.pk,
        kind=kind,
        title=title,
        text=text[:MAX_TEXT],
        dedupe_key=(once or f"chat:{kind}:{subject}:{day:%Y%m%d}")[:80],
        roles=EVERYBODY if everybody else ACCOUNTANTS,
        company_id=company.pk if company else None,
        reference_type="conversation",
        reference_id=talk.conversation.pk,
    )

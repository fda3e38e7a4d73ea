"""The answer of a turn: one message, never the same twice in a row (R73, W19)."""

from whatsapp import texts
from whatsapp.models import Conversation, OutboundMessage
from whatsapp.services.outbox import put_text
from whatsapp.services.talking.brake import is_braked
from whatsapp.services.talking.mirrors import MIRROR
from whatsapp.services.talking.talk import Talk

MOST_KEYS = 40
_TURN_FIELDS = (
    "version",
    "company",
    "listed_until",
    "handed_off_at",
    "handed_off_to",
    "handoff_last_at",
    "unknown_answered_at",
    "kind_answered_at",
    "burst_warned_at",
    "ai_day",
    "ai_count",
)
"""What a turn may change of a conversation; the counters of arrival are not among them."""


def send_answer(talk: Talk) -> None:
    """Put what was said in this turn into the outbox, in the transaction of the turn."""
    if not talk.said:
        return
    text_key = "+".join(said.key for said in talk.said)[:MOST_KEYS]
    if is_braked(talk, text_key):
        return
    text = "\n\n".join(said.text for said in talk.said)
    if text == _last_text(talk):
        text = f"{texts.render('AGAIN')}\n\n{text}"
    session = talk.session if talk.session is not None and talk.session.pk else None
    has_mirror = session is not None and (talk.is_mirror_new or any(one.key == "T50" for one in talk.said))
    put_text(
        conversation=talk.conversation,
        text=text,
        cause=talk.cause,
        dedupe_key=f"{talk.cause}:text",
        text_key=text_key,
        session=session,
        mirror_hash=session.mirror_hash if session is not None and has_mirror else "",
        slot=f"mirror:{session.pk}" if session is not None and has_mirror and _is_only_mirror(talk) else "",
        now=talk.now,
    )


def save_turn(conversation: Conversation, *more: str) -> None:
    """Save what a turn changed of the conversation, under a new version (compare and set)."""
    conversation.version += 1
    conversation.save(update_fields=[*_TURN_FIELDS, *more])


def _is_only_mirror(talk: Talk) -> bool:
    """A mirror that waits to be sent is replaced by a newer one of its session; other words are not lost."""
    return [said.key for said in talk.said] == [MIRROR]


def _last_text(talk: Talk) -> str:
    mine = OutboundMessage.objects.filter(conversation=talk.conversation, kind=OutboundMessage.Kind.TEXT)
    last = mine.order_by("-seq").values_list("text").first()
    return str(last[0]) if last is not None else ""

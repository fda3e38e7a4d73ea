"""How much one person may ask (W20): messages in a minute, calls of the model in a day."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from whatsapp.models import InboundMessage
from whatsapp.services.talking.talk import Talk

MINUTE = timedelta(minutes=1)


def is_flooding(talk: Talk) -> bool:
    """Whether this contact sent more messages in the last minute than one reads."""
    recent = InboundMessage.objects.filter(
        conversation=talk.conversation, received_at__gt=talk.now - MINUTE, is_from_firm=False
    )
    return recent.count() > settings.WHATSAPP_MESSAGES_PER_MINUTE


def may_ask_model(talk: Talk) -> bool:
    """Whether the model may be asked for this conversation once more today."""
    conversation = talk.conversation
    is_today = conversation.ai_day == timezone.localdate(talk.now)
    used = conversation.ai_count if is_today else 0
    return used < settings.WHATSAPP_AI_CALLS_PER_DAY and not is_flooding(talk)


def count_model(talk: Talk) -> None:
    """Count one call of the model on the day of the turn."""
    conversation, today = talk.conversation, timezone.localdate(talk.now)
    if conversation.ai_day != today:
        conversation.ai_day, conversation.ai_count = today, 0
    conversation.ai_count += 1


def should_warn(talk: Talk) -> bool:
    """Whether T60 is due: once per flood."""
    warned = talk.conversation.burst_warned_at
    if not is_flooding(talk) or (warned is not None and talk.now - warned < MINUTE):
        return False
    talk.conversation.burst_warned_at = talk.now
    return True

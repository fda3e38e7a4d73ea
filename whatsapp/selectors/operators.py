"""What operators must know of the chat, of all firms: counts and times, never what was said (O14)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from inbox.models import Delivery
from whatsapp.models import AiModel, Channel, OutboundMessage

SHUTDOWN_WITHIN = timedelta(days=30)
LOOKED_AT, DOWN_AFTER = timedelta(days=1), timedelta(minutes=5)
_LOST = (OutboundMessage.State.FAILED, OutboundMessage.State.DEAD)


def list_lost_answers(now: datetime) -> QuerySet[OutboundMessage]:
    """Return the messages of the last day that reached nobody."""
    return OutboundMessage.objects.filter(state__in=_LOST, ended_at__gte=now - LOOKED_AT)


def list_channels_down(now: datetime) -> QuerySet[Channel]:
    """Return the channels that lost their connection and did not get it back."""
    return Channel.objects.filter(down_since__lte=now - DOWN_AFTER, deleted_at=None)


def list_unreadable_webhooks(now: datetime) -> QuerySet[Delivery]:
    """Return the webhooks of channels that were kept and could not be understood, of the last day."""
    return Delivery.objects.filter(
        source="whatsapp", state=Delivery.State.REFUSED, received_at__gte=now - LOOKED_AT
    )


def list_ending_models(now: datetime) -> QuerySet[AiModel]:
    """Return the models in use that do not exist any more, or will not within a month."""
    names = (settings.OPENAI_READING_MODEL, settings.OPENAI_HEARING_MODEL)
    until = timezone.localdate(now) + SHUTDOWN_WITHIN
    mine = AiModel.objects.filter(name__in=names if settings.OPENAI_ENABLED else ())
    return mine.filter(Q(missing_since__isnull=False) | Q(shutdown_on__lte=until))

"""Reads about a firm's channels (W1, A26)."""

from django.db.models import QuerySet

from nfse.permissions import NotFound
from whatsapp.models import Channel, ChannelEvent

SECRETS = ("secret", "token")


def list_channels(firm_id: int) -> QuerySet[Channel]:
    """Return the firm's channels by name, without their secrets and without the QR."""
    return Channel.objects.filter(firm=firm_id, deleted_at=None).defer(*SECRETS, "qr").order_by("name")


def get_channel(firm_id: int, channel_id: int) -> Channel:
    """Return a channel of the firm, without its secrets. Raises NotFound."""
    channel = Channel.objects.filter(firm=firm_id, pk=channel_id, deleted_at=None).defer(*SECRETS).first()
    if channel is None:
        raise NotFound
    return channel


def list_events(channel: Channel, count: int) -> list[ChannelEvent]:
    """Return what happened to a channel, newest first."""
    return list(channel.events.select_related("actor").order_by("-at", "-pk")[:count])

"""Receipts that overtake the answer of their own send: kept for some minutes until the message has its id.

WhatsApp may confirm a message before Evolution has answered us. Each side first stores and then looks: the
receipt keeps itself and looks for the message, the send stores the id and looks for receipts, so that one of
them sees the other. The cache may be away: then a receipt is lost, as any may be (evolution.md 6.3).
"""

from contextlib import suppress

from django.core.cache import cache
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

from whatsapp.transport.events import Delivery

KEPT_SECONDS = 600
_CACHE_DOWN = (ConnectionInterrupted, RedisError)
_ORDER = (Delivery.PENDING, Delivery.SERVER, Delivery.PHONE, Delivery.READ, Delivery.REFUSED)


def keep(channel_id: int, message_id: str, delivery: Delivery) -> None:
    """Keep a receipt of a message that nobody knows yet. Call it after the commit.

    Each has a key of its own: two that come at once cannot overwrite each other.
    """
    with suppress(*_CACHE_DOWN):
        cache.set(_key(channel_id, message_id, delivery), True, KEPT_SECONDS)


def find(channel_id: int, message_id: str) -> Delivery | None:
    """Return the furthest receipt that came too early."""
    with suppress(*_CACHE_DOWN):
        keys = {delivery: _key(channel_id, message_id, delivery) for delivery in _ORDER}
        kept = cache.get_many(keys.values())
        return next((delivery for delivery in reversed(_ORDER) if keys[delivery] in kept), None)
    return None


def _key(channel_id: int, message_id: str, delivery: Delivery) -> str:
    return f"whatsapp.receipt:{channel_id}:{message_id}:{delivery.value}"

"""Work and letters of the chat."""

from datetime import timedelta

from queue_worker.letters import LetterKind
from queue_worker.policy import Backoff, Handler
from queue_worker.queues import Queue
from whatsapp.services.channel_orders import check_channel, give_up_order, order_channel, write_ban
from whatsapp.services.channel_states import CHECK_CHANNEL, RECONCILE_CHANNEL, TELL_BAN
from whatsapp.services.channels import ORDER_CHANNEL
from whatsapp.services.media import fetch_media, give_up_media
from whatsapp.services.outbox import SEND
from whatsapp.services.reconciling import reconcile_channel
from whatsapp.services.ringing import FETCH_MEDIA
from whatsapp.services.sending import send_waiting

SENDS_PER_CHANNEL = 4
"""At once; Evolution has no queue of its own, and WhatsApp dislikes bursts (evolution.md 10)."""

HANDLERS = (
    Handler(
        SEND,
        send_waiting,
        queue=Queue.CHAT,
        timeout=timedelta(minutes=3),
        max_attempts=10,
        concurrency_limit=SENDS_PER_CHANNEL,
    ),
    Handler(
        FETCH_MEDIA,
        fetch_media,
        queue=Queue.CHAT,
        timeout=timedelta(minutes=3),
        max_attempts=3,
        backoff=Backoff(first=2, factor=2, cap=10),
        concurrency_limit=4,
        on_dead=give_up_media,
    ),
    Handler(
        ORDER_CHANNEL,
        order_channel,
        max_attempts=6,
        backoff=Backoff(first=3, factor=2, cap=60),
        on_dead=give_up_order,
    ),
    Handler(CHECK_CHANNEL, check_channel, max_attempts=5),
    Handler(RECONCILE_CHANNEL, reconcile_channel, max_attempts=3, concurrency_limit=None),
)
LETTERS = (LetterKind(TELL_BAN, write_ban),)

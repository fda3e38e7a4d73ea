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
from whatsapp.services.sending.running import send_waiting
from whatsapp.services.talking import kinds
from whatsapp.services.talking.clocks import mind_clock
from whatsapp.services.talking.converse import converse, tell_unread
from whatsapp.services.talking.hearing_back import (
    ask_again,
    hand_over,
    hear_registry,
    hear_request,
    tell_lookup,
    tell_waiting,
)

SOON = Backoff(first=1, factor=2, cap=60)

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
    Handler(kinds.CONVERSE, converse, queue=Queue.CHAT, max_attempts=8, backoff=SOON, on_dead=tell_unread),
    Handler(kinds.HEAR_REQUEST, hear_request, queue=Queue.CHAT, max_attempts=12, backoff=SOON),
    Handler(kinds.HEAR_REGISTRY, hear_registry, queue=Queue.CHAT, max_attempts=8, backoff=SOON),
    Handler(kinds.TELL_LOOKUP, tell_lookup, queue=Queue.CHAT, backoff=SOON),
    Handler(kinds.TELL_WAITING, tell_waiting, queue=Queue.CHAT, backoff=SOON),
    Handler(kinds.MIND_CLOCK, mind_clock, queue=Queue.CHAT, backoff=SOON),
    Handler(kinds.ASK_REGISTRY, ask_again, backoff=SOON),
    Handler(kinds.HAND_OVER, hand_over, max_attempts=12, backoff=SOON),
)
LETTERS = (LetterKind(TELL_BAN, write_ban),)

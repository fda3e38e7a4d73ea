"""What time does to a conversation: reminder, expiry, the end of a handoff, a lost right (W12, W18)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from queue_worker.services import enqueue
from queue_worker.work import Work
from whatsapp.conversation.states import OPEN, State
from whatsapp.models import Conversation, Session
from whatsapp.services.talking import kinds
from whatsapp.services.talking.hearing_back import take_part
from whatsapp.services.talking.phrasing import say
from whatsapp.services.talking.stepping import Happening, take
from whatsapp.services.talking.talk import Talk
from whatsapp.services.talking.turns import end_handoff, end_without_right
from whatsapp.vocabulary.events import Event

REMIND_BEFORE = timedelta(minutes=15)
HANDOFF_ENDS = timedelta(hours=4)
READ_WITHIN = timedelta(minutes=10)
"""A message that nobody read for so long keeps no session open: its turn is dead, and the firm was told."""

MOST_AT_ONCE = 1000
_OPEN_VALUES = [state.value for state in OPEN]


def mind_clocks(*, now: datetime | None = None) -> int:
    """Enqueue a turn for each conversation whose time has come; return how many. Safe to run twice."""
    moment = now or timezone.now()
    remind = Q(expires_at__lte=moment + REMIND_BEFORE, reminded_at=None) | Q(expires_at__lte=moment)
    lost = Q(phone__is_active=False) | Q(phone__can_issue=False, kind="issue")
    sessions = Session.objects.filter(state__in=_OPEN_VALUES).filter(remind | lost)
    sessions = sessions.exclude(state=State.PROCESSING).order_by("expires_at", "pk")
    due = set(sessions.values_list("conversation_id", flat=True)[:MOST_AT_ONCE])
    over = Conversation.objects.filter(
        handed_off_at__isnull=False, handoff_last_at__lte=moment - HANDOFF_ENDS
    )
    due |= set(over.values_list("pk", flat=True)[:MOST_AT_ONCE])
    with transaction.atomic(durable=True):
        for conversation_id in sorted(due):
            enqueue(
                kind=kinds.MIND_CLOCK,
                payload={"conversation_id": conversation_id},
                dedupe_key=kinds.order_of(conversation_id),
                ordering_key=kinds.order_of(conversation_id),
            )
    return len(due)


def mind_clock(*, conversation_id: int, work: Work, now: datetime | None = None) -> None:
    """Do what the time asks of one conversation, as it stands now."""
    take_part(conversation_id=conversation_id, work=work, act=_mind, now=now)


def _mind(talk: Talk) -> None:
    conversation, session = talk.conversation, talk.session
    last = conversation.handoff_last_at or conversation.handed_off_at
    if last is not None and talk.now - last >= HANDOFF_ENDS:
        end_handoff(talk)
    if session is None or session.state == State.PROCESSING:
        return
    if end_without_right(talk):
        return
    if _is_being_read(conversation, session, talk.now):
        return
    if session.expires_at is not None and session.expires_at <= talk.now:
        take(talk, Happening(Event.TTL))
    elif session.expires_at is not None and session.expires_at <= talk.now + REMIND_BEFORE:
        _remind(talk, session)


def _is_being_read(conversation: Conversation, session: Session, now: datetime) -> bool:
    """Whether a message that came in time waits for its turn, which starts the clock anew (R77)."""
    came, ends = conversation.first_unread_at, session.expires_at
    return came is not None and ends is not None and came <= ends and now - came < READ_WITHIN


def _remind(talk: Talk, session: Session) -> None:
    if session.reminded_at is not None or not talk.note.has_data:
        return
    session.reminded_at = talk.now
    session.save(update_fields=["reminded_at"])
    say(talk, "T35")

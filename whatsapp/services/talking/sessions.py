"""Rows of sessions: opened, moved along the table, closed; the older one that is taken up again (§5.1)."""

import secrets
from datetime import datetime, timedelta

from django.utils import timezone

from whatsapp.conversation.draft import SessionData
from whatsapp.conversation.machine import Step
from whatsapp.conversation.states import CLOCKS, OPEN, CloseReason, Kind, State
from whatsapp.models import Conversation, Session, SessionEvent
from whatsapp.services.talking.talk import Talk
from whatsapp.vocabulary.events import Event

RESUME_WITHIN = timedelta(hours=24)
RESUMABLE = (State.CANCELED, State.EXPIRED)
WITHOUT_REGISTRY = timedelta(hours=24)
"""How long a session waits for a registry that does not answer (row 16d)."""

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_OPEN_VALUES = [state.value for state in OPEN]


def find_open(conversation: Conversation) -> Session | None:
    """Return the open session of a conversation, if it has one, with what a turn reads of it."""
    open_ids = Session.objects.filter(conversation=conversation, state__in=_OPEN_VALUES).values_list("pk")
    found = open_ids.first()
    if found is None:
        return None
    return Session.objects.select_related("company", "phone", "request", "invoice__request").get(pk=found[0])


def find_resumable(conversation: Conversation, now: datetime) -> Session | None:
    """Return the last session that ended without a note and has data of at most 24 h (row 6)."""
    newest = Session.objects.filter(conversation=conversation, kind=Kind.ISSUE).order_by("-opened_at", "-pk")
    last = newest.first()
    if last is None or last.state not in RESUMABLE or last.closed_at is None:
        return None
    is_recent = now - last.closed_at <= RESUME_WITHIN
    return last if is_recent and SessionData.of(last.data).note.has_data else None


def open_session(talk: Talk, kind: Kind = Kind.ISSUE) -> Session:
    """Make the row of a new session; its first step is saved with it."""
    company = talk.company
    phone = talk.speaker.phone_for(company.pk) if company else None
    talk.session = Session.objects.create(
        firm_id=talk.firm.pk,
        conversation=talk.conversation,
        label=make_label(talk),
        kind=kind,
        state=State.COLLECTING,
        company=company,
        phone=phone,
        request=talk.earlier,
        opened_at=talk.now,
        state_changed_at=talk.now,
        last_user_at=talk.now,
    )
    return talk.session


def make_label(talk: Talk) -> str:
    """Return a protocol for people, which no other session of the firm has (R98)."""
    while True:
        ending = "".join(secrets.choice(_LETTERS) for _ in range(5))
        label = f"{timezone.localdate(talk.now):%d%m%y}-{ending}"
        if not Session.objects.filter(firm_id=talk.firm.pk, label=label).exists():
            return label


def record_step(talk: Talk, session: Session, step: Step, event: str, before: State) -> None:
    """Save the session after a step, with its line of history. `talk` holds what changed besides."""
    after = State(session.state)
    if after is not before:
        session.state_changed_at = talk.now
    session.data = talk.data.to_dict()
    session.lookup_index = Session.index_lookup(talk.note.document) if session.kind == Kind.ISSUE else ""
    _set_clock(talk, session, after)
    session.save()
    SessionEvent.objects.create(
        session=session,
        row=step.row[:8],
        event=event,
        from_state=before,
        to_state=after,
        seq=talk.batch.upto if talk.batch else None,
        at=talk.now,
    )


def close_now(talk: Talk, session: Session, reason: CloseReason) -> None:
    """End a session outside of the table's rows: the firm withdrew its request (§5.2, FIRM_CLOSE)."""
    before = State(session.state)
    session.state = State.CANCELED
    close_session(talk, session, reason)
    step = Step(talk.facts, "FIRM_END", ())
    record_step(talk, session, step, Event.FIRM_CLOSE, before)


def close_session(talk: Talk, session: Session, reason: CloseReason) -> None:
    """Note that a session ends, and why."""
    session.close_reason = reason
    session.closed_at = talk.now
    session.question = ""


def restart_clock(talk: Talk, session: Session) -> None:
    """Let the clock of a session go on that stood still; a whole time is left."""
    state = State(session.state)
    session.expires_at = talk.now + CLOCKS[state] if state in CLOCKS else None
    session.reminded_at = None
    session.save(update_fields=["expires_at", "reminded_at"])


def _set_clock(talk: Talk, session: Session, state: State) -> None:
    """One rule: from the last message of the person; it stands still in a handoff (R77)."""
    if talk.batch is not None:
        session.last_user_at = talk.now
        session.reminded_at = None
    if state not in CLOCKS or talk.conversation.handed_off_at is not None:
        session.expires_at = None
    elif talk.stops_clock:
        session.expires_at = talk.now + WITHOUT_REGISTRY
    elif talk.batch is not None or session.expires_at is None:
        session.expires_at = (session.last_user_at or talk.now) + CLOCKS[state]

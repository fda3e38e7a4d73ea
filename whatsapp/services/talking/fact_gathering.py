"""The facts of an event, read from the rows as they stand under the lock; when a yes is fresh (R72)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fiscal.values import RuleProblem
from nfse.states import State as RequestState
from whatsapp.conversation.facts import Facts, Fields, Lookup, Picked
from whatsapp.conversation.states import Kind, State
from whatsapp.models import OutboundMessage, Session
from whatsapp.services.talking import canceling
from whatsapp.services.talking.batches import YES_BUTTON, Heard
from whatsapp.services.talking.evaluating import Evaluation, check_company
from whatsapp.services.talking.last_notes import has_last_request
from whatsapp.services.talking.mirrors import look_again
from whatsapp.services.talking.sessions import find_resumable
from whatsapp.services.talking.talk import Talk
from whatsapp.vocabulary.events import Event

CLOCK_SLACK = timedelta(seconds=2)
"""How far the clock of WhatsApp's server may be behind ours."""

_ARRIVED = frozenset(
    {OutboundMessage.State.SENT, OutboundMessage.State.DELIVERED, OutboundMessage.State.READ}
)

DEAF = frozenset({State.PROCESSING, State.AWAITING_FIRM})
"""The note is on its way, or the firm decides: words change no field."""


@dataclass(frozen=True)
class Known:
    """What an event brought with it that the facts are made of."""

    has_data: bool = False
    lookup: Lookup = Lookup.NONE
    lookup_document: str = ""
    is_unreadable_edit: bool = False


def gather(talk: Talk, event: Event, picked: Picked, known: Known) -> Facts:
    """Return the facts of an event, with the draft as it will be."""
    session = talk.session
    company = talk.company
    facts = Facts(
        has_data=known.has_data,
        has_several_companies=len(talk.speaker.companies) > 1,
        company_is_known=company is not None,
        picked=picked,
        has_last_note=has_last_request(talk.firm.pk, company.pk if company else None),
        may_resume=event in {Event.RESUME, Event.RETRY}
        and session is None
        and find_resumable(talk.conversation, talk.now) is not None,
        may_cancel_notes=canceling.may_cancel(talk),
        cancels_directly=canceling.cancels_directly(talk),
        names_a_note=bool(talk.command and talk.command.note_number),
        request_is_queued=_is_queued(talk),
        may_retry_request=talk.may_retry,
        lookup=known.lookup,
        edit_is_unreadable=known.is_unreadable_edit,
        document_is_current=known.lookup_document in {"", talk.note.document},
    )
    if session is not None and session.kind == Kind.CANCELLATION:
        fields = Fields.VALID if talk.cancel.is_complete else Fields.INCOMPLETE
        return replace(facts, fields=fields, yes_is_fresh=is_fresh(talk))
    if event is Event.YES and session is not None and session.state == State.AWAITING_CONFIRMATION:
        return _facts_of_yes(talk, facts)
    return _facts_of_draft(talk, facts)


def _facts_of_yes(talk: Talk, known: Facts) -> Facts:
    """A yes is for the note as it was shown: would the same be issued now (rows 27 to 30)?"""
    mirror = look_again(talk)
    if mirror is None or talk.session is None:
        return known
    talk.blocked = mirror.problems
    return replace(
        known,
        fields=Fields.VALID,
        gates_pass=not mirror.problems,
        payload_is_same=mirror.hash == talk.session.mirror_hash,
        yes_is_fresh=is_fresh(talk),
    )


def _facts_of_draft(talk: Talk, known: Facts) -> Facts:
    if talk.session is not None and talk.session.state in DEAF:
        return known
    evaluation = talk.evaluate()
    if evaluation is None:
        return known
    blocked = evaluation.blocked or _company_problems(talk, evaluation)
    talk.blocked = blocked
    session = talk.session
    shown = session.mirror_hash if session else ""
    return replace(
        known,
        fields=evaluation.fields,
        gates_pass=not blocked,
        payload_is_same=evaluation.mirror is not None and evaluation.mirror.hash == shown,
        lookup=_status_of(evaluation, known.lookup),
    )


def _company_problems(talk: Talk, evaluation: Evaluation) -> tuple[RuleProblem, ...]:
    """With no session open, a company that cannot issue is told before anything is asked (row 3)."""
    if talk.session is not None or talk.company is None:
        return ()
    return check_company(evaluation.company, talk.now)


def _status_of(evaluation: Evaluation, lookup: Lookup) -> Lookup:
    if lookup is not Lookup.FOUND:
        return lookup
    if evaluation.client.is_blocked:
        return Lookup.BLOCKED
    return Lookup.ASKS if evaluation.client.is_doubtful and not evaluation.draft.accepts_status else lookup


def _is_queued(talk: Talk) -> bool:
    """Whether this phone may take the request back: it was not sent, and the right is still there."""
    request = talk.session.request if talk.session else None
    if request is None or request.state != RequestState.QUEUED:
        return False
    phone = talk.speaker.phone_for(request.company_id)
    return phone is not None and phone.can_issue


def is_fresh(talk: Talk) -> bool:
    """Whether every word of a yes was said after the mirror shown last, which still stands (rows 27, 28)."""
    session, batch = talk.session, talk.batch
    if session is None or batch is None or session.mirror_is_void or session.mirror_seq is None:
        return False
    seen_from = _find_moment_seen(session)
    if seen_from is None or batch.is_altered or not batch.heard:
        return False
    return all(_is_after(talk, one, seen_from) for one in batch.heard)


def _find_moment_seen(session: Session) -> datetime | None:
    """Return the earliest moment at which the person can have seen the mirror shown last.

    None while it waits to be sent, or when nobody knows that it left: the yes is to what stood there before.
    """
    rows = OutboundMessage.objects.filter(session=session, mirror_hash=session.mirror_hash)
    last = rows.exclude(state=OutboundMessage.State.SUPERSEDED).order_by("-seq").first()
    if last is None or last.state not in _ARRIVED:
        return None
    return last.tried_at or session.mirror_shown_at


def _is_after(talk: Talk, heard: Heard, seen_from: datetime) -> bool:
    session = talk.session
    if session is None or session.mirror_seq is None:
        return False
    if heard.is_old or heard.is_edit or heard.was_edited or heard.seq <= session.mirror_seq:
        return False
    if heard.sent_at + CLOCK_SLACK < seen_from.replace(microsecond=0):
        return False
    return _is_for_current(talk, heard, session.mirror_hash)


def _is_for_current(talk: Talk, heard: Heard, current: str) -> bool:
    """A button or a quotation names the mirror that it answers."""
    if heard.button_id.startswith(YES_BUTTON) and heard.button_id.removeprefix(YES_BUTTON) != current:
        return False
    if not heard.quoted_id:
        return True
    quoted = OutboundMessage.objects.filter(
        conversation=talk.conversation, provider_message_id=heard.quoted_id
    ).first()
    return quoted is None or not quoted.mirror_hash or quoted.mirror_hash == current

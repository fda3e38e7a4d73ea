"""One event of a conversation: what it changes, the facts, the row of the table, its effects (§5.2, §5.3)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nfse.models import Taker
from whatsapp.conversation import facts as facts_of
from whatsapp.conversation import machine
from whatsapp.conversation.draft import Draft, Option
from whatsapp.conversation.facts import Lookup, Picked
from whatsapp.conversation.merging import complain, keep_old, list_changes, merge, with_taker
from whatsapp.conversation.states import LISTS, Kind, Question, State
from whatsapp.conversation.understanding import Understood
from whatsapp.models import Session
from whatsapp.reading.values import Asked, Reading, Status
from whatsapp.services.talking.carrying import carry, finish
from whatsapp.services.talking.fact_gathering import DEAF, Known, gather
from whatsapp.services.talking.last_notes import draft_of_last
from whatsapp.services.talking.sessions import find_resumable
from whatsapp.services.talking.talk import Talk
from whatsapp.vocabulary.events import Event

WANTS_REPEAT = "REPEAT"
"""Kept in a session's `said` while the company is being chosen: the last note is to be copied then."""

NOT_UNDERSTOOD, NOTHING_READ = Understood(Event.UNSURE), Reading()
_GIVES = frozenset({Event.DATA, Event.FIX, Event.ISSUE})


@dataclass(frozen=True)
class Happening:
    """An event with what came with it: the words as understood, or what the registry said."""

    event: Event
    understood: Understood = NOT_UNDERSTOOD
    reading: Reading = NOTHING_READ
    text: str = ""
    lookup: Lookup = Lookup.NONE
    lookup_document: str = ""
    is_unreadable_edit: bool = False

    @property
    def known(self) -> Known:
        """What the facts need of it."""
        return Known(self.reading.has_data, self.lookup, self.lookup_document, self.is_unreadable_edit)


def take(talk: Talk, happening: Happening) -> str:
    """Do all that one event does to the conversation, in the caller's transaction; return the row taken.

    Raises machine.UnexpectedEvent, and Reconsider of `requesting` when the facts changed meanwhile.
    """
    session = talk.facts
    happening = _translate(talk, happening)
    talk.command = happening.understood.command
    picked = _pick_company(talk, happening)
    if session.kind is Kind.ISSUE:
        _change_draft(talk, happening, session)
    facts = gather(talk, happening.event, picked, happening.known)
    before = State(session.state)
    step = machine.step(session, happening.event, facts)
    talk.changed = list_changes(talk.before, talk.note)
    for effect in step.effects:
        carry(talk, effect, step, happening.understood)
    finish(talk, step, happening.event, before)
    return step.row


# --- The event -------------------------------------------------------------------------------------
def _translate(talk: Talk, happening: Happening) -> Happening:
    """Return the event as the table knows it."""
    if happening.event is Event.REPEAT and talk.session is None and talk.company is None:
        talk.data = talk.data.having_said(WANTS_REPEAT)
        return replace(happening, event=Event.ISSUE)  # first the company, then its last note
    if happening.event is Event.REPEAT and talk.session and talk.session.state == State.CHOOSING_COMPANY:
        talk.data = talk.data.having_said(WANTS_REPEAT)
    if _edits_after_the_yes(talk, happening):
        return replace(happening, event=Event.ALTERED)
    if _misses_the_list(talk, happening):
        return replace(happening, event=Event.PICK)
    if happening.event is Event.SWITCH and talk.session is not None and len(talk.speaker.companies) == 1:
        return replace(
            happening, event=Event.INFO, understood=replace(happening.understood, event=Event.INFO)
        )
    if happening.event is Event.UNSURE and talk.session is None:
        return replace(happening, event=Event.INFO, understood=Understood(Event.INFO))
    return happening


def _edits_after_the_yes(talk: Talk, happening: Happening) -> bool:
    """Whether words that were read are edited once the note is being sent: it does not change (§5.2)."""
    if talk.session is None or talk.session.state != State.PROCESSING or talk.batch is None:
        return False
    heard = talk.batch.heard
    is_plain = happening.event in _GIVES or happening.event in {Event.UNSURE, Event.YES}
    return is_plain and bool(heard) and all(one.is_edit for one in heard)


def _misses_the_list(talk: Talk, happening: Happening) -> bool:
    """Whether words while the company is being chosen name none of the list, and give no value either."""
    if talk.session is None or talk.session.state != State.CHOOSING_COMPANY or happening.event not in _GIVES:
        return False
    reading = happening.reading
    values = (reading.document, reading.amount, reading.competence)
    says_more = any(one.status is not Status.MISSING for one in values) or bool(reading.known_takers)
    return not says_more and reading.description.status is not Status.VALID


def _pick_company(talk: Talk, happening: Happening) -> Picked:
    """Return how an answer fits the list of companies or of options; a company that is picked is taken."""
    place = happening.understood.pick
    session = talk.session
    if happening.event is not Event.PICK:
        return Picked.NO_LIST
    if session is not None and session.state == State.CHOOSING_COMPANY:
        if place is None:
            return Picked.NO_MATCH
        company = talk.speaker.companies[place]
        session.company, session.phone = company, talk.speaker.phone_for(company.pk)
        session.state = State.COLLECTING  # so that the turn is about this company; the step decides the rest
        talk.conversation.company = company
        return Picked.ONE
    if session is None:
        if not talk.lists_companies:
            return Picked.NO_LIST
        if place is not None:
            talk.conversation.company = talk.speaker.companies[place]
        return Picked.NO_MATCH if place is None else Picked.ONE
    is_listed = session.question in set(LISTS)
    return (Picked.NO_MATCH if place is None else Picked.ONE) if is_listed else Picked.NO_LIST


# --- The draft -------------------------------------------------------------------------------------
def _change_draft(talk: Talk, happening: Happening, session: facts_of.Session) -> None:
    event, question, state = happening.event, session.question, session.state
    if state in DEAF:
        return
    if event in _GIVES:
        _take_words(talk, happening, at_mirror=state is State.AWAITING_CONFIRMATION)
    elif event is Event.YES and question is not None:
        _apply(talk, question)
    elif event is Event.NO and question is not None:
        _decline(talk, question)
    elif event is Event.PICK and question is not None and happening.understood.pick is not None:
        _choose(talk, question, happening.understood.pick)
    elif _wants_copy(talk, event, session):
        _copy_last(talk, happening)
    elif event in {Event.RESUME, Event.RETRY} and state is State.NONE:
        old = find_resumable(talk.conversation, talk.now)
        if old is not None:
            _resume(talk, old)


def _wants_copy(talk: Talk, event: Event, session: facts_of.Session) -> bool:
    """Whether the last note is to be copied now: asked for with nothing said yet, or before the company."""
    if event is Event.PICK:
        return talk.is_said(WANTS_REPEAT)
    return event is Event.REPEAT and (session.state is State.NONE or not session.has_data)


def _take_words(talk: Talk, happening: Happening, *, at_mirror: bool) -> None:
    understood = happening.understood
    if understood.keeps_old:
        talk.note, talk.kept = keep_old(talk.note)
        return
    fields = set(understood.fields) if at_mirror and understood.fields else None
    before = talk.note
    draft = merge(before, happening.reading, happening.text, *([fields] if fields else []))
    draft = _take_known(talk, draft, happening.reading)
    if at_mirror and draft == before and happening.event is Event.FIX:
        draft = complain(draft, understood.fields)
    if talk.batch is not None and talk.batch.is_from_audio and draft != before:
        draft = replace(draft, is_from_audio=True)
    talk.note = draft


def _take_known(talk: Talk, draft: Draft, reading: Reading) -> Draft:
    """Take the client that was called by name, or list those of the same name (§5.5)."""
    if not reading.known_takers or reading.document.value:
        return draft
    keys = [int(key) for key in reading.known_takers]
    takers = list(Taker.objects.filter(firm_id=talk.firm.pk, pk__in=keys).order_by("name", "pk"))
    if len(takers) == 1:
        only = takers[0]
        return with_taker(draft, document=only.document, taker_id=only.pk, name=only.name)
    options = tuple(Option(str(one.pk), (one.name, one.document, one.nickname)) for one in takers)
    return replace(draft, options=options, document="", taker_id=None, taker_name="")


def _apply(talk: Talk, question: Question) -> None:
    draft = talk.note
    match question:
        case Question.KEEP_DESCRIPTION | Question.GENERIC_DESCRIPTION:
            settled = replace(draft, description=draft.suggestion, suggestion="")
            talk.note = settled.without_trouble(Asked.DESCRIPTION)
        case Question.TAKER_STATUS:
            talk.note = replace(draft, accepts_status=True)
        case Question.REPLACE_DATA:
            _copy_last(talk, Happening(Event.REPEAT))


def _decline(talk: Talk, question: Question) -> None:
    draft = talk.note
    match question:
        case Question.KEEP_DESCRIPTION | Question.GENERIC_DESCRIPTION:
            talk.note = replace(draft, suggestion="", refuses_suggestion=True)
        case Question.TAKER_STATUS:
            talk.note = with_taker(draft, document="")


def _choose(talk: Talk, question: Question, place: int) -> None:
    draft = talk.note
    option = draft.options[place]
    draft = replace(draft, options=())
    match question:
        case Question.CHOOSE_AMOUNT:
            talk.note = replace(draft, cents=int(option.key)).without_trouble(Asked.AMOUNT)
        case Question.CHOOSE_TAKER:
            taker = Taker.objects.get(firm_id=talk.firm.pk, pk=int(option.key))
            talk.note = with_taker(draft, document=taker.document, taker_id=taker.pk, name=taker.name)
        case Question.CHOOSE_SERVICE:
            talk.note = replace(draft, service_id=int(option.key))


def _copy_last(talk: Talk, happening: Happening) -> None:
    company = talk.company
    draft = draft_of_last(talk.firm.pk, company.pk if company else None, talk.now)
    if draft is not None:
        talk.note = merge(draft, happening.reading, happening.text)
        talk.is_copy = True


def _resume(talk: Talk, old: Session) -> None:
    note = talk.draft_of(old)
    talk.note = replace(note, options=(), asked=(), waits_aloud=False, suggestion="")
    talk.earlier = old.request
    if old.company_id is not None and talk.speaker.phone_for(old.company_id) is not None:
        talk.conversation.company_id = old.company_id


def names_of(options: Sequence[Option]) -> list[tuple[str, ...]]:
    """Return the options of a list as `understand` takes them."""
    return [option.names for option in options]

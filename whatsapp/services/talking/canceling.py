"""Cancel an issued note from the chat: which one, why, the summary, and who decides (N14, §5.3)."""

import hashlib
import re
from dataclasses import replace

from core.text import fold
from fiscal.documents.mirror import format_reais
from nfse.models import Firm, Invoice, Notice
from nfse.selectors.invoices import get_invoice
from nfse.selectors.note_actions import list_actions
from nfse.services.notes.canceling import MAX_TEXT, MIN_TEXT, REASONS, cancel_in_transaction
from whatsapp.conversation.draft import CancelDraft, Option
from whatsapp.conversation.states import CloseReason, State
from whatsapp.models import Session
from whatsapp.services.talking.answering import describe_note, name_note
from whatsapp.services.talking.last_notes import find_by_number, list_last
from whatsapp.services.talking.notices import tell_firm
from whatsapp.services.talking.phrasing import as_clause, list_numbered, say
from whatsapp.services.talking.sessions import close_session
from whatsapp.services.talking.talk import Talk
from whatsapp.vocabulary.picks import find_pick

_CODES = (
    ("1", re.compile(r"^\s*1\b|\berr(?:o|ei|ad\w+)\b|\bincorret\w+|\btroquei\b|\bequivoc\w+|\bdados?\b")),
    ("2", re.compile(r"^\s*2\b|\bnao (?:foi |fiz|fizemos|prest|realiz|feit|acontec|execut)\w*|\bdesisti\w*")),
    ("9", re.compile(r"^\s*3\b|\boutr\w+")),
)
_NUMBER = re.compile(r"\b(\d{1,15})\b")


def may_cancel(talk: Talk) -> bool:
    """Whether the phone may cancel, and the firm lets people ask for it in the chat (N14)."""
    company = talk.company
    phones = [talk.speaker.phone_for(company.pk)] if company else list(talk.speaker.phones)
    is_allowed = any(phone is not None and phone.can_cancel for phone in phones)
    return is_allowed and talk.firm.chat_cancellation != Firm.ChatCancellation.OFF


def cancels_directly(talk: Talk) -> bool:
    """Whether a yes cancels without asking the firm."""
    return talk.firm.chat_cancellation == Firm.ChatCancellation.ALLOWED


def start(talk: Talk, number: str) -> None:
    """Begin with the note of a number, or list the last few (T48)."""
    if number and _choose(talk, find_by_number(talk.firm.pk, _company_ids(talk), number)):
        return
    if number:
        say(talk, "NO_NOTE_FOUND", numero=number)
    _list_notes(talk)


def read_answer_of(talk: Talk, text: str) -> bool:
    """Take what a text says of the note or of the reason; return whether it said anything."""
    draft = talk.cancel
    if draft.invoice_id is None:
        return _read_note(talk, text)
    code, words = _read_reason(draft, text)
    if not code and not words:
        return False
    talk.cancel = _with_reason(draft, code, words)
    return True


def show_needs(talk: Talk) -> None:
    """Ask for the note, then for the reason."""
    draft = talk.cancel
    if draft.invoice_id is None:
        _list_notes(talk)
    elif draft.reason_text and not draft.reason_code:
        say(talk, "REASON_SHORT")
    else:
        talk.cancel = replace(draft, asked=("reason",))
        say(talk, "REASON_SHORT" if draft.reason_code == "9" and not draft.reason_text else "T49")


def show_summary(talk: Talk) -> None:
    """Say what would be canceled, and bind the yes to it (T50)."""
    session, invoice = talk.session, _invoice_of(talk)
    if session is None or invoice is None:
        return
    draft = talk.cancel
    session.mirror_hash = _hash(draft)
    session.mirror_seq = talk.conversation.last_seq
    session.mirror_shown_at = talk.now
    session.mirror_is_void = False
    talk.cancel = replace(draft, asked=())
    say(talk, "T50", motivo=draft.reason_text, **name_note(invoice))


def request(talk: Talk) -> None:
    """Ask the authority, as the phone that confirmed. Raises CannotCancel, AskTheFirm, NotAllowed."""
    session, draft = talk.session, talk.cancel
    if session is None or draft.invoice_id is None:
        return
    session.request = cancel_in_transaction(
        actor=talk.deciding or talk.actor,
        invoice_id=draft.invoice_id,
        reason_code=draft.reason_code,
        text=draft.reason_text,
    )


def ask_firm(talk: Talk) -> None:
    """Put the cancellation before the firm's people, who approve or refuse it."""
    invoice = _invoice_of(talk)
    if talk.session is None or invoice is None:
        return
    amount = format_reais(invoice.amount)
    text = f"{talk.speaker.first_name} pede o cancelamento da nota {invoice.number}, {amount}."
    once = f"cancellation:{talk.session.key}"
    tell_firm(talk, Notice.Kind.CANCELLATION_ASKED, "Cancelamento pedido pelo WhatsApp", text, once=once)


def attach(session: Session, invoice: Invoice) -> None:
    """Bind a session to the note that it cancels; the note's company is the session's."""
    session.invoice = invoice
    session.company = invoice.company


def _company_ids(talk: Talk) -> list[int]:
    allowed = [phone.company_id for phone in talk.speaker.phones if phone.can_cancel]
    return [talk.company.pk] if talk.company and talk.company.pk in allowed else allowed


def _list_notes(talk: Talk) -> None:
    notes = list_last(talk.firm.pk, _company_ids(talk), standing=True)
    options = tuple(Option(str(note.pk), (note.number, describe_note(note))) for note in notes)
    talk.cancel = replace(talk.cancel, options=options, asked=("invoice",))
    if notes:
        say(talk, "T48", lista=list_numbered(describe_note(note) for note in notes))
        return
    say(talk, "NOTHING_TO_CANCEL")
    if talk.session is not None:  # a session that can ask nothing would hear every later word
        talk.landed = State.CANCELED
        close_session(talk, talk.session, CloseReason.CANCELED_BY_USER)


def _read_note(talk: Talk, text: str) -> bool:
    """Take the entry of the list that was shown; else the note of a number. "1" is the first of the list."""
    options = talk.cancel.options
    place = find_pick(text, [option.names for option in options]) if options else None
    if place is not None:
        return _choose(talk, get_invoice(talk.firm.pk, int(options[place].key)))
    number = _NUMBER.search(text)
    return _choose(talk, find_by_number(talk.firm.pk, _company_ids(talk), number[1]) if number else None)


def _choose(talk: Talk, invoice: Invoice | None) -> bool:
    """Take a note, unless it cannot be canceled now: that is told, and another may be named."""
    if invoice is None or talk.session is None:
        return False
    actions = list_actions(invoice.request, invoice, can_issue=True)
    if not actions.cancel:
        reason = actions.refusal or "ela já não está em vigor ou passou do prazo"
        say(talk, "NOT_CANCELABLE", numero=invoice.number, motivo=as_clause(reason))
        return False
    attach(talk.session, invoice)
    talk.session.phone = talk.speaker.phone_for(invoice.company_id)
    talk.cancel = CancelDraft(invoice_id=invoice.pk, asked=("reason",))
    return True


def _read_reason(draft: CancelDraft, text: str) -> tuple[str, str]:
    plain = fold(text)
    code = next((code for code, pattern in _CODES if pattern.search(plain)), "")
    words = " ".join(re.sub(r"^\s*[123]\b[\s.,:)-]*", "", text).split())
    if words and not code:
        code = draft.reason_code or "9"
    return code, words


def _with_reason(draft: CancelDraft, code: str, words: str) -> CancelDraft:
    """Complete the reason: the authority wants 15 characters, which the name of the reason may give."""
    code = code or draft.reason_code
    label = REASONS[code]
    if not words and len(label) >= MIN_TEXT:
        return replace(draft, reason_code=code, reason_text=label)
    if len(words) < MIN_TEXT and code != "9":
        words = f"{label}: {words}" if words else label
    if len(words) < MIN_TEXT:
        return replace(draft, reason_code="", reason_text=words or label)
    return replace(draft, reason_code=code, reason_text=words[:MAX_TEXT])


def _invoice_of(talk: Talk) -> Invoice | None:
    invoice_id = talk.cancel.invoice_id
    return get_invoice(talk.firm.pk, invoice_id) if invoice_id else None


def _hash(draft: CancelDraft) -> str:
    content = f"{draft.invoice_id}:{draft.reason_code}:{draft.reason_text}"
    return hashlib.sha256(content.encode()).hexdigest()

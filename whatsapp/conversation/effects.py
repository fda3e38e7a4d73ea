"""What a step asks of the services, by name: nothing here says, sends or saves."""

from dataclasses import dataclass
from enum import StrEnum

from whatsapp.conversation.states import CloseReason, Question


class Do(StrEnum):
    SAY = "say"
    ASK = "ask"
    OPEN_SESSION = "open_session"
    KEEP_DATA = "keep_data"
    COPY_LAST_NOTE = "copy_last_note"
    COPY_OLD_SESSION = "copy_old_session"
    REMEMBER_COMPANY = "remember_company"
    KEEP_LIST = "keep_list"
    OFFER_HANDOFF = "offer_handoff"
    APPLY_ANSWER = "apply_answer"
    DECLINE_ANSWER = "decline_answer"
    CHOOSE = "choose"
    SHOW_NEEDS = "show_needs"
    SHOW_MIRROR = "show_mirror"
    VOID_MIRROR = "void_mirror"
    SAVE_REQUEST = "save_request"
    RETRY_REQUEST = "retry_request"
    WITHDRAW_REQUEST = "withdraw_request"
    REMEMBER_CANCEL = "remember_cancel"
    FILL_TAKER = "fill_taker"
    LOOK_UP_AGAIN = "look_up_again"
    STOP_CLOCK = "stop_clock"
    SEND_DOCUMENTS = "send_documents"
    OPEN_CANCELLATION = "open_cancellation"
    ASK_FIRM = "ask_firm"
    REQUEST_CANCELLATION = "request_cancellation"
    NOTIFY_FIRM = "notify_firm"
    ALERT = "alert"
    ANSWER = "answer"
    HAND_OFF = "hand_off"
    SHOW_STATE = "show_state"
    RECORD = "record"
    WAIT_FOR_RESULT = "wait_for_result"
    CLOSE = "close"


@dataclass(frozen=True)
class Effect:
    """One thing to do. `text`: the key of `texts.py` for SAY. `once`: not again while nothing changed."""

    do: Do
    text: str = ""
    question: Question | None = None
    reason: CloseReason | None = None
    once: bool = False


def say(text: str, *, once: bool = False) -> Effect:
    """Return the effect of sending a text of PRODUCT.md §5.10."""
    return Effect(Do.SAY, text=text, once=once)


def ask(question: Question, text: str = "") -> Effect:
    """Return the effect of setting the pending question, with its text where §5.3 names one."""
    return Effect(Do.ASK, text=text, question=question)


def close(reason: CloseReason) -> Effect:
    """Return the effect of closing the session."""
    return Effect(Do.CLOSE, reason=reason)


def do(kind: Do) -> Effect:
    """Return an effect that needs no more than its name."""
    return Effect(kind)

"""Words and tones of the pages of Notas."""

from django import template

from nfse.states import ASKING, State

register = template.Library()

TONES = {
    State.QUEUED: "neutral",
    State.SENDING: "info",
    State.ACCEPTED: "info",
    State.IN_DOUBT: "warning",
    State.ISSUED: "success",
    State.REJECTED: "danger",
    State.FAILED: "danger",
    State.WITHDRAWN: "neutral",
    State.CANCELING: "warning",
    State.IN_ANALYSIS: "warning",
    State.CANCELED: "neutral",
    State.REPLACED: "neutral",
}
MOVING = ASKING | {State.SENDING, State.CANCELING}


@register.filter
def state_label(state: str) -> str:
    """What a state of a request is called."""
    return State(state).label


@register.filter
def state_tone(state: str) -> str:
    """The tone of a state's badge."""
    return TONES[State(state)]


@register.filter
def is_moving(state: str) -> bool:
    """Whether the state goes on by itself at this moment; its badge pulses."""
    return state in MOVING

"""Words and tones of the pages of Notas."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.http import QueryDict

from nfse.models import InvoiceRequest, Notice
from nfse.selectors.notices import count_unread_of_member
from nfse.states import ASKING, OPEN, State

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
WATCHED = OPEN | {State.CANCELING}


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


@register.filter
def is_open(state: str) -> bool:
    """Whether it is not known yet what becomes of the request."""
    return state in OPEN


@register.simple_tag(takes_context=True)
def status_query(context: template.Context, requests: Iterable[InvoiceRequest]) -> str:
    """What a page asks `invoices_status` for: the rows that will change, as shown; "" when all rest.

    On a page with `totals` the filter of the address goes along, so that they follow.
    """
    moving = [f"{one.pk}:{one.state}" for one in requests if one.state in WATCHED]
    if not moving:
        return ""
    query = QueryDict(mutable=True)
    if context.get("totals") or context.get("has_totals"):
        query.update(context["request"].GET)
        query["totais"] = "1"
    if context.get("hide_company"):
        query["sem_empresa"] = "1"
    query["mostradas"] = ",".join(moving)
    return query.urlencode()


NOTICES = {
    Notice.Kind.REJECTED: ("file-x", "danger"),
    Notice.Kind.IN_DOUBT: ("hourglass", "warning"),
    Notice.Kind.CERTIFICATE: ("certificate", "warning"),
    Notice.Kind.CHANNEL_DOWN: ("plug-connected-x", "danger"),
    Notice.Kind.HANDOFF: ("headset", "info"),
    Notice.Kind.CANCELLATION_ASKED: ("ban", "warning"),
    Notice.Kind.NOT_READY: ("building-off", "warning"),
    Notice.Kind.NOTE_CHANGED: ("refresh-alert", "info"),
    Notice.Kind.CLOSING: ("archive", "success"),
}


@register.filter
def notice_icon_name(kind: str) -> str:
    """The icon of a kind of notice."""
    return NOTICES[Notice.Kind(kind)][0]


@register.filter
def notice_tone(kind: str) -> str:
    """The tone of a kind of notice."""
    return NOTICES[Notice.Kind(kind)][1]


@register.inclusion_tag("portal/_bell.html", takes_context=True)
def notice_bell(context: template.Context) -> dict[str, Any]:
    """The bell in the header, one query; nothing for who works in no firm."""
    membership = getattr(context.get("request"), "membership", None)
    return {"unread": count_unread_of_member(membership) if membership else None}

"""What an answer of the Evolution API means: its 400 says nothing by itself (evolution.md 3)."""

from collections.abc import Mapping
from typing import Any

import structlog

from core.errors import Refused, Unavailable, Unknown, Unreadable
from core.http import Response, report_account_trouble
from whatsapp.gateways.transport import NotOnWhatsApp

logger = structlog.get_logger(__name__)
NAME = "evolution"
_OUR_FAULT = frozenset({401, 403, 404, 413, 422})


class LicenseRequired(Unavailable):
    """The server was never activated: an operator must act (2.4.0)."""


def read_body(response: Response) -> Any:
    """Return the JSON of an answer, None when there is none."""
    try:
        return response.json()
    except Unreadable:
        return None


def list_messages(response: Response) -> list[Any]:
    """Return `response.message` as a flat list: it may be a text, a list, or lists of texts or objects."""
    body = read_body(response)
    found = body.get("response") if isinstance(body, Mapping) else None
    message = found.get("message") if isinstance(found, Mapping) else None
    items = message if isinstance(message, list) else [message]
    return [inner for item in items for inner in (item if isinstance(item, list) else [item])]


def judge_send(response: Response) -> None:
    """Raise what an answer of 4xx or 5xx to a send means.

    Raises NotOnWhatsApp; Refused for our own fault; Unavailable when nothing was sent; Unknown otherwise,
    because everything that fails inside a send is a 400, also after WhatsApp has accepted it.
    """
    if response.status < 400:
        return
    messages = list_messages(response)
    if response.status == 400:
        if any(isinstance(one, Mapping) and one.get("exists") is False for one in messages):
            raise NotOnWhatsApp("400", detail="exists: false")
        if _is_schema(response):
            raise Refused("400", detail="schema")
        raise Unknown(detail="400 inside the send")
    body = read_body(response)
    if response.status > 500 and not (isinstance(body, Mapping) and "code" in body):
        raise Unknown(detail=f"{NAME}: HTTP {response.status}")  # not Evolution's word: something in between
    judge(response)


def judge(response: Response) -> None:
    """Raise what an answer of 4xx or 5xx means where repeating does no harm."""
    if response.status < 400:
        return
    body = read_body(response)
    if response.status == 503 and isinstance(body, Mapping) and body.get("code") == "LICENSE_REQUIRED":
        report_account_trouble(NAME, "license")
        raise LicenseRequired(detail="LICENSE_REQUIRED")
    if response.status in _OUR_FAULT:
        if response.status == 401:
            logger.error("evolution_refuses_key")
        raise Refused(str(response.status), detail=f"{NAME}: HTTP {response.status}")
    if response.status == 400:
        raise Refused("400", detail=f"{NAME}: HTTP 400")
    raise Unavailable(detail=f"{NAME}: HTTP {response.status}")


def _is_schema(response: Response) -> bool:
    """Whether the body broke the schema: the only answer whose message is a list of lists."""
    body = read_body(response)
    found = body.get("response") if isinstance(body, Mapping) else None
    message = found.get("message") if isinstance(found, Mapping) else None
    return isinstance(message, list) and any(isinstance(item, list) for item in message)

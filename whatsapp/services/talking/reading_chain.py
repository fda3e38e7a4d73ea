"""From words to values: rules first, the model only for what they leave over (W8, §5.4, R66, R67, R78)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from django.conf import settings
from django.utils import timezone

from core.errors import ProviderError
from core.text import fold
from whatsapp.conversation.understanding import Understood
from whatsapp.gateways.openai_client import CallReport
from whatsapp.gateways.openai_reading import WordsRequest, read_words
from whatsapp.reading.description import check_description, is_chatter
from whatsapp.reading.reader import read_messages
from whatsapp.reading.service_words import begins_a_service
from whatsapp.reading.values import Asked, Reading, ReadingContext, Status, TextRead
from whatsapp.vocabulary.commands import Command, Commanded
from whatsapp.vocabulary.events import Event
from whatsapp.vocabulary.start import Intent

log = structlog.get_logger(__name__)

_ORDER = (Asked.DESCRIPTION, Asked.TAKER_NAME, Asked.TAKER, Asked.AMOUNT, Asked.COMPETENCE)
_EVENT_OF = {
    Intent.ISSUE: Event.ISSUE,
    Intent.REPEAT_LAST: Event.REPEAT,
    Intent.SWITCH_COMPANY: Event.SWITCH,
    Intent.TALK_TO_ACCOUNTANT: Event.HANDOFF,
}
_COMMAND_OF = {
    Intent.HELP: Command.HELP,
    Intent.STATUS: Command.STATUS,
    Intent.LIST_INVOICES: Command.LIST,
}


@dataclass(frozen=True)
class Chain:
    """What the words say. `intent`: what the model takes them for; OTHER without a model."""

    reading: Reading
    intent: Intent = Intent.OTHER
    reports: tuple[CallReport, ...] = ()


def read_chain(
    texts: Sequence[str],
    context: ReadingContext,
    *,
    conversation_id: int | None = None,
    may_ask: bool = True,
) -> Chain:
    """Read texts with the rules, and ask the model about the words that are left. Outside of transactions.

    `may_ask`: false leaves it at the rules, as when the model does not answer (R78).
    """
    reading = read_messages(list(texts), context)
    words = "\n".join(reading.leftover)
    if not (may_ask and settings.OPENAI_ENABLED and reading.needs_llm and words):
        return Chain(reading)
    asked = next((field for field in _ORDER if field in context.asked), None)
    reports: list[CallReport] = []
    try:
        answer = read_words(WordsRequest(words, asked, conversation_id), observe=reports.append)
    except ProviderError as error:
        log.warning("model_did_not_read", error=type(error).__name__)
        return Chain(reading, reports=tuple(reports))
    lacks_description = reading.description.status is Status.MISSING
    if lacks_description and _may_describe(reading, context, answer.description):
        reading = replace(reading, description=check_description(answer.description))
    if _lacks_client(reading) and answer.taker_name:
        reading = replace(reading, taker_name=TextRead(Status.VALID, answer.taker_name))
    return Chain(reading, answer.intent, tuple(reports))


def apply_intent(understood: Understood, intent: Intent) -> Understood:
    """Return what was understood, or what the model takes words for that no rule understood.

    The model never says yes, no or cancel, and never what a correction is: doubt stays doubt (R72).
    """
    if understood.event is not Event.UNSURE:
        return understood
    if intent in _EVENT_OF:
        return Understood(_EVENT_OF[intent])
    if intent in _COMMAND_OF:
        return Understood(Event.INFO, command=Commanded(_COMMAND_OF[intent]))
    if intent in {Intent.GREETING, Intent.THANKS}:
        return Understood(Event.INFO, social=intent)
    return understood


def context_at(now: datetime, **known: object) -> ReadingContext:
    """Return what the reader may know, at a moment in São Paulo."""
    return replace(ReadingContext(now=timezone.localtime(now)), **known)  # type: ignore[arg-type]


def _may_describe(reading: Reading, context: ReadingContext, words: str) -> bool:
    """Whether what the model takes for the service may be it: asked for, beside other values, or named so.

    A sentence to the machine is a sentence, whatever the model makes of it (R83).
    """
    if not words or is_chatter(words):
        return False
    is_expected = Asked.DESCRIPTION in context.asked or reading.has_data or reading.asks_for_invoice
    return is_expected or begins_a_service((fold(words).split() or [""])[0])


def _lacks_client(reading: Reading) -> bool:
    return (
        reading.taker_name.status is Status.MISSING
        and reading.document.status is Status.MISSING
        and not reading.known_takers
    )

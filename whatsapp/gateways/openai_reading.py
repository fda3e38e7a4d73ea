"""What the rules left of a message: a description, a name, an intent, in the person's own words."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

import pydantic
from django.conf import settings

from core.crypto import blind_index
from core.errors import Refused, Unavailable
from core.masking import mask_text
from whatsapp.gateways.openai_client import (
    Answered,
    Call,
    NoAnswer,
    Observe,
    Outcome,
    Purpose,
    ask,
    ignore,
)
from whatsapp.reading.own_words import find_said, hide_numbers
from whatsapp.reading.values import Asked
from whatsapp.vocabulary.start import Intent

PROMPT_VERSION = "reading-1"
MAX_CHARACTERS = 2000
TOKENS, MORE_TOKENS = 400, 1200
_PROMPTS = Path(__file__).parent / "prompts"
_ASKED = {
    Asked.DESCRIPTION: "a descrição do serviço",
    Asked.TAKER_NAME: "o nome do cliente",
    Asked.TAKER: "o CNPJ, o CPF ou o nome do cliente",
    Asked.AMOUNT: "o valor",
    Asked.COMPETENCE: "quando o serviço foi feito",
}
IntentName = Literal[
    "issue",
    "help",
    "status",
    "cancel_invoice",
    "greeting",
    "list_invoices",
    "repeat_last",
    "switch_company",
    "talk_to_accountant",
    "thanks",
    "other",
]


class Words(pydantic.BaseModel):
    """The shape that the model must answer in. Its values are only claims: code checks each."""

    description: str | None
    taker_name: str | None
    intent: IntentName


@dataclass(frozen=True)
class WordsRequest:
    """`words`: those that no rule explains (Reading.leftover). `asked`: what the last question was about."""

    words: str = field(repr=False)
    asked: Asked | None = None
    conversation_id: int | None = None


@dataclass(frozen=True)
class WordsAnswer:
    """Empty: not said. `invented`: fields for which the model gave words that nobody wrote."""

    description: str = field(default="", repr=False)
    taker_name: str = field(default="", repr=False)
    intent: Intent = Intent.OTHER
    invented: tuple[str, ...] = ()


def read_words(request: WordsRequest, *, observe: Observe = ignore) -> WordsAnswer:
    """Ask the model for what a message means, and keep only what stands in it.

    Documents, phones, addresses and amounts are hidden before anything is sent. `observe` is shown every try,
    for whatsapp.services.ai_calls.

    Raises CalledInsideTransaction, and as core.http ProviderAccountTrouble, Refused, Unavailable, Unreadable;
    after any of the latter the chat goes on with what the rules read.
    """
    words = hide_values(request.words)[:MAX_CHARACTERS]
    if not any(letter.isalpha() for letter in words):
        return WordsAnswer()
    limit = iter((TOKENS, MORE_TOKENS))
    claimed = ask(
        Call(Purpose.READING, settings.OPENAI_READING_MODEL, PROMPT_VERSION),
        lambda client, seconds: client.responses.with_raw_response.create(
            model=settings.OPENAI_READING_MODEL,
            instructions=load_prompt(),
            input=write_input(words, request.asked),
            text=answer_format(),
            store=False,
            max_output_tokens=next(limit),
            prompt_cache_key=PROMPT_VERSION,
            timeout=seconds,
            **_who(request.conversation_id),
        ),
        _read,
        observe,
    )
    return check_claims(claimed, words)


def check_claims(claimed: Words, words: str) -> WordsAnswer:
    """Return what the model claims as far as it stands in the words."""
    given = {"description": claimed.description or "", "taker_name": claimed.taker_name or ""}
    said = {name: find_said(value, words) for name, value in given.items()}
    return WordsAnswer(
        description=said["description"],
        taker_name=said["taker_name"],
        intent=Intent(claimed.intent),
        invented=tuple(name for name, value in given.items() if value.strip() and not said[name]),
    )


def hide_values(words: str) -> str:
    """Return the words without documents, phones, addresses and amounts: none of them leaves the house."""
    return hide_numbers(mask_text(words))


def write_input(words: str, asked: Asked | None) -> str:
    """Return the part of the prompt that differs: behind the steady prefix, the words last."""
    question = _ASKED[asked] if asked else "nada ainda"
    return f"O que perguntamos por último: {question}\nMensagem do cliente:\n{words}"


@lru_cache(maxsize=1)
def load_prompt() -> str:
    return (_PROMPTS / f"{PROMPT_VERSION}.md").read_text()


@lru_cache(maxsize=1)
def answer_format() -> Any:
    """Return the strict JSON schema of `Words`, made once: the SDK would make it with each call."""
    schema = {**Words.model_json_schema(), "additionalProperties": False}
    return {"format": {"type": "json_schema", "strict": True, "name": Words.__name__, "schema": schema}}


def _who(conversation_id: int | None) -> dict[str, Any]:
    """Name the conversation by a keyed hash: protection against misuse asks for a steady name."""
    if conversation_id is None:
        return {}
    return {"safety_identifier": blind_index(str(conversation_id), "whatsapp.openai")[:64]}


def _read(answered: Answered) -> Words:
    """Return the claims. Raises NoAnswer, Refused("refusal"), Unavailable."""
    status = answered.body.get("status")
    if status == "failed":
        raise Unavailable(detail="openai: status failed")
    if status == "incomplete":
        raise NoAnswer(Outcome.CUT)
    try:
        parts = _list_parts(answered.body)
        text = next((part["text"] for part in parts if part.get("type") == "output_text"), None)
        if text is not None:
            return Words.model_validate_json(text)
    except (ValueError, AttributeError, TypeError, KeyError):
        raise NoAnswer(Outcome.UNREADABLE) from None
    if any(part.get("type") == "refusal" for part in parts):
        raise Refused(Outcome.REFUSAL, detail="openai: refusal")
    raise NoAnswer(Outcome.EMPTY)


def _list_parts(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the answer consists of. Its JSON is enough: the SDK's objects cost as ten queries do."""
    messages = (item for item in body.get("output") or [] if item.get("type") == "message")
    said = (item for item in messages if item.get("phase") in {None, "final_answer"})
    return [part for item in said for part in item.get("content") or []]


if set(get_args(IntentName)) != set(Intent):  # pragma: no cover - seen at import
    raise AssertionError("the intents of the model and of the vocabulary differ")

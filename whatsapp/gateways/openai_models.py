"""Whether the models of the settings exist, and until when: one that is shut down answers 404."""

from dataclasses import dataclass
from datetime import date

import openai
from django.conf import settings

from whatsapp.gateways.openai_client import Answered, Call, Purpose, ask


@dataclass(frozen=True)
class ModelFacts:
    name: str
    shutdown_on: date | None


def find_model(name: str) -> ModelFacts:
    """Return what OpenAI says of a model. Raises as core.http; ProviderAccountTrouble: no such model."""
    return ask(
        Call(Purpose.READING, name),
        lambda client, seconds: _retrieve(client, name, seconds),
        lambda answered: _read(answered, name),
    )


def names_in_use() -> tuple[str, ...]:
    return tuple(dict.fromkeys((settings.OPENAI_READING_MODEL, settings.OPENAI_HEARING_MODEL)))


def _retrieve(client: openai.OpenAI, name: str, seconds: float) -> object:
    return client.models.with_raw_response.retrieve(name, timeout=seconds)


def _read(answered: Answered, name: str) -> ModelFacts:
    text = str(answered.body.get("shutdown_date") or "")
    try:
        return ModelFacts(name, date.fromisoformat(text[:10]) if text else None)
    except ValueError:
        return ModelFacts(name, None)

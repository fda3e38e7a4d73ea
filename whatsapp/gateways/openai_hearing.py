"""Voice notes as text."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from whatsapp.gateways.openai_client import Answered, Call, Observe, Purpose, ask, ignore

LANGUAGE = "pt"
KEYWORDS = ("NFS-e", "tomador", "CNPJ", "CPF", "ISS", "nota")
LONG_SECONDS = 5
MAX_CHARACTERS = 4000
_EXTENSIONS = {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/webm": "webm",
}


@dataclass(frozen=True)
class Audio:
    """A voice note as it came. `seconds`: what WhatsApp says of its length."""

    content: bytes = field(repr=False)
    content_type: str = "audio/ogg"
    seconds: int = 0


@dataclass(frozen=True)
class Heard:
    """`is_clear`: it says something, in Portuguese, and more than one word of a long note (T39)."""

    text: str = field(repr=False)
    is_clear: bool


def transcribe(audio: Audio, *, observe: Observe = ignore) -> Heard:
    """Return what a voice note says.

    Raises CalledInsideTransaction, and as core.http: ProviderAccountTrouble, Refused (also for broken audio),
    Unavailable, Unreadable.
    """
    kind = audio.content_type.partition(";")[0].strip().lower()
    model = settings.OPENAI_HEARING_MODEL
    file = (f"audio.{_EXTENSIONS.get(kind, 'ogg')}", audio.content, kind or "audio/ogg")
    return ask(
        Call(Purpose.TRANSCRIPTION, model, audio_seconds=audio.seconds),
        lambda client, seconds: client.audio.transcriptions.with_raw_response.create(
            model=model, file=file, timeout=seconds, **_hints(model)
        ),
        lambda answered: _read(answered, audio.seconds),
        observe,
    )


def _hints(model: str) -> dict[str, Any]:
    """Newer models take languages and keywords, older ones a language and a prompt."""
    if model.startswith("gpt-transcribe"):
        return {"languages": [LANGUAGE], "keywords": list(KEYWORDS)}
    return {"language": LANGUAGE, "prompt": ", ".join(KEYWORDS)}


def _read(answered: Answered, seconds: int) -> Heard:
    text = str(answered.body.get("text") or "").strip()[:MAX_CHARACTERS]
    languages = [str(each.get("code", "")) for each in answered.body.get("languages") or []]
    is_portuguese = not languages or any(each.lower().startswith(LANGUAGE) for each in languages)
    is_long_enough = len(text.split()) > 1 or (bool(text) and seconds <= LONG_SECONDS)
    return Heard(text, is_portuguese and is_long_enough)

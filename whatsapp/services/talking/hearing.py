"""Voice notes of a batch as text, each transcribed once (W14)."""

from datetime import datetime

import structlog

from core.errors import ProviderError
from whatsapp.gateways.openai_client import CallReport
from whatsapp.gateways.openai_hearing import Audio, transcribe
from whatsapp.models import Conversation, InboundMessage, StoredMedia
from whatsapp.services.ai_calls import save_ai_calls
from whatsapp.services.talking.batches import LONGEST_AUDIO

log = structlog.get_logger(__name__)


def hear_audio(conversation: Conversation, messages: list[InboundMessage], now: datetime) -> dict[int, str]:
    """Return what the voice notes among these messages say, by message. Outside of any transaction.

    One that is too long, was not fetched, or cannot be understood is not in it.
    """
    heard: dict[int, str] = {}
    for message in messages:
        if message.kind != InboundMessage.Kind.AUDIO or (message.media_seconds or 0) > LONGEST_AUDIO:
            continue
        if message.transcript:
            heard[message.pk] = message.transcript
            continue
        media = StoredMedia.objects.filter(message=message).first()
        text = _transcribe(conversation, message, media, now) if media is not None else ""
        if text:
            heard[message.pk] = text
    return heard


def _transcribe(
    conversation: Conversation, message: InboundMessage, media: StoredMedia, now: datetime
) -> str:
    reports: list[CallReport] = []
    try:
        audio = Audio(bytes(media.content), media.media_type, message.media_seconds or 0)
        answer = transcribe(audio, observe=reports.append)
    except ProviderError as error:
        log.warning("voice_note_not_heard", error=type(error).__name__)
        return ""
    finally:
        save_ai_calls(firm_id=conversation.firm_id, conversation_id=conversation.pk, reports=reports, at=now)
    if not answer.is_clear:
        return ""
    InboundMessage.objects.filter(pk=message.pk).update(transcript=answer.text)
    return answer.text

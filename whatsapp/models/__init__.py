"""Tables of the chat. Text of people is encrypted; what is looked up has a blind index (R28)."""

from whatsapp.models.ai_calls import AiCall, AiModel
from whatsapp.models.channels import Channel, ChannelEvent
from whatsapp.models.contacts import Contact, ContactAlias
from whatsapp.models.conversations import Conversation
from whatsapp.models.messages import InboundMessage, StoredMedia
from whatsapp.models.outbox import OutboundMessage
from whatsapp.models.sessions import Session, SessionEvent

__all__ = [
    "AiCall",
    "AiModel",
    "Channel",
    "ChannelEvent",
    "Contact",
    "ContactAlias",
    "Conversation",
    "InboundMessage",
    "OutboundMessage",
    "Session",
    "SessionEvent",
    "StoredMedia",
]

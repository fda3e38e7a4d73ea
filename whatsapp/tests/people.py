"""Rows for tests of the chat. The day is NOW. Phones have DDD 20, which does not exist."""

from datetime import UTC, datetime
from typing import Any

from nfse.models import Firm
from nfse.tests.firms import make_office
from whatsapp.models import Channel, Contact, ContactAlias, Conversation, InboundMessage, Session

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANA = "5520987654321"
SECRET = "the-secret-of-this-channel"


def make_channel(firm: Firm | None = None, index: int = 1, **fields: Any) -> Channel:
    """A connected channel under the name of the samples, ch-fictional-0001."""
    values = {
        "name": f"Atendimento {index}",
        "key": f"ch-fictional-{index:04}",
        "instance_name": f"ch-fictional-{index:04}",
        "secret": SECRET,
        "token": f"token-of-instance-{index}",
        "number": "5520911110000",
        "state": Channel.State.CONNECTED,
        "state_at": NOW,
        "is_created": True,
        **fields,
    }
    return Channel.objects.create(firm=firm or make_office(index).firm, **values)


def make_talk(channel: Channel, phone: str = ANA, **fields: Any) -> Conversation:
    """The conversation of a person who wrote from this phone."""
    contact = Contact.objects.create(channel=channel, name="Ana Exemplo")
    alias = ContactAlias(channel=channel, contact=contact, kind=ContactAlias.Kind.PHONE)
    alias.digits = phone
    alias.save()
    values = {"address": f"{phone}@s.whatsapp.net", **fields}
    return Conversation.objects.create(firm_id=channel.firm_id, channel=channel, contact=contact, **values)


def make_message(
    talk: Conversation, text: str = "oi", *, message_id: str = "ID1", **fields: Any
) -> InboundMessage:
    """A message that arrived and was not read."""
    talk.last_seq += 1
    talk.save(update_fields=["last_seq"])
    values = {
        "provider_message_id": message_id,
        "address": talk.address,
        "seq": talk.last_seq,
        "sent_at": NOW,
        "received_at": NOW,
        "kind": "text",
        "text": text,
        **fields,
    }
    return InboundMessage.objects.create(channel_id=talk.channel_id, conversation=talk, **values)


def make_session(talk: Conversation, **fields: Any) -> Session:
    values = {"state": "collecting", "opened_at": NOW, "state_changed_at": NOW, **fields}
    return Session.objects.create(firm_id=talk.firm_id, conversation=talk, **values)

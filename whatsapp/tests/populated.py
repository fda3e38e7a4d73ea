"""A firm with one row of everything, the chat's among them (nfse.tests.populated)."""

from django.utils import timezone

from nfse.tests import populated as of_notas
from nfse.tests.populated import Populated
from whatsapp.models import (
    AiCall,
    Channel,
    Contact,
    ContactAlias,
    Conversation,
    InboundMessage,
    OutboundMessage,
    Session,
    SessionEvent,
)


def make_populated(number: int) -> Populated:
    """Return firm 1 or 2, with a channel and a conversation in words of its own."""
    populated = of_notas.make_populated(number)
    channel = _make_channel(populated)
    talk = _make_talk(populated, channel)
    populated.ids["channel_id"] = channel.pk
    populated.ids["conversation_id"] = talk.pk
    return populated


def _make_channel(populated: Populated) -> Channel:
    number, name = populated.number, populated.name
    return Channel.objects.create(
        firm=populated.office.firm,
        name=f"Canal {name}",
        key=f"key-of-{name.lower()}-{number:032}",
        instance_name=f"ch-{number:024}",
        secret=f"secret-of-{name.lower()}",
        token=f"token-of-{name.lower()}",
        number=f"55513{number}990011",
        state=Channel.State.CONNECTED,
        state_at=timezone.now(),
        is_created=True,
    )


def _make_talk(populated: Populated, channel: Channel) -> Conversation:
    now, name, firm = timezone.now(), populated.name, populated.office.firm
    contact = Contact.objects.create(channel=channel, name=f"Zeladora {name}")
    alias = ContactAlias(channel=channel, contact=contact, kind=ContactAlias.Kind.PHONE)
    alias.digits = populated.phone.number.removeprefix("+")
    alias.save()
    talk = Conversation.objects.create(
        firm=firm,
        channel=channel,
        contact=contact,
        address=f"{alias.digits}@s.whatsapp.net",
        last_seq=1,
        done_seq=1,
        out_seq=1,
        company=populated.company,
        last_message_at=now,
    )
    InboundMessage.objects.create(
        channel=channel,
        conversation=talk,
        seq=1,
        provider_message_id=f"IN{populated.number}",
        address=talk.address,
        sent_at=now,
        received_at=now,
        kind="text",
        text=f"nota para a {populated.taker.name}",
    )
    session = Session.objects.create(
        firm=firm,
        conversation=talk,
        label=f"{name[:5].upper()}-{populated.number:05}",
        state="collecting",
        company=populated.company,
        phone=populated.phone,
        opened_at=now,
        state_changed_at=now,
        last_user_at=now,
    )
    SessionEvent.objects.create(
        session=session, row="1", event="data", from_state="none", to_state="collecting", at=now
    )
    OutboundMessage.objects.create(
        channel=channel,
        conversation=talk,
        session=session,
        seq=1,
        cause="sample",
        dedupe_key=f"sample:{populated.number}",
        kind="text",
        text=f"Pode ser, {name}!",
        state="sent",
        created_at=now,
        sent_at=now,
    )
    AiCall.objects.create(
        firm=firm, conversation=talk, purpose="reading", model=f"model-of-{name}", outcome="ok", at=now
    )
    return talk

"""Which contact wrote: identities are collected, linked and joined, never guessed (W4, R76; evolution.md 9).

A contact has at most one phone, in both spellings of the ninth digit, and any number of hidden numbers.
Rights follow the phone. A hidden number that is told together with a phone belongs to that phone from then
on; a contact that was known by the hidden number alone is joined to the phone's, with what it wrote. The
phone's conversation goes on, whichever is older: only there can a session be open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.db import connection
from django.db.models import QuerySet

from core.compiled import Compiled, Parameter
from whatsapp.models import Channel, Contact, ContactAlias, Conversation, InboundMessage
from whatsapp.transport.addresses import Address, AddressKind

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('whatsapp.identity:' || %s, 0))"


def _of_contact(count: int) -> QuerySet[Conversation]:
    """The conversation, to be locked, of the contact that has so many identities."""
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("contact")
    rows = rows.filter(channel=Parameter("channel"))
    for place in range(count):  # a join for each: all of them must be the same contact's
        index = Parameter(f"index_{place}")
        rows = rows.filter(contact__aliases__channel=Parameter("channel"), contact__aliases__index=index)
    return rows


_OF_CONTACT = [Compiled(partial(_of_contact, count)) for count in (1, 2, 3)]
"""By the number of identities that a message names."""


@dataclass(frozen=True)
class Identity:
    """One identity of a sender as it is looked up."""

    kind: str
    digits: str
    index: str


def find_conversation(channel: Channel, addresses: Sequence[Address]) -> Conversation | None:
    """Return the conversation, locked, of somebody who is known by one of the addresses; learn nothing."""
    known = _find_aliases(channel, _identities(addresses))
    return _lock_conversation(channel, next(iter(known.values())).contact_id) if known else None


def open_conversation(channel: Channel, addresses: Sequence[Address], name: str) -> Conversation:
    """Return the sender's conversation, locked in the caller's transaction; made and joined where it must be.

    `addresses` are all identities that one message of the sender names, the one it came from first.
    """
    identities = _identities(addresses)
    conversation = _lock_known(channel, identities)
    if conversation is None:
        lock_identities(channel.pk)
        known = _find_aliases(channel, identities)
        conversation = _lock_conversation(channel, _settle(channel, identities, known, name))
    if conversation.forgotten_at is not None:  # while this waited for its lock: the person is a new one
        return open_conversation(channel, addresses, name)
    return conversation


def lock_identities(channel_id: int) -> None:
    """Let identities of a channel be settled, or forgotten, one after another, until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [channel_id])


def _lock_known(channel: Channel, identities: list[Identity]) -> Conversation | None:
    """Return the conversation, locked, of the contact that has every one of the identities; most have."""
    if not 1 <= len(identities) <= len(_OF_CONTACT):
        return None
    find = _OF_CONTACT[len(identities) - 1]
    indexes = {f"index_{place}": identity.index for place, identity in enumerate(identities)}
    conversation = find.only(channel=channel.pk, **indexes)
    return conversation if conversation is None else _follow_merges(conversation)


def _identities(addresses: Sequence[Address]) -> list[Identity]:
    kinds = {AddressKind.PHONE: ContactAlias.Kind.PHONE, AddressKind.LID: ContactAlias.Kind.LID}
    return [
        Identity(kind, address.digits, ContactAlias.index_digits(kind, address.digits))
        for address in addresses
        if (kind := kinds.get(address.kind)) is not None
    ]


def _find_aliases(channel: Channel, identities: list[Identity]) -> dict[str, ContactAlias]:
    aliases = ContactAlias.objects.filter(channel=channel, index__in=[one.index for one in identities])
    return {alias.index: alias for alias in aliases.defer("value")}


def _settle(channel: Channel, identities: list[Identity], known: dict[str, ContactAlias], name: str) -> int:
    """Give every identity to one contact and return its id. The caller holds the channel's identity lock."""
    contact_id = _choose_contact(channel, identities, known, name)
    for identity in identities:
        alias = known.get(identity.index)
        if alias is None:
            alias = ContactAlias(channel=channel, contact_id=contact_id, kind=identity.kind)
            alias.digits = identity.digits
            alias.save()
        elif alias.contact_id != contact_id:
            _join(channel, alias, contact_id)
    return contact_id


def _choose_contact(
    channel: Channel, identities: list[Identity], known: dict[str, ContactAlias], name: str
) -> int:
    """Return the contact that the phone names; else the one of a hidden number that has no other phone."""
    phone = next((one for one in identities if one.kind == ContactAlias.Kind.PHONE), None)
    if phone is not None and phone.index in known:
        return known[phone.index].contact_id
    for identity in identities:
        alias = known.get(identity.index)
        if alias is not None and (phone is None or not _has_phone(alias.contact_id)):
            return alias.contact_id
    return Contact.objects.create(channel=channel, name=name).pk


def _join(channel: Channel, alias: ContactAlias, contact_id: int) -> None:
    """Move a hidden number to a contact. One that was known by it alone is joined with all it wrote."""
    other_id = alias.contact_id
    alias.contact_id = contact_id
    alias.save(update_fields=["contact"])
    if not _has_phone(other_id):
        ContactAlias.objects.filter(contact=other_id).update(contact=contact_id)
        _join_conversations(channel, source_contact=other_id, target_contact=contact_id)


def _join_conversations(channel: Channel, *, source_contact: int, target_contact: int) -> None:
    """Let the target's conversation go on with what the source's has not read yet, as data (case 13)."""
    target = _ensure_conversation(channel, target_contact)
    locked = Conversation.objects.select_for_update().order_by("pk")
    rows = {
        row.contact_id: row
        for row in locked.filter(channel=channel, contact__in=[source_contact, target.contact_id])
    }
    source, target = rows.get(source_contact), rows[target_contact]
    if source is None:
        return
    unread = InboundMessage.objects.filter(conversation=source, seq__gt=source.done_seq).order_by("seq")
    for message in unread:
        target.last_seq += 1
        message.conversation, message.seq, message.came_before_link = target, target.last_seq, True
        message.save(update_fields=["conversation", "seq", "came_before_link"])
    if target.address == "":
        target.address = source.address
    target.unknown_answered_at = target.unknown_answered_at or source.unknown_answered_at
    target.save(update_fields=["last_seq", "address", "unknown_answered_at"])
    source.merged_into, source.done_seq, source.version = target, source.last_seq, source.version + 1
    source.first_unread_at = None
    source.save(update_fields=["merged_into", "done_seq", "version", "first_unread_at"])
    Conversation.objects.filter(merged_into=source).update(merged_into=target)


def _has_phone(contact_id: int) -> bool:
    return ContactAlias.objects.filter(contact=contact_id, kind=ContactAlias.Kind.PHONE).exists()


def _lock_conversation(channel: Channel, contact_id: int) -> Conversation:
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("contact")
    conversation = rows.filter(channel=channel, contact=contact_id).first()
    if conversation is None:
        _ensure_conversation(channel, contact_id)
        conversation = rows.get(channel=channel, contact=contact_id)
    return _follow_merges(conversation)


def _follow_merges(conversation: Conversation) -> Conversation:
    """Return, locked, what a conversation was joined to, perhaps while this waited for its lock."""
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("contact")
    while conversation.merged_into_id is not None:
        conversation = rows.get(pk=conversation.merged_into_id)
    return conversation


def _ensure_conversation(channel: Channel, contact_id: int) -> Conversation:
    conversation, _ = Conversation.objects.get_or_create(
        channel=channel, contact_id=contact_id, defaults={"firm_id": channel.firm_id, "address": ""}
    )
    return conversation

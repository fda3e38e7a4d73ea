"""The content of one message of the Cloud API: kinds, words, files (contracts/whatsapp/cloud-api.md 4.1).

Every shape is tolerated: unknown keys and types, nulls, texts where objects are due. Nothing here raises.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from whatsapp.transport.events import Content, Media, MessageKind
from whatsapp.transport.tolerant import as_id, as_mapping, as_text, find, is_blank

Node = Mapping[str, Any]


def read_content(message: Node) -> Content:
    """Return what a message says; one of a type that is not known is answered as unreadable (OTHER)."""
    kind = as_text(message.get("type"))
    read = _READERS.get(kind)
    content = read(as_mapping(message.get(kind))) if read else Content(MessageKind.OTHER)
    return replace(content, quoted_id=as_id(find(message, "context", "id")))


def _text(node: Node) -> Content:
    return _reply(as_text(node.get("body")), "")


def _button(node: Node) -> Content:
    """A button of a template: its payload is what it means, its text what was seen."""
    return _reply(as_text(node.get("text")), as_text(node.get("payload")))


def _interactive(node: Node) -> Content:
    """A reply button or a row of a list. The answer of a form (nfm_reply) is nothing that we ask for."""
    kind = as_text(node.get("type"))
    if kind not in {"button_reply", "list_reply"}:
        return Content(MessageKind.OTHER)
    reply = as_mapping(node.get(kind))
    return _reply(as_text(reply.get("title")), as_text(reply.get("id")))


def _reply(text: str, button_id: str) -> Content:
    has_content = bool(button_id) or not is_blank(text)
    return Content(MessageKind.TEXT, text=text, button_id=button_id, has_content=has_content)


def _file(kind: MessageKind) -> Callable[[Node], Content]:
    def read(node: Node) -> Content:
        media = Media(
            mime_type=as_text(node.get("mime_type"))[:100],
            file_name=as_text(node.get("filename")),
            is_voice=node.get("voice") is True,
        )
        return Content(kind, text=as_text(node.get("caption")), media=media)

    return read


def _plain(kind: MessageKind) -> Callable[[Node], Content]:
    return lambda _node: Content(kind)


def _reaction(node: Node) -> Content:
    target = as_id(node.get("message_id"))
    if not target:
        return Content(MessageKind.UNKNOWN, has_content=False)
    return Content(MessageKind.REACTION, text=as_text(node.get("emoji")), target_id=target)


def _change(kind: MessageKind) -> Callable[[Node], Content]:
    """Return what reads a deletion, or an edit: told only of numbers shared with the app on a phone.

    What an edit carries beside its original is not documented: its words are read where a message has
    them, and it is an edit that nobody can read otherwise.
    """

    def read(node: Node) -> Content:
        target = as_id(node.get("original_message_id"))
        if not target:
            return Content(MessageKind.UNKNOWN, has_content=False)
        text = as_text(find(node, "message", "text", "body"))
        return Content(
            kind, text=text, has_content=kind is MessageKind.REVOKE or bool(text), target_id=target
        )

    return read


_READERS: dict[str, Callable[[Node], Content]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    "audio": _file(MessageKind.AUDIO),
    "image": _file(MessageKind.IMAGE),
    "video": _file(MessageKind.VIDEO),
    "document": _file(MessageKind.DOCUMENT),
    "sticker": _plain(MessageKind.STICKER),
    "location": _plain(MessageKind.LOCATION),
    "contacts": _plain(MessageKind.CONTACT),
    "reaction": _reaction,
    "revoke": _change(MessageKind.REVOKE),
    "edit": _change(MessageKind.EDIT),
}

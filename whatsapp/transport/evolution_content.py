"""The content of one message of the Evolution API: wrappers, kinds, words (evolution.md 8.2).

Every shape is tolerated: unknown keys, nulls, numbers as text, bytes as objects. Nothing here raises.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from whatsapp.transport.events import Content, Media, MessageKind
from whatsapp.transport.tolerant import as_int, as_mapping, as_text, find, is_blank

Node = Mapping[str, Any]

WRAPPERS = (
    "ephemeralMessage",
    "viewOnceMessage",
    "viewOnceMessageV2",
    "viewOnceMessageV2Extension",
    "documentWithCaptionMessage",
    "deviceSentMessage",
    "editedMessage",
    "associatedChildMessage",
    "lottieStickerMessage",
    "groupMentionedMessage",
    "botInvokeMessage",
    "pollCreationMessageV4",
)
DEEPEST = 5
MOST_BYTES, MOST_SECONDS = 2**40, 2**31 - 1
"""What says more of a file says nothing of it."""

_NO_CONTENT = frozenset(
    {"messageContextInfo", "senderKeyDistributionMessage", "base64", "mediaUrl", "speechToText"}
)
_EDIT_TYPES = (2, "2", "MESSAGE_EDIT")


def unwrap(message: object) -> Node:
    """Return the message inside its wrappers, at most DEEPEST of them."""
    node = as_mapping(message)
    for _ in range(DEEPEST):
        inner = next((find(node, wrapper, "message") for wrapper in WRAPPERS if wrapper in node), None)
        if not isinstance(inner, Mapping):
            break
        node = inner
    return node


def read_content(message: object, quoted_id: str = "") -> Content:
    """Return what a message says. `quoted_id` is the quote told beside the message, if any."""
    node = unwrap(message)
    for name, read in _READERS.items():
        if node.get(name) is not None:
            return _with_quote(read(node[name]), node[name], quoted_id)
    known = {name for name, value in node.items() if value is not None} - _NO_CONTENT
    kind = MessageKind.OTHER if known else MessageKind.UNKNOWN
    return Content(kind, has_content=bool(known), quoted_id=quoted_id)


def read_text(message: object) -> str:
    """Return the words of a message: text or caption; "" where there are none."""
    return read_content(message).text


def _with_quote(content: Content, node: object, quoted_id: str) -> Content:
    quoted = quoted_id or as_text(find(node, "contextInfo", "stanzaId"))
    if not quoted or content.quoted_id:
        return content
    return replace(content, quoted_id=quoted)


def _conversation(node: Any) -> Content:
    return _text(as_text(node))


def _extended(node: Any) -> Content:
    return _text(as_text(find(node, "text")))


def _text(text: str) -> Content:
    return Content(MessageKind.TEXT, text=text, has_content=not is_blank(text))


def _file(kind: MessageKind) -> Callable[[Any], Content]:
    def read(node: Any) -> Content:
        media = Media(
            mime_type=as_text(find(node, "mimetype"))[:100],
            size=_amount(find(node, "fileLength"), MOST_BYTES),
            seconds=_amount(find(node, "seconds"), MOST_SECONDS),
            file_name=as_text(find(node, "fileName")) or as_text(find(node, "title")),
            is_voice=find(node, "ptt") is True,
        )
        return Content(kind, text=as_text(find(node, "caption")), media=media)

    return read


def _amount(value: object, most: int) -> int | None:
    number = as_int(value)
    return number if number is not None and 0 <= number <= most else None


def _video(node: Any) -> Content:
    """A GIF is a video that plays by itself: without words it is answered like a sticker (5.9)."""
    content = _file(MessageKind.VIDEO)(node)
    if find(node, "gifPlayback") is True and not content.text:
        return Content(MessageKind.OTHER, media=content.media)
    return content


def _plain(kind: MessageKind) -> Callable[[Any], Content]:
    return lambda _node: Content(kind)


def _reaction(node: Any) -> Content:
    target = as_text(find(node, "key", "id"))
    if not target:
        return Content(MessageKind.UNKNOWN, has_content=False)
    return Content(MessageKind.REACTION, text=as_text(find(node, "text")), target_id=target)


def _secret(node: Any) -> Content:
    """An edit as phones send it since May 2026: nobody but the phones can read it (7.1)."""
    target = as_text(find(node, "targetMessageKey", "id"))
    if not target or find(node, "secretEncType") not in _EDIT_TYPES:
        return Content(MessageKind.UNKNOWN, has_content=False)
    return Content(MessageKind.EDIT, has_content=False, target_id=target)


def _button(node: Any) -> Content:
    return _reply(as_text(find(node, "selectedDisplayText")), as_text(find(node, "selectedButtonId")))


def _template_button(node: Any) -> Content:
    return _reply(as_text(find(node, "selectedDisplayText")), as_text(find(node, "selectedId")))


def _list_row(node: Any) -> Content:
    return _reply(as_text(find(node, "title")), as_text(find(node, "singleSelectReply", "selectedRowId")))


def _interactive(node: Any) -> Content:
    """A button made by sendButtons: its id is in JSON inside JSON, which may be broken."""
    raw = as_text(find(node, "nativeFlowResponseMessage", "paramsJson"))
    try:
        parameters = as_mapping(json.loads(raw)) if raw else {}
    except (ValueError, RecursionError):
        parameters = {}
    text = as_text(find(node, "body", "text")) or as_text(parameters.get("display_text"))
    return _reply(text, as_text(parameters.get("id")))


def _reply(text: str, button_id: str) -> Content:
    return Content(
        MessageKind.TEXT, text=text, button_id=button_id, has_content=bool(button_id) or not is_blank(text)
    )


_READERS: dict[str, Callable[[Any], Content]] = {
    "conversation": _conversation,
    "extendedTextMessage": _extended,
    "audioMessage": _file(MessageKind.AUDIO),
    "imageMessage": _file(MessageKind.IMAGE),
    "videoMessage": _video,
    "ptvMessage": _video,
    "documentMessage": _file(MessageKind.DOCUMENT),
    "stickerMessage": _plain(MessageKind.STICKER),
    "albumMessage": _plain(MessageKind.ALBUM),
    "secretEncryptedMessage": _secret,
    "buttonsResponseMessage": _button,
    "listResponseMessage": _list_row,
    "templateButtonReplyMessage": _template_button,
    "interactiveResponseMessage": _interactive,
    "reactionMessage": _reaction,
    "locationMessage": _plain(MessageKind.LOCATION),
    "liveLocationMessage": _plain(MessageKind.LOCATION),
    "contactMessage": _plain(MessageKind.CONTACT),
    "contactsArrayMessage": _plain(MessageKind.CONTACT),
    "pollCreationMessage": _plain(MessageKind.POLL),
    "pollCreationMessageV2": _plain(MessageKind.POLL),
    "pollCreationMessageV3": _plain(MessageKind.POLL),
    "pollUpdateMessage": _plain(MessageKind.POLL),
}

"""Each recorded webhook of the Evolution API means what its line of the index says (evolution.md 15)."""

import copy
import dataclasses
from datetime import UTC, datetime

import pytest

from whatsapp.tests.samples import list_index, read_case, read_payload
from whatsapp.transport.events import (
    Delivery,
    DeliveryMoved,
    Ignored,
    Link,
    LinkChanged,
    MessageKind,
    QrShown,
    SendEchoed,
    Unreadable,
)
from whatsapp.transport.evolution import parse_webhook

ANA, ANA_LID = "5520987654321@s.whatsapp.net", "90000000000002@lid"
RUI, RUI_LID = "553987654321@s.whatsapp.net", "90000000000003@lid"
BOTH = [ANA, ANA_LID]
MIRROR_ID = "3EB0A1B2C3D4E5F6071829"


def parse(number):
    (event,) = parse_webhook(read_payload(number))
    return event


def jids(event):
    return [address.jid for address in event.addresses]


def content(**fields):
    """What a message must say; what is not named must be as in a plain text without anything more."""
    plain = {
        "kind": "text",
        "text": "",
        "has_content": True,
        "button_id": "",
        "quoted_id": "",
        "target_id": "",
    }
    return {**plain, **fields}


MESSAGES = {
    1: (
        BOTH,
        content(text="Emitir nota de R$ 1.500,00 para CNPJ 11.222.333/0001-81, manutenção de computadores"),
    ),
    2: (BOTH, content(text="sim", quoted_id=MIRROR_ID)),
    3: (BOTH, content(text="valor 2350,90")),
    4: (BOTH, content(kind="audio")),
    5: (BOTH, content(kind="image", text="pedido do cliente, valor 480,00")),
    6: (BOTH, content(kind="document", text="segue a OS")),
    7: (BOTH, content(text="Sim, emitir", button_id="sim:7k2m9q", quoted_id=MIRROR_ID)),
    8: (
        BOTH,
        content(
            text="Manutenção de computadores", button_id="servico:14.01", quoted_id="3EB0A1B2C3D4E5F607182A"
        ),
    ),
    9: (BOTH, content(text="Sim, emitir", button_id="sim:7k2m9q", quoted_id=MIRROR_ID)),
    10: (BOTH, content(kind="reaction", text="👍", target_id=MIRROR_ID)),
    11: (
        [ANA],
        content(
            kind="edit",
            text="Emitir nota de R$ 1.600,00 para CNPJ 11.222.333/0001-81, manutenção de computadores",
            target_id="279C50C145CF5CF5FB1C8EB4AB8BF30D",
        ),
    ),
    12: (
        [ANA],
        content(
            kind="edit",
            text="Emitir nota de R$ 1.600,00 para CNPJ 11.222.333/0001-81, manutenção de computadores",
            target_id="279C50C145CF5CF5FB1C8EB4AB8BF30D",
        ),
    ),
    13: (BOTH, content(kind="revoke", target_id="3AB30BB81D52416CE613")),
    14: ([ANA], content(kind="revoke", target_id="3AB30BB81D52416CE613")),
    17: ([ANA], content(text="Oi Ana, aqui é o contador, já vejo isso")),
    21: ([RUI_LID], content(text="bom dia, quero emitir nota")),
    22: ([RUI], content(text="sou o Rui, CNPJ 12.ABC.345/01DE-35")),
    23: (
        BOTH,
        content(text="Emitir nota de R$ 1.500,00 para CNPJ 11.222.333/0001-81, manutenção de computadores"),
    ),
    24: (BOTH, content(text="sim")),
    25: (BOTH, content(text="na verdade o valor é 1.800,00")),
    29: ([RUI_LID, RUI], content(text="quero emitir uma nota")),
    30: ([RUI, RUI_LID], content(text="quero emitir uma nota")),
    31: ([RUI, RUI_LID], content(text="quero emitir uma nota de 900 reais")),
    32: ([RUI, RUI_LID], content(text="sim")),
    35: (BOTH, content(kind="audio")),
}
OTHERS = {
    15: Ignored("group"),
    16: Ignored("broadcast"),
    19: DeliveryMoved(MIRROR_ID, Delivery.PHONE),
    20: DeliveryMoved("3EB0A1B2C3D4E5F607182B", Delivery.REFUSED),
    26: LinkChanged(Link.OPEN, "200", "5520911110000", datetime(2026, 11, 22, 9, 5, 0, 412000, tzinfo=UTC)),
    27: LinkChanged(Link.CLOSED, "401", "", datetime(2026, 11, 22, 9, 6, 40, 412000, tzinfo=UTC)),
    34: Unreadable("no_message_id"),
}
ELSEWHERE = {18, 28, 33}
"""Their own tests are below; 33 is no JSON, which is the inbox's matter."""


def test_every_sample_of_evolution_has_its_expectation():
    numbers = {int(line["file"][:2]) for line in list_index() if line["transport"] == "evolution"}
    assert numbers == MESSAGES.keys() | OTHERS.keys() | ELSEWHERE


@pytest.mark.parametrize("number", MESSAGES)
def test_a_message_says_who_wrote_and_what(number):
    event, (addresses, expected) = parse(number), MESSAGES[number]
    said = dataclasses.asdict(event.content)
    said.pop("media")
    assert (jids(event), said) == (addresses, expected)


@pytest.mark.parametrize("number", OTHERS)
def test_what_is_no_message_is_told_apart(number):
    assert parse(number) == OTHERS[number]


def test_the_id_and_the_time_of_a_message_are_the_senders():
    event = parse(1)
    assert event.message_id == "279C50C145CF5CF5FB1C8EB4AB8BF30D"
    assert event.sent_at == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert event.name == "Ana Exemplo"


@pytest.mark.parametrize("number", [4, 35])
def test_a_voice_note_is_told_in_both_shapes_of_numbers(number):
    media = parse(number).content.media
    assert (media.size, media.seconds, media.is_voice) == (18231, 7, True)


def test_the_name_of_a_file_is_read():
    assert parse(6).content.media.file_name == "ordem-de-servico.pdf"


def test_text_of_the_firm_is_marked_and_teaches_no_identity():
    event = parse(17)
    assert event.is_from_firm
    assert jids(event) == [ANA]


def test_the_two_traces_of_a_deletion_have_one_id():
    assert parse(13).message_id == parse(14).message_id == "revoke:3AB30BB81D52416CE613"


def test_the_second_trace_of_an_edit_is_marked():
    assert not parse(11).is_second_trace
    assert parse(12).is_second_trace


def test_an_edit_has_an_id_of_its_own():
    assert parse(11).message_id == "edit:279C50C145CF5CF5FB1C8EB4AB8BF30D:1795348940000"


def test_the_echo_of_our_send_is_no_message():
    event = parse(18)
    assert isinstance(event, SendEchoed)
    assert event.message_id == MIRROR_ID
    assert event.text.startswith("*ESPELHO DA NOTA*")


def test_a_qr_is_a_picture_to_scan():
    event = parse(28)
    assert isinstance(event, QrShown)
    assert event.picture.startswith("data:image/png;base64,iVBOR")


def test_the_last_qr_says_that_no_more_come():
    payload = read_payload(28)
    payload["data"] = {"message": "QR code limit reached, please login again", "statusCode": 500}
    (event,) = parse_webhook(payload)
    assert (event.link, event.reason) == (Link.QR_SPENT, "500")


@pytest.mark.parametrize("number", sorted(MESSAGES.keys() | OTHERS.keys()))
def test_upper_case_names_of_events_mean_the_same(number):
    payload = read_payload(number)
    payload["event"] = payload["event"].upper().replace(".", "_")
    assert parse_webhook(payload) == parse_webhook(read_payload(number))


def wrapped(*names, message):
    payload = read_payload(1)
    for name in names:
        message = {name: {"message": message}}
    payload["data"]["message"] = message
    (event,) = parse_webhook(payload)
    return event.content


@pytest.mark.parametrize(
    "wrapper",
    [
        *("ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension"),
        *("documentWithCaptionMessage", "deviceSentMessage", "editedMessage", "associatedChildMessage"),
        *("groupMentionedMessage", "botInvokeMessage"),
    ],
)
def test_each_wrapper_is_taken_off(wrapper):
    assert wrapped(wrapper, message={"imageMessage": {"caption": "valor 480"}}).text == "valor 480"


def test_wrappers_within_wrappers_are_taken_off_to_a_depth():
    assert wrapped(*["ephemeralMessage"] * 5, message={"conversation": "oi"}).text == "oi"
    assert wrapped(*["ephemeralMessage"] * 60, message={"conversation": "oi"}).kind is MessageKind.OTHER


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ({"stickerMessage": {}}, "sticker"),
        ({"locationMessage": {}}, "location"),
        ({"liveLocationMessage": {}}, "location"),
        ({"contactsArrayMessage": {}}, "contact"),
        ({"pollUpdateMessage": {"vote": {"selectedOptions": ["a"]}}}, "poll"),
        ({"ptvMessage": {}}, "video"),
        ({"videoMessage": {"gifPlayback": True}}, "other"),
        ({"somethingNewMessage": {"text": "?"}}, "other"),
        ({"messageContextInfo": {}}, "unknown"),
        (None, "unknown"),
        ("broken", "unknown"),
    ],
)
def test_each_kind_is_recognized(message, kind):
    assert wrapped(message=message).kind == kind


@pytest.mark.parametrize("text", ["", "   \n", "\u200b\u2060", "\ufeff"])
def test_text_that_cannot_be_seen_is_no_content(text):
    assert not wrapped(message={"conversation": text}).has_content


def test_broken_parameters_of_a_button_leave_its_words():
    broken = {"body": {"text": "Sim, emitir"}, "nativeFlowResponseMessage": {"paramsJson": "{oops"}}
    content = wrapped(message={"interactiveResponseMessage": broken})
    assert (content.text, content.button_id) == ("Sim, emitir", "")


def test_an_edit_that_cannot_be_read_names_its_original():
    _, edit = (parse_webhook(webhook)[0] for webhook in read_case(1)["webhooks"])
    _, other = (parse_webhook(webhook)[0] for webhook in read_case(2)["webhooks"])
    assert edit.content.kind is other.content.kind is MessageKind.EDIT
    assert (edit.content.target_id, edit.content.has_content) == ("D4332469D7342F3DF93955E433428AAF", False)
    assert edit.message_id == "4F6B558C9A50DBD098E90ABD5D88114A"


def test_pictures_of_an_album_come_out_of_their_wrapper():
    marker, first, *rest = (parse_webhook(webhook)[0].content for webhook in read_case(3)["webhooks"])
    assert marker.kind is MessageKind.ALBUM
    assert first.text == "nota de 900 pra 11.222.333/0001-81 troca do piso"
    assert [picture.kind for picture in (first, *rest)] == [MessageKind.IMAGE] * 3


def test_an_animated_sticker_is_a_sticker():
    (event,) = parse_webhook(read_case(4)["webhooks"][0])
    assert event.content.kind is MessageKind.STICKER


def test_notes_to_oneself_are_no_chat():
    payload = read_payload(1)
    payload["sender"] = "552087654321@s.whatsapp.net"  # without the ninth digit
    assert parse_webhook(payload) == (Ignored("own_number"),)


def test_the_device_is_no_part_of_an_address():
    payload = read_payload(1)
    payload["data"]["key"]["remoteJid"] = "5520987654321:12@s.whatsapp.net"
    (event,) = parse_webhook(payload)
    assert jids(event)[0] == ANA


def test_each_of_several_messages_of_a_webhook_is_read_in_order():
    payload = read_payload(1)
    payload["data"] = [read_payload(number)["data"] for number in (1, 2, 3)]

    texts = [event.content.text for event in parse_webhook(payload)]

    assert texts == [MESSAGES[number][1]["text"] for number in (1, 2, 3)]


@pytest.mark.parametrize("data", [None, [], {}, "x", 7, [{}], [None, {"key": 3}], {"key": {"id": ["a"]}}])
def test_data_of_any_shape_raise_nothing(data):
    for event in ("messages.upsert", "messages.edited", "messages.update", "messages.delete"):
        assert all(
            isinstance(one, Unreadable | Ignored) for one in parse_webhook({"event": event, "data": data})
        )
    for event in (
        "connection.update",
        "qrcode.updated",
        "logout.instance",
        "status.instance",
        "send.message",
    ):
        parse_webhook({"event": event, "data": data})


def test_any_value_in_any_field_raises_nothing():
    odd = [None, [], {}, 0, -1, 2**70, 1.5, True, "", "\0", "\ud800", {"low": "a", "high": None}]
    for number in [*MESSAGES, *OTHERS, 18, 28]:
        payload = read_payload(number)
        for path in paths_of(payload):
            for value in odd:
                broken = copy.deepcopy(payload)
                set_at(broken, path, value)
                parse_webhook(broken)


def paths_of(node, prefix=()):
    for key, value in node.items() if isinstance(node, dict) else ():
        if key.isdigit() or key in {"messageContextInfo", "deviceListMetadata"}:
            continue
        yield (*prefix, key)
        yield from paths_of(value, (*prefix, key))


def set_at(node, path, value):
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value

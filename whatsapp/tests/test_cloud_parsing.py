"""Each recorded webhook of the Cloud API means what its line of the index says (cloud-api.md 3, 4)."""

import copy
import json
from datetime import UTC, datetime

import pytest

from whatsapp.tests.samples import list_index, read_body, read_payload
from whatsapp.transport.cloud import Addressed, is_signed, parse_webhook
from whatsapp.transport.events import (
    Delivery,
    DeliveryMoved,
    ErrorTold,
    IdentityChanged,
    Ignored,
    MessageCame,
    Unreadable,
)

NUMBER = "200000000000001"
ANA, ANA_ID = "5520987654321", "BR.10000000000000000001"
RUI, RUI_ID = "553987654321", "BR.10000000000000000002"
SAMPLES = [36, 37, 38, 39, 40]
LINES = [line for line in list_index() if line["transport"] == "cloud"]


def events(payload):
    found = parse_webhook(payload)
    assert {one.phone_number_id for one in found} == {NUMBER}
    return [one.event for one in found]


def message(**fields):
    """Return the text of Ana's recorded webhook with other fields in its message."""
    payload = read_payload(36)
    payload["entry"][0]["changes"][0]["value"]["messages"][0].update(fields)
    (event,) = events(payload)
    return event


def value(**fields):
    payload = read_payload(36)
    payload["entry"][0]["changes"][0]["value"].update(fields)
    return events(payload)


def jids(event):
    return [address.jid for address in event.addresses]


# --- Who sent it ---


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["file"])
def test_a_recorded_body_is_signed_as_the_index_says(line):
    body = read_body(int(line["file"][:2]))
    assert is_signed(body, line["signature"], ["fictional-app-secret"])
    assert not is_signed(body + b" ", line["signature"], ["fictional-app-secret"])
    assert not is_signed(json.dumps(json.loads(body)).encode(), line["signature"], ["fictional-app-secret"])


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=é\ud800", "0" * 64, "sha256=" + "0" * 64])
def test_anything_else_is_no_signature(signature):
    assert not is_signed(read_body(36), signature, ["fictional-app-secret"])


def test_two_secrets_are_valid_while_one_replaces_the_other():
    signature = LINES[0]["signature"]
    assert is_signed(read_body(36), signature, ["the-next-one", "fictional-app-secret"])
    assert not is_signed(read_body(36), signature, ["the-next-one"])


def test_without_a_secret_nothing_is_signed():
    made_without = "sha256=" + "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
    assert not is_signed(b"", made_without, [""])
    assert not is_signed(b"", made_without, [])


# --- What each recorded body means (index.csv) ---


def test_every_recorded_body_of_the_cloud_is_tried_here():
    assert [int(line["file"][:2]) for line in LINES] == SAMPLES


def test_a_text_names_the_phone_and_the_id_of_who_wrote():
    (event,) = events(read_payload(36))
    assert (event.message_id, event.name) == ("wamid.ZmljdGlvbmFsLXQx", "Ana Exemplo")
    assert jids(event) == [ANA, ANA_ID]
    assert [address.kind for address in event.addresses] == ["phone", "bsuid"]
    assert event.sent_at == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert event.content.text == (
        "Emitir nota de R$ 1.500,00 para CNPJ 11.222.333/0001-81, manutenção de computadores"
    )


def test_a_batch_is_read_whole():
    audio, document, status, image = events(read_payload(37))
    assert (audio.content.kind, audio.content.media.is_voice) == ("audio", True)
    assert (document.content.kind, document.content.text) == ("document", "segue a OS")
    assert document.content.media.file_name == "ordem-de-servico.pdf"
    assert status == DeliveryMoved("wamid.ZmljdGlvbmFsLW8x", Delivery.READ)
    assert (image.content.kind, image.content.text) == ("image", "valor 480,00")
    assert (jids(image), image.name) == ([RUI, RUI_ID], "Rui Exemplo")


def test_a_button_is_known_by_its_id_and_by_the_message_that_held_it():
    (event,) = events(read_payload(38))
    assert (event.content.button_id, event.content.text) == ("sim:7k2m9q", "Sim, emitir")
    assert event.content.quoted_id == "wamid.ZmljdGlvbmFsLW8x"


def test_statuses_come_in_any_order_and_a_refusal_tells_its_code():
    assert events(read_payload(39)) == [
        DeliveryMoved("wamid.ZmljdGlvbmFsLW8y", Delivery.PHONE),
        DeliveryMoved("wamid.ZmljdGlvbmFsLW8y", Delivery.SERVER),
        DeliveryMoved("wamid.ZmljdGlvbmFsLW8z", Delivery.REFUSED, reason="131047"),
    ]


def test_who_has_a_user_name_may_come_without_a_phone():
    (event,) = events(read_payload(40))
    assert jids(event) == ["BR.10000000000000000003"]
    assert (event.name, event.content.text) == ("Bia Exemplo", "oi, quero emitir nota")


# --- What the contract adds ---


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"type": "button", "button": {"payload": "sim:7k2m9q", "text": "Sim"}},
            ("text", "Sim", "sim:7k2m9q"),
        ),
        (
            {
                "type": "interactive",
                "interactive": {"type": "list_reply", "list_reply": {"id": "a", "title": "A"}},
            },
            ("text", "A", "a"),
        ),
        ({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {}}}, ("other", "", "")),
        ({"type": "sticker", "sticker": {"id": "1"}}, ("sticker", "", "")),
        ({"type": "location", "location": {}}, ("location", "", "")),
        ({"type": "contacts", "contacts": [{}]}, ("contact", "", "")),
        ({"type": "video", "video": {"caption": "olha"}}, ("video", "olha", "")),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, ("other", "", "")),
        ({"type": "order", "order": {}}, ("other", "", "")),
        ({"type": "something_new"}, ("other", "", "")),
    ],
)
def test_each_type_is_recognized(fields, expected):
    content = message(**fields).content
    assert (content.kind, content.text, content.button_id) == expected


@pytest.mark.parametrize("emoji", ["👍", None])
def test_a_reaction_names_its_message_and_without_an_emoji_is_taken_back(emoji):
    content = message(type="reaction", reaction={"message_id": "wamid.X", "emoji": emoji}).content
    assert (content.kind, content.text, content.target_id) == ("reaction", emoji or "", "wamid.X")


def test_a_deletion_and_an_edit_name_their_original():
    deleted = message(type="revoke", revoke={"original_message_id": "wamid.X"}).content
    edited = message(type="edit", edit={"original_message_id": "wamid.X"}).content
    assert (deleted.kind, deleted.target_id, deleted.has_content) == ("revoke", "wamid.X", True)
    assert (edited.kind, edited.target_id, edited.has_content) == ("edit", "wamid.X", False)


def test_a_change_of_number_tells_both_identities_and_is_no_message():
    changed = {"type": "customer_changed_number", "wa_id": RUI, "user_id": RUI_ID}
    event = message(type="system", system=changed)
    assert isinstance(event, IdentityChanged)
    assert [one.jid for one in event.before] == [ANA, ANA_ID]
    assert [one.jid for one in event.after] == [RUI, RUI_ID]


def test_groups_are_not_read():
    assert message(group_id="1203") == Ignored("group")


def test_what_is_not_about_messages_is_ignored_by_name():
    payload = read_payload(36)
    payload["entry"][0]["changes"][0]["field"] = "account_update"
    assert events(payload) == [Ignored("field:account_update")]


def test_an_error_of_no_message_tells_its_code():
    assert value(messages=[], errors=[{"code": 130429, "title": "x"}]) == [ErrorTold("130429")]


def test_our_own_word_for_a_message_comes_back_in_its_status():
    (event,) = value(
        messages=[], statuses=[{"id": "wamid.X", "status": "sent", "biz_opaque_callback_data": "7"}]
    )
    assert event == DeliveryMoved("wamid.X", Delivery.SERVER, reference="7")


@pytest.mark.parametrize("fields", [{"id": None}, {"from": None, "from_user_id": None}, {"id": "é"}])
def test_one_bad_message_of_a_batch_loses_no_other(fields):
    payload = read_payload(37)
    payload["entry"][0]["changes"][0]["value"]["messages"][0].update(fields)
    bad, *others = events(payload)
    assert isinstance(bad, Unreadable)
    assert len(others) == 3


@pytest.mark.parametrize(
    "body", [{}, {"object": "page"}, {"object": "whatsapp_business_account", "entry": [7]}]
)
def test_what_is_no_webhook_of_whatsapp_is_unreadable(body):
    (only,) = parse_webhook(body)
    assert isinstance(only.event, Unreadable)


def test_any_value_in_any_field_raises_nothing():
    odd = [None, [], {}, 0, -1, 2**70, 1.5, True, "", "\0", "\ud800", "²", [None, 7]]
    for number in SAMPLES:
        payload = read_payload(number)
        for path in paths_of(payload):
            for replacement in odd:
                broken = copy.deepcopy(payload)
                set_at(broken, path, replacement)
                for one in parse_webhook(broken):
                    assert isinstance(one, Addressed)
                    assert not isinstance(one.event, MessageCame) or jids(one.event)


def paths_of(node, prefix=()):
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in pairs:
        yield (*prefix, key)
        yield from paths_of(inner, (*prefix, key))


def set_at(node, path, replacement):
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = replacement

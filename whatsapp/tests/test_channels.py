"""Channels as a firm's people want them, told to the emulated Evolution API by work (W1)."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from nfse.permissions import NotAllowed, NotFound
from nfse.tests.firms import acting
from queue_worker.models import WorkItem
from queue_worker.tests.support import make_due, race, run_due
from whatsapp.models import Channel, OutboundMessage
from whatsapp.services.channel_orders import check_channel
from whatsapp.services.channels import (
    ChannelAlreadyConnected,
    ChannelNameTaken,
    ChannelNotConnected,
    connect_channel,
    create_channel,
    delete_channel,
    disconnect_channel,
    restart_channel,
)
from whatsapp.tests.lines import NUMBERS, eventually, has_become, is_connected, link_channel, state_of
from whatsapp.tests.people import make_channel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("evolution")]


def instances(sandbox):
    return {one["name"]: one for one in sandbox.evolution()["instances"]}


def test_a_new_channel_gets_an_instance_with_a_webhook_and_a_qr(office, sandbox):
    channel = create_channel(actor=acting(office), name=" Atendimento ")
    assert (channel.state, channel.name) == ("connecting", "Atendimento")
    run_due("io")
    channel.refresh_from_db()
    assert channel.state == "qr_ready"
    assert channel.qr.startswith("data:image/png;base64,")
    assert channel.instance_name in instances(sandbox)


def test_a_scan_connects_the_channel_and_tells_its_number(office, sandbox):
    line = link_channel(sandbox, office, number=NUMBERS[0])
    assert line.channel.number == NUMBERS[0]
    assert line.channel.qr == ""


def test_the_number_is_asked_for_when_the_event_of_the_scan_is_lost(office, sandbox):
    line = link_channel(sandbox, office, number=NUMBERS[0])
    Channel.objects.update(number="", state="connecting")
    check_channel(channel_id=line.channel.pk, now=timezone.now())
    line.channel.refresh_from_db()
    assert (line.channel.state, line.channel.number) == ("connected", NUMBERS[0])


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 429}, {"kind": "drop"}, {"kind": "garbage"}])
def test_a_number_that_is_not_told_hides_no_link(office, sandbox, fault):
    line = link_channel(sandbox, office)
    Channel.objects.update(number="", state="connecting")
    sandbox.fail("evolution", path="/instance/fetchInstances", **fault)
    check_channel(channel_id=line.channel.pk, now=timezone.now())
    line.channel.refresh_from_db()
    assert (line.channel.state, line.channel.number) == ("connected", "")


def test_a_known_number_is_not_asked_for_again(office, sandbox):
    line = link_channel(sandbox, office)
    before = len(sandbox.calls("evolution"))
    check_channel(channel_id=line.channel.pk, now=timezone.now())
    (asked,) = sandbox.calls("evolution")[before:]
    assert "connectionState" in asked["path"]


def test_names_are_opaque_and_secrets_are_each_channels_own(office):
    one, two = (create_channel(actor=acting(office), name=name) for name in ("A", "B"))
    assert not {one.key, one.secret, one.token} & {two.key, two.secret, two.token}
    assert office.firm.document not in one.instance_name


def test_creating_twice_makes_one_instance(office, sandbox):
    """An answer that got lost: the next run finds the name taken, by us."""
    sandbox.fail("evolution", kind="drop", path="/instance/create", count=1)
    channel = create_channel(actor=acting(office), name="A")
    run_due("io")
    make_due()
    run_due("io")
    assert list(instances(sandbox)) == [channel.instance_name]
    assert Channel.objects.get().qr


def test_an_order_that_nobody_answers_is_told_on_the_page(office, sandbox):
    sandbox.fail("evolution", kind="status", status=502, path="/instance/*")
    create_channel(actor=acting(office), name="A")
    for _ in range(6):
        make_due()
        run_due("io")
    channel = Channel.objects.get()
    assert channel.state == "disconnected"
    assert "não respondeu" in channel.trouble


def test_the_same_name_twice_is_refused_also_at_once(office):
    answers = race(4, lambda: attempt(office))
    assert sorted(answers) == ["ChannelNameTaken"] * 3 + ["made"]


def attempt(office):
    try:
        create_channel(actor=acting(office), name="A")
    except ChannelNameTaken as error:
        return type(error).__name__
    return "made"


def test_a_new_qr_after_a_close(office, sandbox):
    line = link_channel(sandbox, office)
    sandbox.instance(line.name, "close", reason=401)
    eventually(lambda: has_become(line.channel, "disconnected"), "the close")
    connect_channel(actor=acting(office), channel_id=line.channel.pk)
    run_due("io")
    eventually(lambda: state_of(line.channel) == "qr_ready", "the QR")
    sandbox.instance(line.name, "scan", number=NUMBERS[0])
    eventually(lambda: is_connected(line.channel), "the connection")


def test_a_connected_channel_gets_no_qr(office):
    channel = make_channel(office.firm)
    with pytest.raises(ChannelAlreadyConnected):
        connect_channel(actor=acting(office), channel_id=channel.pk)


def test_a_restart_keeps_the_link(office, sandbox):
    line = link_channel(sandbox, office)
    restart_channel(actor=acting(office), channel_id=line.channel.pk)
    eventually(lambda: is_connected(line.channel), "the connection")


def test_only_what_is_linked_is_restarted(office):
    channel = make_channel(office.firm, state="disconnected")
    with pytest.raises(ChannelNotConnected):
        restart_channel(actor=acting(office), channel_id=channel.pk)


def test_disconnecting_logs_the_number_out(office, sandbox):
    line = link_channel(sandbox, office)
    disconnect_channel(actor=acting(office), channel_id=line.channel.pk)
    run_due("io")
    assert state_of(line.channel) == "disconnected"
    assert instances(sandbox)[line.name]["state"] == "close"


def test_disconnecting_twice_is_once(office, sandbox):
    line = link_channel(sandbox, office)
    for _ in range(2):
        disconnect_channel(actor=acting(office), channel_id=line.channel.pk)
        run_due("io")
    assert not WorkItem.objects.filter(status="dead").exists()


def test_a_deleted_channel_leaves_its_talks_and_sends_nothing_more(office, sandbox, client):
    line = link_channel(sandbox, office)
    talk = line.hear()
    line.say(talk, "oi")
    delete_channel(actor=acting(office), channel_id=line.channel.pk)
    run_due("io")
    run_due("chat")
    assert instances(sandbox) == {}
    assert OutboundMessage.objects.get().state == "dead"
    assert talk.messages.count() == 1
    assert client.post(f"/webhooks/whatsapp/{line.channel.key}/", {}).status_code == 404


def test_a_name_is_free_again_after_its_channel_was_deleted(office):
    channel = create_channel(actor=acting(office), name="A")
    delete_channel(actor=acting(office), channel_id=channel.pk)
    assert create_channel(actor=acting(office), name="A").pk != channel.pk


ORDERS = [connect_channel, restart_channel, disconnect_channel, delete_channel]


@pytest.mark.parametrize("order", ORDERS)
def test_an_attendant_may_only_look(office, order):
    channel = make_channel(office.firm, state="disconnected")
    with pytest.raises(NotAllowed):
        order(actor=acting(office, "attendant"), channel_id=channel.pk)


@pytest.mark.parametrize("order", ORDERS)
def test_a_channel_of_another_firm_does_not_exist(office, other_office, order):
    channel = make_channel(other_office.firm)
    with pytest.raises(NotFound):
        order(actor=acting(office), channel_id=channel.pk)


# --- Pages ---


@pytest.fixture
def shown(page):
    return lambda channel, role="accountant": page(f"/notas/canais/{channel.pk}/", role)


def test_the_list_shows_name_number_and_state(page, office):
    make_channel(office.firm)
    text = page("/notas/canais/").text
    assert "Atendimento 1" in text
    assert "(20) 91111-0000" in text
    assert "Conectado" in text
    assert "Evolution API" in text


def test_a_channel_is_made_by_its_name_alone(send, office):
    answer = send("/notas/canais/novo/", name="Recepção")
    channel = Channel.objects.get()
    assert answer.headers["Location"] == f"/notas/canais/{channel.pk}/"
    assert WorkItem.objects.get(kind="whatsapp.order_channel").payload["order"] == "create"


def test_a_name_that_is_taken_is_refused_at_its_field(send, office):
    make_channel(office.firm)
    answer = send("/notas/canais/novo/", name="Atendimento 1")
    assert answer.status_code == 422
    assert "Já existe um canal com este nome" in answer.content.decode()


def with_qr(office, **fields):
    expires = timezone.now() + timedelta(seconds=40)
    return make_channel(
        office.firm,
        state="qr_ready",
        qr="data:image/png;base64,iVBORw0KGgoFICTIONAL",
        qr_expires_at=expires,
        **fields,
    )


def test_the_qr_is_for_who_may_connect_alone(shown, office):
    channel = with_qr(office)
    assert "iVBORw0KGgoFICTIONAL" in shown(channel).text
    assert "iVBORw0KGgoFICTIONAL" not in shown(channel, "attendant").text


def test_a_qr_that_is_over_is_not_shown(shown, office):
    channel = with_qr(office)
    Channel.objects.update(qr_expires_at=timezone.now())
    text = shown(channel).text
    assert "iVBORw0KGgoFICTIONAL" not in text
    assert "Este QR venceu" in text


def test_the_page_asks_again_only_while_the_channel_moves(shown, office):
    moving, still = with_qr(office), make_channel(office.firm, 2)
    assert "data-poll " in shown(moving).text
    assert "data-poll " not in shown(still).text


def test_the_fragment_is_the_page_s_own(page, office):
    channel = with_qr(office)
    fragment = page(f"/notas/canais/{channel.pk}/situacao/").text
    assert "iVBORw0KGgoFICTIONAL" in fragment
    assert "<html" not in fragment


def test_no_page_holds_a_secret(shown, page, office):
    channel = make_channel(office.firm)
    for text in (shown(channel).text, page("/notas/canais/").text):
        assert channel.secret not in text
        assert channel.token not in text
        assert channel.key not in text


@pytest.mark.parametrize("order", ["conectar", "reiniciar", "desconectar", "excluir"])
def test_an_address_that_is_only_looked_at_does_nothing(page, office, order):
    channel = make_channel(office.firm)
    assert page(f"/notas/canais/{channel.pk}/{order}/").status_code == 302
    assert not WorkItem.objects.exists()
    assert state_of(channel) == "connected"


def test_a_refusal_of_an_order_is_told(send, office):
    channel = make_channel(office.firm)
    answer = send(f"/notas/canais/{channel.pk}/conectar/")
    assert "O canal já está conectado" in str([*get_messages(answer.wsgi_request)])
    assert not WorkItem.objects.exists()


def test_what_people_asked_stands_on_the_page(send, shown, office):
    channel = make_channel(office.firm)
    send(f"/notas/canais/{channel.pk}/reiniciar/")
    assert "Pedido: reiniciar (Contador 1)" in shown(channel).text

"""What operators see of webhooks, and processing one again (O11)."""

import uuid

import pytest
from django.urls import reverse

from accounts.tests.factories import make_buyer, make_operator
from inbox.models import Delivery, Replay
from inbox.tests.senders import deliver, deliver_chat
from queue_worker.tests.effects import effects_table, list_effects
from queue_worker.tests.support import run_due

pytestmark = pytest.mark.django_db(transaction=True)
EVENT = {
    "id": "evt_1",
    "type": "order.paid",
    "order": 7,
    "note": "Dona Exemplo, 11 98888-7777",
    "parts": [1] * 30,
}


@pytest.fixture
def operator(client, transactional_db):
    operator = make_operator()
    client.force_login(operator)
    with effects_table():
        yield operator


def replay(client, delivery, *, reason="o pedido foi corrigido", key=None):
    data = {"reason": reason, "form_key": key or uuid.uuid4()}
    return client.post(reverse("operations:replay_delivery", args=[delivery.pk]), data, follow=True)


def page_of(client, delivery):
    return client.get(reverse("operations:delivery", args=[delivery.pk])).content.decode()


def test_the_list_says_what_came_and_why_it_was_refused(client, operator):
    deliver(client, EVENT)
    deliver(client, b"nada")
    deliver_chat(client, {"messages": [1]})

    text = client.get(reverse("operations:deliveries")).content.decode()
    assert "Pagamentos de teste" in text
    assert "canal-1" in text
    assert "O conteúdo não é um objeto JSON." in text

    page = client.get(reverse("operations:deliveries"), {"origem": "tests-ledger", "estado": "refused"})
    assert [delivery.state for delivery in page.context["page"]] == ["refused"]
    assert "body" in page.context["page"][0].get_deferred_fields()


@pytest.mark.parametrize("query", [{"origem": "x"}, {"estado": "x"}, {"page": "9" * 30}, {"origem": "\x00"}])
def test_an_odd_filter_shows_the_whole_list(client, operator, query):
    assert client.get(reverse("operations:deliveries"), query).status_code == 200


def test_the_page_shows_the_shape_and_not_what_people_wrote(client, operator):
    deliver(client, EVENT)

    text = page_of(client, Delivery.objects.get())

    assert "order.paid" in text
    assert "texto, 27 caracteres" in text
    assert "Dona Exemplo" not in text


def test_a_delivery_is_processed_again_with_a_reason_that_is_kept(client, operator):
    deliver(client, {**EVENT, "unknown": True})
    run_due()
    delivery = Delivery.objects.get()

    text = replay(client, delivery).content.decode()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("received", "")
    assert "o pedido foi corrigido" in text
    assert Replay.objects.get().actor == operator


def test_replayed_twice_it_has_its_effect_once(client, operator):
    deliver(client, EVENT)
    run_due()
    deliver_chat(client, {"messages": [1]})
    run_due()

    for _ in range(2):
        for delivery in Delivery.objects.all():
            replay(client, delivery)
        run_due()

    assert list_effects("granted") == [7]
    assert list_effects("answered") == [1]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"processed"}


def test_a_double_click_is_one_replay(client, operator):
    deliver(client, EVENT)
    key = uuid.uuid4()

    for _ in range(2):
        replay(client, Delivery.objects.get(), key=key)

    assert Replay.objects.count() == 1


def test_without_a_reason_nothing_is_replayed(client, operator):
    deliver(client, b"nada")
    answer = replay(client, Delivery.objects.get(), reason=" ")

    assert answer.status_code == 422
    assert not Replay.objects.exists()


def test_only_operators_look_and_replay(client):
    client.force_login(make_buyer()[0])
    deliver(client, b"nada")
    delivery = Delivery.objects.get()

    assert replay(client, delivery).status_code == 403
    for name, args in (("deliveries", []), ("delivery", [delivery.pk])):
        assert client.get(reverse(f"operations:{name}", args=args)).status_code == 403


def test_an_unknown_delivery_is_not_found(client, operator):
    assert client.get(reverse("operations:delivery", args=[404404])).status_code == 404
    assert client.post(reverse("operations:replay_delivery", args=[404404])).status_code == 404

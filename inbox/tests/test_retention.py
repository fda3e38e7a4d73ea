"""What is forgotten: bodies after 30 days, rows after 180 (W24, O15)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Delivery
from inbox.services import delete_old_deliveries, replay_delivery
from inbox.services.replaying import BodyGone
from inbox.tests.senders import deliver
from queue_worker.models import WorkItem
from queue_worker.tests.support import run_due

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("effects")]


def make_old(client, days, **fields):
    """One delivery that came so many days ago."""
    deliver(client, {"id": f"evt_{days}", "order": days})
    delivery = Delivery.objects.latest("pk")
    when = timezone.now() - timedelta(days=days, minutes=1)
    Delivery.objects.filter(pk=delivery.pk).update(received_at=when, **fields)
    return delivery


def test_a_body_goes_after_its_time_and_its_row_stays(client):
    young, old = make_old(client, 29), make_old(client, 30)

    assert delete_old_deliveries() == (1, 0)

    young.refresh_from_db()
    old.refresh_from_db()
    assert young.body is not None
    assert (old.body, old.external_id) == (None, "evt_30")
    assert old.body_deleted_at is not None


def test_a_row_goes_after_half_a_year(client):
    kept = make_old(client, 179)
    make_old(client, 180)

    delete_old_deliveries()

    assert list(Delivery.objects.values_list("pk", flat=True)) == [kept.pk]


def test_a_source_that_nobody_registers_any_more_is_forgotten_as_well(client):
    make_old(client, 30, source="antiga")

    assert delete_old_deliveries() == (1, 0)


def test_twice_is_once(client):
    make_old(client, 30)

    assert [delete_old_deliveries() for _ in range(2)] == [(1, 0), (0, 0)]


def test_work_that_comes_too_late_says_so(client):
    old = make_old(client, 30)
    delete_old_deliveries()
    run_due()

    old.refresh_from_db()
    assert (old.state, old.reason) == ("refused", "O conteúdo já foi apagado: passou o prazo de guarda.")
    assert WorkItem.objects.get().status == "done"


def test_what_lost_its_body_is_not_replayed(client, django_user_model):
    old = make_old(client, 30)
    delete_old_deliveries()

    with pytest.raises(BodyGone):
        replay_delivery(delivery_id=old.pk, actor_id=1, reason="de novo", form_key=old.key)

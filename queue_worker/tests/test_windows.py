"""Quiet windows: an item that each further call moves later, up to a cap (W7)."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from queue_worker import runner
from queue_worker.errors import RetryLater, Snooze
from queue_worker.models import WorkItem
from queue_worker.services import claim, enqueue, record_done
from queue_worker.tests.effects import list_effects, note
from queue_worker.tests.handlers import ANSWERS, ECHO
from queue_worker.tests.support import claim_one, make_due, put_one, race, until

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "conversation 7"
NOW = timezone.now()


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def message(at, kind=ECHO, quiet=2, cap=8, **fields):
    """Enqueue as a message does that comes at second `at`: run after `quiet`, at most `cap` later."""
    window = {"run_after": after(at + quiet), "postpone_until": after(at + cap)}
    return put_one(kind, **{"dedupe_key": KEY, "ordering_key": KEY, **window, **fields})


def urgent(at, **fields):
    return put_one(ECHO, dedupe_key=KEY, ordering_key=KEY, run_after=after(at), **fields)


def raiser(error):
    def answer(work):
        raise error

    return answer


def test_each_message_moves_the_window_later():
    first = message(at=0)
    second = message(at=1.5)

    assert second.pk == first.pk
    assert second.run_after == after(3.5)


def test_the_first_message_says_how_late_the_window_may_end():
    message(at=0)
    for at in (1, 3, 5, 7):
        last = message(at=at)

    assert (last.run_after, last.postpone_until) == (after(8), after(8))


def test_a_shorter_window_does_not_run_earlier():
    message(at=0, quiet=4)

    assert message(at=1, quiet=2).run_after == after(4)


def test_a_window_ends_at_its_own_cap_at_the_latest():
    assert message(at=0, quiet=20, cap=8).run_after == after(8)


def test_the_urgent_form_runs_now_and_no_message_postpones_it_again():
    message(at=0)

    assert urgent(at=1).run_after == after(1)
    assert message(at=1.2).run_after == after(1)


def test_what_was_asked_for_without_a_window_is_not_postponed():
    urgent(at=1)

    assert message(at=0.5).run_after == after(1)


def test_a_window_needs_a_key_and_a_time():
    for fields in ({"run_after": after(2)}, {"dedupe_key": KEY}):
        with pytest.raises(ValueError, match="quiet window"):
            put_one(ECHO, postpone_until=after(8), **fields)


def test_a_moved_window_is_not_taken_at_its_first_end():
    message(at=0, quiet=-1, cap=172_800)

    with transaction.atomic():
        message(at=86_400)
        assert race(1, lambda: claim(queue="io", worker="test")) == [None]

    assert claim(queue="io", worker="test") is None


def test_moving_spends_no_attempt():
    for at in range(6):
        message(at=at)
    make_due()

    assert claim_one().attempts == 1


def test_a_message_during_the_run_opens_a_window_of_its_own_behind_it():
    first = message(at=0)
    make_due()
    running = claim_one()

    second = message(at=60)

    assert second.pk != first.pk
    assert second.postpone_until == after(68)
    make_due()
    assert claim(queue="io", worker="test") is None
    record_done(item_id=running.pk, token=running.lease_owner, ordering_key=KEY, result=None)
    assert claim_one().pk == second.pk


def test_a_message_does_not_shorten_the_back_off_of_a_failed_run(answers):
    answers["busy"] = raiser(RetryLater(300, "ocupado"))
    item = message(at=0, kind=ANSWERS, payload={"answer": "busy"})
    make_due()
    runner.run(claim_one())

    again = message(at=1, kind=ANSWERS)

    assert again.pk == item.pk
    assert again.run_after > timezone.now() + timedelta(seconds=200)


def test_waiting_on_purpose_spends_no_attempt_and_leaves_no_failure(answers):
    answers["media"] = raiser(Snooze(0, "mídia a caminho"))
    item = put_one(ANSWERS, payload={"answer": "media"})

    for _ in range(5):
        runner.run(claim_one())

    item.refresh_from_db()
    assert (item.status, item.attempts, item.max_attempts) == ("pending", 0, 3)
    assert (item.history, item.last_error, item.must_ask) == ([], "", False)


def test_waiting_on_purpose_lasts_as_long_as_it_says(answers):
    answers["media"] = raiser(Snooze(60, "mídia a caminho"))
    item = put_one(ANSWERS, payload={"answer": "media"})

    runner.run(claim_one())

    item.refresh_from_db()
    assert timedelta(seconds=50) < item.run_after - timezone.now() <= timedelta(seconds=60)


def test_eight_first_messages_at_once_open_one_window():
    items = race(8, lambda: message(at=0))

    assert {item.pk for item in items} == {WorkItem.objects.get().pk}
    assert WorkItem.objects.get().run_after == after(2)


def test_every_message_is_read_whatever_the_claims_that_it_meets(effects):
    """Four writers, four readers: no message is committed behind the run that should read it."""
    writers, messages = iter(range(4)), 40
    finished = []

    def write(writer):
        for number in range(messages):
            with transaction.atomic():
                note(1000 * writer + number, "message")
                now = timezone.now()
                window = {
                    "run_after": now + timedelta(seconds=0.002),
                    "postpone_until": now + timedelta(seconds=0.01),
                }
                enqueue(kind=ECHO, payload={}, dedupe_key=KEY, ordering_key=KEY, **window)
        finished.append(writer)

    def read():
        for _ in until(lambda: len(finished) == 4 and not WorkItem.objects.exclude(status="done").exists()):
            item = claim(queue="io", worker="test")
            if item is not None:
                for unread in sorted(set(list_effects("message")) - set(list_effects("read"))):
                    note(unread, "read")
                record_done(item_id=item.pk, token=item.lease_owner, ordering_key=KEY, result=None)

    def act():
        writer = next(writers, None)
        read() if writer is None else write(writer)

    race(8, act)

    assert len(finished) == 4
    assert sorted(list_effects("read")) == sorted(list_effects("message"))
    assert WorkItem.objects.filter(attempts=1).count() == WorkItem.objects.count()

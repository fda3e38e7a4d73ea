"""What becomes of an item: done, again, asked first, dead; and never twice."""

import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core.errors import Refused, Unavailable, Unknown
from core.request_ids import bind_request_id, current_request_id
from queue_worker import runner
from queue_worker.keeper import keeper
from queue_worker.models import WorkItem
from queue_worker.policy import Backoff
from queue_worker.services import claim, finish, reap, record_done, renew_leases
from queue_worker.tests.effects import list_effects, note
from queue_worker.tests.handlers import ANSWERS, ECHO, EFFECT
from queue_worker.tests.support import claim_one, expire_leases, make_due, put, put_one, race, run_due

pytestmark = pytest.mark.django_db(transaction=True)


def raiser(error):
    def answer(work):
        raise error

    return answer


def run_once(answer):
    """Enqueue an item that answers so, run it once and return it as it then is."""
    item = put_one(ANSWERS, payload={"answer": answer})
    runner.run(claim_one())
    item.refresh_from_db()
    return item


def test_what_the_handler_returns_is_the_result():
    item = put_one(ECHO, payload={"city": "Santa Maria"})

    run_due()

    item.refresh_from_db()
    assert (item.status, item.result, item.lease_owner) == ("done", {"city": "Santa Maria"}, None)
    assert item.finished_at >= item.claimed_at


def test_an_item_runs_under_the_request_that_made_it_and_with_no_transaction(answers):
    seen = []

    def look(work):
        seen.append((current_request_id(), connection.in_atomic_block))

    answers["look"] = look
    with bind_request_id("request-0001"):
        put_one(ANSWERS, payload={"answer": "look"})

    run_due()

    assert seen == [("request-0001", False)]


def test_retry_later_waits_as_long_as_it_says():
    item = run_once("retry_later")

    assert (item.status, item.last_error, item.must_ask) == ("pending", "ocupado", False)
    assert timedelta(seconds=6) < item.run_after - timezone.now() < timedelta(seconds=7)


def test_an_unknown_outcome_is_asked_about_in_the_next_run():
    item = run_once("ask_first")

    assert (item.status, item.must_ask) == ("pending", True)


def test_an_unexpected_error_is_kept_without_personal_data_and_asked_about():
    item = run_once("break_down")

    assert (item.status, item.must_ask) == ("pending", True)
    assert item.last_error == "ZeroDivisionError: conta errada de ***@***"


def test_an_item_dies_after_its_last_attempt_and_says_what_happened_each_time(effects):
    item = put_one(ANSWERS, payload={"answer": "break_down"})

    for _ in range(3):
        make_due()
        run_due()

    item.refresh_from_db()
    assert item.status == "dead"
    assert [(run["attempt"], run["outcome"]) for run in item.history] == [
        (1, "error"),
        (2, "error"),
        (3, "error"),
    ]
    assert list_effects("on_dead") == [item.pk]


def test_giving_up_kills_at_once(effects):
    assert run_once("give_up").status == "dead"


@pytest.mark.parametrize(
    ("error", "status", "must_ask"),
    [
        (Refused("400", "não"), "dead", False),
        (Unavailable("depois", retry_after=60), "pending", False),
        (Unknown("talvez"), "pending", True),
    ],
)
def test_the_three_answers_of_a_provider_have_their_meaning(effects, answers, error, status, must_ask):
    answers["provider"] = raiser(error)

    item = run_once("provider")

    assert (item.status, item.must_ask) == (status, must_ask)


def test_a_provider_that_names_a_time_is_asked_then(answers):
    answers["provider"] = raiser(Unavailable("depois", retry_after=60))

    item = run_once("provider")

    assert item.run_after - timezone.now() > timedelta(seconds=58)


def test_finishing_commits_with_the_effects(effects):
    item = put_one(EFFECT)

    run_due()

    item.refresh_from_db()
    assert item.status == "done"
    assert list_effects("effect") == [item.pk]


def test_effects_without_the_lease_roll_back(effects):
    item = put_one(EFFECT, payload={"seconds": 0.2})
    mine = claim_one()
    expire_leases()
    reap()
    make_due()
    theirs = claim_one()

    assert runner.run(mine) is None

    item.refresh_from_db()
    assert list_effects("effect") == []
    assert (item.status, item.lease_owner) == ("processing", theirs.lease_owner)


def test_an_old_owner_cannot_record_over_the_new_one():
    put_one(ECHO)
    mine = claim_one()
    expire_leases()
    reap()
    make_due()
    claim_one()

    assert not record_done(item_id=mine.pk, token=mine.lease_owner, ordering_key=None, result={})


def test_the_failure_of_an_old_owner_changes_nothing(effects):
    item = put_one(ANSWERS, payload={"answer": "give_up"})
    mine = claim_one()
    expire_leases()
    reap()
    make_due()
    claim_one()

    assert runner.run(mine) is None

    item.refresh_from_db()
    assert (item.status, item.attempts, list_effects("on_dead")) == ("processing", 2, [])


def test_a_handler_that_fails_after_its_commit_stays_done(effects, answers):
    def finish_and_fail(work):
        with transaction.atomic():
            work.finish({"sent": 1})
        raise ConnectionError("tarde demais")

    answers["late"] = finish_and_fail

    item = run_once("late")

    assert (item.status, item.result) == ("done", {"sent": 1})


def test_a_handler_whose_finishing_rolled_back_runs_again(effects, answers):
    def finish_and_fail(work):
        with transaction.atomic():
            note(work.item_id, "effect")
            work.finish()
            raise ConnectionError("a tempo")

    answers["rolled back"] = finish_and_fail

    assert run_once("rolled back").status == "pending"
    assert list_effects("effect") == []


def test_a_handler_that_swallows_its_rolled_back_finish_is_recorded(effects, answers):
    def finish_and_forget(work):
        with transaction.atomic():
            work.finish({"n": 1})
            transaction.set_rollback(True)
        return {"n": 2}

    answers["forget"] = finish_and_forget

    item = run_once("forget")

    assert (item.status, item.result) == ("done", {"n": 2})


def test_a_crash_between_claim_and_record_is_taken_back_and_asked_about(effects):
    item = put_one(EFFECT)
    claim_one()
    assert reap() == 0
    expire_leases()

    assert reap() == 1

    make_due()
    run_due()
    item.refresh_from_db()
    assert (item.status, item.attempts) == ("done", 2)
    assert (list_effects("ask"), list_effects("effect")) == ([item.pk], [item.pk])
    assert item.history[0]["outcome"] == "expired"


def test_nothing_runs_for_more_than_thirty_minutes():
    item = put_one(ECHO)
    claim_one()
    WorkItem.objects.filter(pk=item.pk).update(claimed_at=timezone.now() - timedelta(minutes=31))

    assert reap() == 1


def test_a_failing_on_dead_is_tried_again_and_counts_once(effects, answers):
    answers["on_dead_failures"] = 1
    item = run_once("give_up")
    assert (item.status, item.last_error) == ("processing", "on_dead: ConnectionError: o estorno falhou")
    assert reap() == 0

    expire_leases()
    assert (reap(), reap()) == (1, 0)

    item.refresh_from_db()
    assert item.status == "dead"
    assert list_effects("on_dead") == [item.pk]


def test_a_key_that_waits_again_elsewhere_does_not_hinder_the_retry():
    first = put_one(ANSWERS, payload={"answer": "retry_later"}, dedupe_key="a")
    running = claim_one()
    second = put_one(ANSWERS, payload={"answer": "retry_later"}, dedupe_key="a")

    runner.run(running)

    first.refresh_from_db()
    assert (first.status, first.dedupe_key) == ("pending", None)
    assert WorkItem.objects.get(pk=second.pk).dedupe_key == "a"


def test_a_lease_is_kept_while_the_handler_works(effects):
    item = put_one(EFFECT, payload={"seconds": 2.5})

    runner.run(claim_one())

    item.refresh_from_db()
    assert (item.status, item.attempts) == ("done", 1)
    assert item.heartbeat_at > item.claimed_at + timedelta(seconds=1)


def test_of_two_reapers_one_works_and_none_leaves_its_lock_behind():
    put_one(ECHO)
    claim_one()
    expire_leases()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('queue_worker.reap', 0))")
        assert race(1, reap) == [0]

    assert reap() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert cursor.fetchone() == (0,)


def test_what_is_being_finished_is_neither_reaped_nor_holds_up_the_renewal_of_others():
    put(ECHO, 2)
    ending, other = claim_one(), claim_one()
    leases = [(item.pk, item.lease_owner) for item in (ending, other)]
    expire_leases()

    with transaction.atomic():
        finish(item_id=ending.pk, token=ending.lease_owner, ordering_key=None, result=None)
        assert race(1, lambda: renew_leases(leases=leases)) == [{ending.pk, other.pk}]
        assert race(1, reap) == [0]

    assert WorkItem.objects.get(pk=ending.pk).status == "done"


def test_check_stops_a_handler_that_lost_its_item(answers):
    reached = []

    def work_on(work):
        expire_leases()
        reap()
        work.note_renewal(time.monotonic(), held=bool(renew_leases(leases=[(work.item_id, work.token)])))
        work.check()
        reached.append("outside")

    answers["check"] = work_on

    item = run_once("check")

    assert (item.status, reached) == ("pending", [])


def test_a_work_past_its_deadline_is_let_go_and_seen_as_stuck(answers):
    seen = []

    def overrun(work):
        work.deadline = time.monotonic()
        assert work.renew_at is None
        work._held_until = time.monotonic()
        seen.extend(keeper.stuck())

    answers["overrun"] = overrun

    run_once("overrun")

    assert [work.kind for work in seen] == [ANSWERS]
    assert keeper.running() == []


def test_waiting_grows_to_a_cap_and_spreads():
    backoff = Backoff(first=2, factor=2, cap=60)

    waits = {attempts: {backoff.seconds(attempts) for _ in range(50)} for attempts in (1, 3, 9)}

    assert all(1 <= wait <= 2 for wait in waits[1])
    assert all(4 <= wait <= 8 for wait in waits[3])
    assert all(30 <= wait <= 60 for wait in waits[9])
    assert len(waits[9]) > 40


def test_a_drain_works_until_nothing_is_due():
    for _ in range(3):
        put_one(ECHO)

    assert runner.drain("io") == 3
    assert claim(queue="io", worker="test") is None


def test_two_drains_of_one_bell_run_each_item_once(effects):
    item = put_one(EFFECT)

    assert (runner.drain("io"), runner.drain("io")) == (1, 0)
    assert list_effects("effect") == [item.pk]

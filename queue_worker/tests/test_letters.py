"""Letters as work: written when they are sent, recorded with the end of the work, sent twice at worst."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from core.mail import Letter, Outcome
from queue_worker import runner
from queue_worker.errors import Snooze
from queue_worker.letters import LetterKind
from queue_worker.models import WorkItem
from queue_worker.policy import Handler
from queue_worker.registry import get_handler, register
from queue_worker.services import reap
from queue_worker.tests.support import claim_one, expire_leases, make_due, put_one, race, run_due

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "tests.letter"


class Killed(BaseException):
    """The process dies here."""


@dataclass
class Desk:
    """What the kind of letter in these tests does."""

    write: Callable[..., Letter | None] = lambda **_: Letter("dona@nitro.example", "Aviso", "Olá", "")
    recorded: list[Any] = field(default_factory=list)

    def record(self, *, outcome, written_at, person_id):
        self.recorded.append((outcome, person_id))
        assert (written_at is None) == (outcome == Outcome.FAILED)


at_work = []
"""The desk of the test that runs."""


def write(*, person_id):
    return at_work[-1].write(person_id=person_id)


def record(*, outcome, written_at, person_id):
    at_work[-1].record(outcome=outcome, written_at=written_at, person_id=person_id)


register([LetterKind(KIND, write, record).as_handler()])


@pytest.fixture
def desk():
    at_work.append(Desk())
    return at_work[-1]


def ask():
    return put_one(KIND, payload={"person_id": 7})


def mail_server_is_down(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9


def test_every_kind_of_letter_is_work_of_its_own_name():
    assert isinstance(get_handler("accounts.send_email"), Handler)


def test_a_letter_is_written_when_it_is_sent_and_its_work_holds_ids_only(desk):
    item = ask()
    desk.write = lambda person_id: Letter("nova@nitro.example", "Aviso", f"Olá, {person_id}", "")

    run_due()

    item.refresh_from_db()
    assert item.payload == {"person_id": 7}
    assert (item.status, item.result) == ("done", {"outcome": "sent"})
    assert [(letter.to, letter.body) for letter in mail.outbox] == [(["nova@nitro.example"], "Olá, 7")]
    assert desk.recorded == [(Outcome.SENT, 7)]


def test_a_letter_whose_reason_is_gone_is_not_sent(desk):
    ask()
    desk.write = lambda **_: None

    run_due()

    assert (mail.outbox, desk.recorded) == ([], [(Outcome.DROPPED, 7)])


def test_a_letter_that_waits_for_something_spends_no_attempt(desk):
    item = ask()

    def wait(person_id):
        raise Snooze(0, "o PDF ainda não veio")

    desk.write = wait
    for _ in range(20):
        runner.run(claim_one())
    item.refresh_from_db()

    assert (item.status, item.attempts, desk.recorded) == ("pending", 0, [])


def test_a_letter_that_never_leaves_is_recorded_as_failed(desk, settings):
    item = ask()
    mail_server_is_down(settings)

    for _ in range(8):
        make_due()
        run_due()

    item.refresh_from_db()
    assert item.status == "dead"
    assert desk.recorded == [(Outcome.FAILED, 7)]


def test_a_server_that_was_down_gets_the_letter_later(desk, settings):
    ask()
    usual = settings.EMAIL_BACKEND
    mail_server_is_down(settings)
    run_due()
    settings.EMAIL_BACKEND = usual

    make_due()
    run_due()

    assert (len(mail.outbox), desk.recorded) == (1, [(Outcome.SENT, 7)])


def test_a_crash_after_sending_sends_twice_at_worst_and_records_once(desk):
    ask()
    usual = desk.record

    def die(**_):
        raise Killed

    desk.record = die
    with pytest.raises(Killed):
        run_due()
    desk.record = usual
    expire_leases()
    reap()
    make_due()
    run_due()

    assert (len(mail.outbox), desk.recorded) == (2, [(Outcome.SENT, 7)])


def test_a_letter_whose_record_is_lost_is_not_done(desk):
    item = ask()

    def fail(**_):
        raise ValueError("a linha sumiu")

    desk.record = fail
    run_due()

    item.refresh_from_db()
    assert (item.status, item.must_ask) == ("pending", True)


def test_four_workers_at_once_send_each_letter_once(desk):
    for _ in range(6):
        ask()

    race(4, run_due)

    assert len(mail.outbox) == WorkItem.objects.filter(status="done").count() == 6


def test_a_letter_is_dated_before_it_is_written(desk):
    ask()
    began = timezone.now()
    dates = []
    desk.record = lambda *, written_at, **_: dates.append(written_at)
    desk.write = lambda **_: dates.append(timezone.now())

    run_due()

    written, dated = dates
    assert began <= dated <= written

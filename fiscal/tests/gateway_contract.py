"""One suite for every gateway: what the engine may rely on, over real HTTP against the sandbox.

A gateway's test module gives a `side` (what it calls things, and what its city does) and inherits the class.
"""

import json
import time
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from structlog.testing import capture_logs

from core.breaker import CircuitOpen
from core.errors import Refused, Unavailable, Unknown
from core.http import CalledInsideTransaction, close_providers
from core.http import client as http_client
from embedded.servers import free_port
from fiscal.documents.clock import competence_today, issue_time
from fiscal.enumerations import NoteStatus
from fiscal.gateways.base import (
    Accepted,
    Allocation,
    Canceled,
    CancellationPending,
    Exchange,
    Issued,
    NFSeGateway,
    NoteReference,
    NotFound,
    PreparedNote,
    Rejected,
    Taken,
)
from fiscal.gateways.national import client as national_client
from fiscal.gateways.plugnotas import client as plugnotas_client
from fiscal.tests.notes import ISSUER_CNPJ, TAKER_CNPJ
from fiscal.values import NoteSnapshot, Substitution
from sandbox.testing import Sandbox

REASON = "Serviço não foi prestado ao cliente"


class Side(ABC):
    """What differs between gateways. `issue` and `cancel` are patterns of paths for faults."""

    provider: str
    issue_path: str
    find_path: str
    cancel_path: str
    url_setting: str

    def __init__(self, sandbox: Sandbox, settings: Any) -> None:
        self.sandbox = sandbox
        self.settings = settings
        self.numbers = count(1)
        self.exchanges: list[Exchange] = []

    @abstractmethod
    def gateway(self) -> NFSeGateway: ...

    @abstractmethod
    def stranger(self) -> NFSeGateway:
        """A gateway whose key or certificate is not accepted."""

    @abstractmethod
    def snapshot(self) -> NoteSnapshot: ...

    @abstractmethod
    def refusable(self) -> tuple[NoteSnapshot, str, str]:
        """Content that the authority refuses, with the code and field of the reason."""

    @abstractmethod
    def be_down_for_maintenance(self) -> None: ...

    @abstractmethod
    def cancel_by_city(self, reference: NoteReference) -> None: ...

    @abstractmethod
    def refuse_cancellations(self) -> None: ...

    @abstractmethod
    def count(self) -> int:
        """How many notes the authority has."""

    def prepare(self, snapshot: NoteSnapshot | None = None, **changes: Any) -> PreparedNote:
        number = next(self.numbers)
        allocation = Allocation(f"inv-{number:022d}", issue_time(timezone.now()), series=900, number=number)
        return self.gateway().prepare(snapshot or self.snapshot(), replace(allocation, **changes))

    def fail(self, kind: str, path: str = "", **fields: Any) -> None:
        method = "GET" if path == self.find_path else "POST"
        self.sandbox.fail(self.provider, kind, path=path or self.issue_path, method=method, **fields)

    def settle(self, prepared: PreparedNote) -> Any:
        """Ask until it is decided, as the engine does."""
        return _until(lambda: self.gateway().find(prepared), lambda found: not isinstance(found, Accepted))

    def issue(self, prepared: PreparedNote | None = None) -> Issued:
        prepared = prepared or self.prepare()
        outcome = self.gateway().issue(prepared)
        found = self.settle(prepared) if isinstance(outcome, Accepted) else outcome
        assert isinstance(found, Issued), found
        return found

    def cancel(self, reference: NoteReference) -> Any:
        outcome = self.gateway().cancel(reference, reason_code="2", text=REASON)
        return self.settle_cancellation(reference) if isinstance(outcome, CancellationPending) else outcome

    def settle_cancellation(self, reference: NoteReference) -> Any:
        return _until(
            lambda: self.gateway().find_cancellation(reference),
            lambda found: not isinstance(found, CancellationPending),
        )


def _until(ask, is_done, seconds=10):
    deadline = time.monotonic() + seconds
    while True:
        found = ask()
        if is_done(found) or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def today():
    return competence_today(timezone.now())


class GatewayContract:
    """Run unchanged over both gateways."""

    @pytest.fixture(autouse=True)
    def short_waits(self, monkeypatch):
        monkeypatch.setattr(http_client, "RETRY_WAITS", (0.01, 0.01))
        monkeypatch.setattr(national_client, "RETRY_WAITS", (0.01, 0.01))

    @pytest.fixture
    def impatient(self, monkeypatch):
        monkeypatch.setattr(national_client, "SEND_SECONDS", 1)
        monkeypatch.setattr(plugnotas_client, "CALL_SECONDS", 1)

    # --- Issue -------------------------------------------------------------------------------------
    def test_a_note_is_issued_and_read_again(self, side):
        issued = side.issue()

        again = side.gateway().fetch(issued.reference)

        assert issued.number
        assert (again.number, again.access_key, again.status) == (
            issued.number,
            issued.access_key,
            NoteStatus.AUTHORIZED,
        )
        assert side.count() == 1

    def test_preparing_twice_sends_the_same_content_and_asks_nobody(self, side):
        moment = issue_time(timezone.now())
        with capture_logs() as calls:
            one = side.prepare(integration_id="inv-1", number=7, issued_at=moment)
            two = side.prepare(integration_id="inv-1", number=7, issued_at=moment)

        assert (one.id, one.sha256, one.payload) == (two.id, two.sha256, two.payload)
        assert calls == []

    def test_issuing_twice_gives_one_note(self, side):
        prepared = side.prepare()
        first = side.issue(prepared)

        second = side.gateway().issue(prepared)

        assert isinstance(second, Issued)
        assert (second.number, second.adopted) == (first.number, True)
        assert side.count() == 1

    def test_issuing_at_once_from_many_threads_gives_one_note(self, side):
        prepared = side.prepare()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: _quietly(side.gateway().issue, prepared), range(4)))

        assert isinstance(side.settle(prepared), Issued)
        assert side.count() == 1

    def test_a_lost_answer_is_unknown_and_the_note_is_found_and_adopted(self, side):
        prepared = side.prepare()
        side.fail("drop", count=1)
        with pytest.raises(Unknown):
            side.gateway().issue(prepared)

        found = side.settle(prepared)

        assert isinstance(found, Issued)
        assert found.adopted
        assert side.count() == 1

    @pytest.mark.usefixtures("impatient")
    def test_an_answer_that_comes_too_late_is_unknown(self, side):
        prepared = side.prepare()
        side.fail("late_after", count=1, seconds=4)
        with pytest.raises(Unknown):
            side.gateway().issue(prepared)

        assert isinstance(side.settle(prepared), Issued)

    @pytest.mark.parametrize("fault", ["drop_before", "html", "garbage"])
    def test_what_is_proved_absent_may_be_sent_again_with_the_same_bytes(self, side, fault):
        prepared = side.prepare()
        side.fail(fault, count=1)
        with pytest.raises(Unknown):
            side.gateway().issue(prepared)
        assert side.gateway().find(prepared) == NotFound(prepared.id)

        side.issue(prepared)

        assert side.count() == 1

    def test_a_note_made_after_we_looked_is_adopted_when_the_same_bytes_go_again(self, side):
        prepared = side.prepare()
        side.fail("work_later", count=1, seconds=1)
        with pytest.raises(Unknown):
            side.gateway().issue(prepared)
        assert side.gateway().find(prepared) == NotFound(prepared.id)
        _until(side.count, lambda made: made == 1)

        side.issue(prepared)

        assert side.count() == 1

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_a_5xx_is_unknown(self, side, status):
        prepared = side.prepare()
        side.fail("status", count=1, status=status)

        with pytest.raises(Unknown):
            side.gateway().issue(prepared)

        assert side.gateway().find(prepared) == NotFound(prepared.id)

    def test_nobody_listening_is_unavailable_and_nothing_was_sent(self, side):
        prepared = side.prepare()
        setattr(side.settings, side.url_setting, f"https://127.0.0.1:{free_port()}")

        with pytest.raises(Unavailable):
            side.gateway().issue(prepared)

    def test_maintenance_is_unavailable_and_the_same_bytes_pass_later(self, side):
        prepared = side.prepare()
        side.be_down_for_maintenance()
        with pytest.raises(Unavailable):
            side.gateway().issue(prepared)

        side.sandbox.heal()
        close_providers()  # a 429 pauses the provider in this process; another process has no pause
        side.issue(prepared)

        assert side.count() == 1

    def test_a_refusal_names_code_field_and_who_fixes_it(self, side):
        snapshot, code, field = side.refusable()
        prepared = side.prepare(snapshot)

        outcome = side.gateway().issue(prepared)

        assert isinstance(outcome, Rejected)
        problem = next(problem for problem in outcome.problems if problem.code == code)
        assert problem.field == field
        assert problem.message_pt
        assert problem.next_step
        assert problem.original
        assert side.gateway().find(prepared) == NotFound(prepared.id)

    def test_a_number_with_other_content_is_not_adopted(self, side):
        first = side.issue(side.prepare(integration_id="inv-1", number=7))
        other = replace(side.snapshot(), amount=Decimal("99.00"))
        prepared = side.prepare(other, integration_id="inv-1", number=7)

        outcome = side.gateway().issue(prepared)

        assert isinstance(outcome, Taken)
        assert outcome.reference.access_key == first.access_key
        assert isinstance(side.gateway().find(prepared), Taken)
        assert side.count() == 1

    def test_a_wrong_key_or_certificate_issues_nothing(self, side):
        prepared = side.prepare()
        stranger = side.stranger()

        assert _is_refusal(stranger.issue, prepared)
        with pytest.raises(Refused):
            stranger.find(prepared)

        assert side.count() == 0

    def test_a_note_replaces_another(self, side):
        old = side.issue()
        substitution = Substitution(old.access_key, "99", "Descrição do serviço estava errada")
        snapshot = side.snapshot()
        snapshot = replace(
            snapshot,
            substitutes=substitution,
            service=replace(snapshot.service, description="Manutenção do site em outubro"),
        )

        new = side.issue(side.prepare(snapshot, replaces_id=old.reference.provider_id))

        assert new.number != old.number
        assert side.gateway().state(old.reference).status in {NoteStatus.REPLACED, NoteStatus.CANCELED}
        assert side.gateway().state(new.reference).status is NoteStatus.AUTHORIZED

    # --- Find --------------------------------------------------------------------------------------
    @pytest.mark.parametrize("fault", [{"kind": "status", "status": 503}, {"kind": "drop"}])
    def test_a_question_that_gets_no_answer_is_unavailable_never_absent(self, side, fault):
        prepared = side.prepare()
        side.issue(prepared)
        side.sandbox.fail(side.provider, **fault)

        with pytest.raises(Unavailable):
            side.gateway().find(prepared)

    def test_a_question_is_asked_again_when_it_fails_once(self, side):
        prepared = side.prepare()
        side.issue(prepared)
        side.fail("drop", path=side.find_path, count=1)

        assert isinstance(side.gateway().find(prepared), Issued)

    # --- Cancel ------------------------------------------------------------------------------------
    def test_a_note_is_canceled(self, side):
        issued = side.issue()

        assert isinstance(side.cancel(issued.reference), Canceled)

        assert side.gateway().state(issued.reference).status is NoteStatus.CANCELED

    def test_canceling_twice_is_canceled_already(self, side):
        issued = side.issue()
        side.cancel(issued.reference)

        again = side.cancel(issued.reference)

        assert isinstance(again, Canceled)
        assert again.already

    def test_a_lost_answer_to_a_cancellation_is_unknown_and_its_end_is_found(self, side):
        issued = side.issue()
        side.fail("drop", path=side.cancel_path, count=1)
        with pytest.raises(Unknown):
            side.cancel(issued.reference)

        assert isinstance(side.settle_cancellation(issued.reference), Canceled)

    def test_a_cancellation_that_never_arrived_is_not_found(self, side):
        issued = side.issue()
        side.fail("drop_before", path=side.cancel_path, count=1)
        with pytest.raises(Unknown):
            side.cancel(issued.reference)

        assert isinstance(side.gateway().find_cancellation(issued.reference), NotFound)

    def test_a_cancellation_that_the_city_refuses_leaves_the_note_standing(self, side):
        side.refuse_cancellations()
        issued = side.issue()

        outcome = side.cancel(issued.reference)

        assert isinstance(outcome, Rejected)
        assert outcome.problems[0].message_pt
        assert side.gateway().state(issued.reference).status is NoteStatus.AUTHORIZED

    def test_a_note_that_the_city_canceled_does_not_stay_authorized(self, side):
        issued = side.issue()
        side.cancel_by_city(issued.reference)

        assert side.gateway().state(issued.reference).status is NoteStatus.CANCELED
        assert isinstance(side.gateway().find_cancellation(issued.reference), Canceled)

    # --- Documents ---------------------------------------------------------------------------------
    def test_the_document_and_its_picture_come(self, side):
        issued = side.issue()

        assert side.gateway().xml(issued.reference).startswith(b"<?xml")
        assert side.gateway().pdf(issued.reference).startswith(b"%PDF")

    # --- Manners -----------------------------------------------------------------------------------
    def test_every_answer_is_recorded_without_documents(self, side):
        issued = side.issue()
        side.gateway().xml(issued.reference)

        assert {exchange.operation for exchange in side.exchanges} > {"issue"}
        assert all(len(exchange.text) <= 8192 for exchange in side.exchanges)
        assert not any("H4sI" in exchange.text for exchange in side.exchanges)

    def test_a_failure_is_recorded_too(self, side):
        side.fail("status", count=1, status=503, message="em manutenção agora")
        with pytest.raises(Unknown):
            side.gateway().issue(side.prepare())

        assert (side.exchanges[-1].status, "em manutenção" in side.exchanges[-1].text) == (503, True)

    def test_logs_name_nobody_and_no_note(self, side):
        with capture_logs() as lines:
            issued = side.issue()
            side.cancel(issued.reference)

        text = json.dumps(lines, default=str)
        secrets = [ISSUER_CNPJ, TAKER_CNPJ, "Bem Viver", issued.access_key, issued.reference.provider_id]
        assert lines
        assert [secret for secret in secrets if secret and secret in text] == []

    @pytest.mark.django_db(transaction=True)
    def test_nothing_is_asked_inside_a_transaction(self, side):
        prepared = side.prepare()

        with transaction.atomic(), pytest.raises(CalledInsideTransaction):
            side.gateway().issue(prepared)

        assert side.count() == 0

    def test_it_is_left_alone_after_failures_in_a_row(self, side):
        prepared = side.prepare()
        side.fail("status", status=500)
        for _ in range(5):
            with pytest.raises(Unknown):
                side.gateway().issue(prepared)

        with pytest.raises(CircuitOpen):
            side.gateway().issue(prepared)


def _quietly(call, *arguments):
    try:
        return call(*arguments)
    except (Unknown, Unavailable) as error:
        return error


def _is_refusal(call, *arguments):
    try:
        return isinstance(call(*arguments), Rejected)
    except Refused:
        return True

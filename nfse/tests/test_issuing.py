"""One confirmed request gives one note, whatever happens on the way (R84-R96), through both gateways."""

import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.http import close_providers
from fiscal.documents.clock import issue_time
from fiscal.gateways.base import Allocation
from fiscal.gateways.national import gateway as national
from fiscal.gateways.plugnotas import gateway as plugnotas
from nfse.actors import Actor
from nfse.models import (
    Certificate,
    Company,
    GatewayExchange,
    Invoice,
    InvoiceRequest,
    Notice,
    NumberSeries,
    RequestEvent,
    TaxProfile,
)
from nfse.permissions import NotAllowed, NotFound
from nfse.services.issuing import kinds
from nfse.services.issuing.building import NotIssuable
from nfse.services.issuing.confirming import (
    CannotWithdraw,
    MirrorChanged,
    confirm_request,
    retry_request,
    withdraw_request,
)
from nfse.services.issuing.gateways_of import open_gateway
from nfse.services.issuing.moving import locked_request, move
from nfse.services.issuing.preparing import prepare_request
from nfse.services.issuing.snapshots import SubstitutionInput
from nfse.services.issuing.sweeping import requeue_lost_requests
from nfse.services.issuing.telling import tell_doubts
from nfse.services.notes.canceling import InvalidCancelReason, cancel_invoice
from nfse.services.notes.reading import enqueue_due_readings
from nfse.states import ForbiddenMove, State
from nfse.tests.firms import acting, make_office
from nfse.tests.issuing import events_of, make_shop, work_off
from queue_worker.models import WorkItem
from queue_worker.services import claim, reap
from queue_worker.tests.support import expire_leases, make_due, race, run_due

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "Serviço não foi prestado ao cliente"


# --- Mirror and yes ----------------------------------------------------------------------------------


def test_a_mirror_stores_nothing_and_asks_nobody(shop):
    calls = len(shop.sandbox.calls())

    mirror = shop.prepare()

    assert mirror.can_confirm
    assert {line.key for line in mirror.lines} >= {"issuer", "taker", "service", "amount", "iss", "test"}
    assert not InvoiceRequest.objects.exists()
    assert not NumberSeries.objects.exists()
    assert len(shop.sandbox.calls()) == calls


def test_a_yes_stores_content_identity_bytes_and_work_before_anything_is_sent(shop):
    request = shop.confirm()

    stored = InvoiceRequest.objects.get()
    assert (stored.state, stored.number, stored.series) == (State.QUEUED, 1, 900)
    assert stored.snapshot.content_hash() == stored.content_hash
    assert stored.payload
    assert bool(stored.dps_id) == (shop.provider == "sefin")
    assert WorkItem.objects.filter(kind="nfse.send_request", status="pending").count() == 1
    assert events_of(request) == ["confirmed"]
    assert shop.posts() == 0


def test_a_yes_to_another_mirror_is_asked_again(shop):
    seen = shop.prepare(amount="100.00")

    with pytest.raises(MirrorChanged):
        confirm_request(**shop.who, note=shop.note("200.00"), mirror_hash=seen.hash, form_key=uuid.uuid4())

    assert not InvoiceRequest.objects.exists()


def test_gates_are_checked_again_at_the_yes(national_shop):
    seen = national_shop.prepare()
    Certificate.objects.update(
        valid_until=timezone.now() - timedelta(days=1), valid_from=timezone.now() - timedelta(days=9)
    )

    with pytest.raises(NotIssuable) as refused:
        confirm_request(
            **national_shop.who, note=national_shop.note(), mirror_hash=seen.hash, form_key=uuid.uuid4()
        )

    assert [problem.code for problem in refused.value.problems] == ["certificate"]
    assert not NumberSeries.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("100000.01")}, "limit"),
        ({"description": "curta"}, "description"),
        ({"taker_id": None}, "taker"),
    ],
)
def test_what_blocks_is_named(shop, change, code):
    mirror = shop.prepare(replace(shop.note(), **change))

    assert [problem.code for problem in mirror.problems] == [code]
    assert mirror.hash == ""


@pytest.mark.parametrize(("status", "blocks"), [("08", True), ("01", True), ("04", False), ("02", None)])
def test_the_taker_s_status_blocks_or_warns(shop, status, blocks):
    shop.taker.registry_status = status
    shop.taker.save()

    mirror = shop.prepare()

    assert bool(mirror.problems) is (blocks is True)
    assert bool(mirror.warnings) is (blocks is False)


def test_an_equal_note_within_a_day_is_pointed_out_and_needs_its_own_yes(shop):
    seen = shop.prepare()
    first = shop.confirm()

    mirror = shop.prepare()

    assert mirror.twin_id == first.pk
    assert mirror.can_confirm
    with pytest.raises(MirrorChanged):
        confirm_request(**shop.who, note=shop.note(), mirror_hash=seen.hash, form_key=uuid.uuid4())


@pytest.mark.parametrize(("missing", "code"), [("cnae", "cnae"), ("iss_rate", "iss_rate")])
def test_what_plugnotas_would_refuse_is_said_before_the_yes(sandbox, office, missing, code):
    shop = make_shop(office, sandbox, "plugnotas")
    shop.company.services.update(iss_rate=None if missing == "iss_rate" else Decimal("2.50"))
    Company.objects.update(main_cnae="" if missing == "cnae" else "6209100")

    seen = shop.prepare()

    assert [problem.code for problem in seen.problems] == [code]
    assert shop.posts() == 0


def test_a_mei_at_plugnotas_is_told_before_the_mirror_and_can_issue_at_the_national_one(sandbox, office):
    """PlugNotas takes no note without a rate, and a MEI has none: it would refuse every note of his."""
    shop = make_shop(office, sandbox, "plugnotas")
    Company.objects.update(tax_regime="mei")
    TaxProfile.objects.update(
        simples_apportionment=None, total_tax_mode="not_informed", total_tax_percent=None
    )
    shop.company.services.update(iss_rate=None)

    seen = shop.prepare()

    [problem] = seen.problems
    assert (problem.code, problem.field) == ("gateway", "gateway")
    assert "emissor nacional" in problem.message_pt
    assert (seen.lines, shop.posts()) == ((), 0)

    Company.objects.update(gateway="national")
    assert replace(shop, provider="sefin").prepare().can_confirm


def test_another_firm_and_an_attendant_cannot_issue(shop):
    stranger = make_office(2)

    with pytest.raises(NotFound):
        prepare_request(actor=acting(stranger, "owner"), note=shop.note())
    with pytest.raises(NotFound):
        prepare_request(actor=Actor(shop.office.firm.pk, user_id=stranger.owner.pk), note=shop.note())
    with pytest.raises(NotAllowed):
        prepare_request(actor=acting(shop.office, "attendant"), note=shop.note())


# --- Twice, at once ----------------------------------------------------------------------------------


def test_the_same_form_twice_is_one_request(shop):
    key = uuid.uuid4()

    first, second = (
        confirm_request(**shop.who, note=shop.note(), mirror_hash=seen, form_key=key)
        for seen in [shop.prepare().hash] * 2
    )

    assert first == second
    assert NumberSeries.objects.get().last_number == 1


def test_four_yeses_at_once_give_one_request_and_one_note(shop):
    seen, key = shop.prepare().hash, uuid.uuid4()

    found = race(4, lambda: confirm_request(**shop.who, note=shop.note(), mirror_hash=seen, form_key=key).pk)

    assert len(set(found)) == 1
    assert work_off(InvoiceRequest.objects.get()).state == State.ISSUED
    assert shop.count() == 1


def test_numbers_of_requests_confirmed_at_once_are_unique_and_without_gap(shop):
    amounts = iter(f"{100 + number}.00" for number in range(6))
    notes = [shop.note(amount) for amount in amounts]
    yeses = [(note, shop.prepare(note).hash) for note in notes]

    def yes():
        note, seen = yeses.pop()
        return confirm_request(**shop.who, note=note, mirror_hash=seen, form_key=uuid.uuid4()).number

    assert sorted(race(6, yes)) == [1, 2, 3, 4, 5, 6]


# --- Sending -----------------------------------------------------------------------------------------


def test_a_note_is_issued_with_its_xml_and_its_answers(shop):
    request = work_off(shop.confirm())

    assert request.state == State.ISSUED
    make_due()
    run_due()
    invoice = Invoice.objects.get(request=request)
    assert invoice.number
    assert invoice.xml.lstrip().startswith(b"<")
    assert invoice.amount == Decimal("1500.00")
    assert invoice.read_next_at is not None
    assert GatewayExchange.objects.filter(request=request).exists()
    assert shop.count() == 1


def test_the_work_again_sends_nothing_again(shop):
    request = work_off(shop.confirm())
    with transaction.atomic():
        kinds.enqueue_for(request, kinds.SEND)
        kinds.enqueue_for(request, kinds.ASK)

    run_due()

    request.refresh_from_db()
    assert request.state == State.ISSUED
    assert shop.posts() == 1


def test_a_refusal_is_final_and_says_why(national_shop):
    national_shop.sandbox.set_taxpayer(national_shop.taker.cnpj, exists=False)

    request = work_off(national_shop.confirm())

    assert request.state == State.REJECTED
    assert [problem["code"] for problem in request.problems] == ["E0190"]
    assert request.problems[0]["message_pt"]
    assert not WorkItem.objects.filter(status="pending").exists()
    assert Notice.objects.filter(kind="rejected", reference_id=str(request.pk)).count() == 2


def test_a_clock_that_ran_ahead_signs_again_under_the_same_number(national_shop):
    national_shop.sandbox.set_clock(-30)
    confirmed = national_shop.confirm()

    request = work_off(InvoiceRequest.objects.get())

    assert (request.state, request.number) == (State.ISSUED, confirmed.number)
    assert "clock_ahead" in events_of(request)
    assert request.payload_sha256 != confirmed.payload_sha256
    assert request.content_hash == confirmed.content_hash


def test_a_number_that_another_program_used_is_neither_adopted_nor_repeated(national_shop):
    request = national_shop.confirm()
    other = open_gateway(request)
    theirs = replace(request.snapshot, amount=Decimal("77.00"))
    issued_at = issue_time(timezone.now())
    other.issue(other.prepare(theirs, Allocation("x", issued_at, series=900, number=request.number)))

    work_off(request, turns=3)

    assert (request.state, request.attention) == (State.IN_DOUBT, "taken")
    assert not Invoice.objects.exists()
    assert national_shop.count() == 1
    assert not WorkItem.objects.filter(status="pending").exists()
    assert requeue_lost_requests(now=timezone.now() + timedelta(hours=1)) == 0
    assert Notice.objects.filter(kind="in_doubt").count() == 2


def test_a_gateway_that_is_down_keeps_the_request_and_sends_it_when_it_is_back(shop):
    shop.fail("status", status=429, count=2)

    request = work_off(shop.confirm())

    assert request.state == State.ISSUED
    assert "unavailable" in events_of(request)
    assert shop.count() == 1


def test_a_gateway_down_for_a_day_ends_in_failed_and_may_be_retried_with_the_same_number(shop):
    shop.fail("status", status=429)
    request = shop.confirm()
    InvoiceRequest.objects.update(retry_until=timezone.now() - timedelta(seconds=1))
    assert work_off(request).state == State.FAILED
    shop.sandbox.heal()

    retry_request(**shop.who, request_id=request.pk)

    assert work_off(request).state == State.ISSUED
    assert (request.number, shop.count()) == (1, 1)


def test_a_lost_answer_is_asked_about_and_the_note_is_adopted(shop):
    shop.fail("drop", count=1)

    request = work_off(shop.confirm())

    assert request.state == State.ISSUED
    assert "answer_lost" in events_of(request)
    assert (shop.count(), shop.posts()) == (1, 1)


def test_a_request_that_never_arrived_goes_again_only_after_repeated_absence(shop):
    shop.fail("status", status=502, count=1)

    request = work_off(shop.confirm())

    assert request.state == State.ISSUED
    seen = events_of(request)
    assert seen.index("answer_lost") < seen.index("proved_absent") < len(seen) - 1
    assert (shop.count(), shop.posts()) == (1, 2)
    assert InvoiceRequest.objects.get().number == 1


def test_a_request_in_doubt_is_never_given_up_while_nobody_answers(shop):
    shop.fail("drop", count=1)
    request = shop.confirm()
    run_due()
    shop.sandbox.fail(shop.provider, "status", status=503)
    InvoiceRequest.objects.update(retry_until=timezone.now() - timedelta(days=2))

    work_off(request, turns=5)

    assert request.state == State.IN_DOUBT
    assert tell_doubts(now=timezone.now()) == 0
    assert [tell_doubts(now=timezone.now() + timedelta(hours=3)) for _ in range(2)] == [1, 1]
    assert Notice.objects.filter(kind="in_doubt").count() == 2
    shop.sandbox.heal()
    close_providers()  # the breaker would hold for a while
    assert work_off(request).state == State.ISSUED
    assert shop.count() == 1


def test_without_a_certificate_the_request_waits_and_goes_when_there_is_one(national_shop):
    request = national_shop.confirm()
    Certificate.objects.update(is_active=False)
    run_due()
    request.refresh_from_db()
    assert (request.state, request.attention) == (State.QUEUED, "certificate")
    assert Notice.objects.filter(kind="certificate").count() == 2

    Certificate.objects.update(is_active=True)

    assert work_off(request).state == State.ISSUED
    assert request.attention == ""


def test_a_request_that_was_not_sent_can_be_withdrawn_and_one_that_was_cannot(shop):
    request = shop.confirm()
    assert withdraw_request(**shop.who, request_id=request.pk).state == State.WITHDRAWN
    run_due()
    assert shop.posts() == 0

    issued = work_off(shop.confirm(amount="20.00"))
    assert issued.number == 2
    with pytest.raises(CannotWithdraw):
        withdraw_request(**shop.who, request_id=issued.pk)


# --- Crashes -----------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process dies here."""


def gateway_class(shop):
    return national.NationalGateway if shop.provider == "sefin" else plugnotas.PlugNotasGateway


def test_a_worker_that_dies_before_the_first_byte_leaves_one_note(shop, monkeypatch):
    request = shop.confirm()
    with monkeypatch.context() as patch:
        patch.setattr(gateway_class(shop), "issue", die)
        with pytest.raises(Killed):
            run_due()
    expire_leases()
    reap()

    assert work_off(request).state == State.ISSUED
    assert "run_lost" in events_of(request)
    assert shop.count() == 1


def test_a_worker_that_dies_after_the_authority_answered_leaves_one_note(shop, monkeypatch):
    request = shop.confirm()
    kept = gateway_class(shop).issue

    def issue_and_die(self, prepared):
        kept(self, prepared)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(gateway_class(shop), "issue", issue_and_die)
        with pytest.raises(Killed):
            run_due()
    expire_leases()
    reap()

    assert work_off(request).state == State.ISSUED
    assert (shop.count(), shop.posts()) == (1, 1)


def test_a_worker_that_dies_between_claim_and_attempt_leaves_one_note(shop):
    request = shop.confirm()
    assert claim(queue="io", worker="dead") is not None
    expire_leases()
    reap()

    assert work_off(request).state == State.ISSUED
    assert (shop.count(), shop.posts()) == (1, 1)


def test_a_request_whose_work_was_lost_gets_it_again(shop):
    request = shop.confirm()
    WorkItem.objects.all().delete()
    assert requeue_lost_requests(now=timezone.now()) == 0

    assert requeue_lost_requests(now=timezone.now() + timedelta(minutes=2)) == 1
    assert requeue_lost_requests(now=timezone.now() + timedelta(minutes=2)) == 0

    assert work_off(request).state == State.ISSUED


def test_work_that_died_of_errors_does_not_fail_a_request_in_doubt(shop, monkeypatch):
    shop.fail("drop", count=1)
    request = shop.confirm()
    run_due()
    with monkeypatch.context() as patch:
        patch.setattr(gateway_class(shop), "find", explode)
        WorkItem.objects.filter(kind="nfse.ask_request").update(max_attempts=1)
        make_due()
        run_due()
    request.refresh_from_db()
    assert request.state == State.IN_DOUBT
    assert WorkItem.objects.filter(status="dead").exists()

    assert work_off(request).state == State.ISSUED


def die(_self, _prepared):
    raise Killed


def explode(_self, _prepared):
    raise ValueError("a bug")


# --- History and content -----------------------------------------------------------------------------


def test_history_is_append_only_and_what_was_confirmed_stays(shop):
    request = shop.confirm()

    for change in (
        lambda: RequestEvent.objects.update(detail="outra coisa"),
        lambda: RequestEvent.objects.all().delete(),
        lambda: InvoiceRequest.objects.update(amount=1),
        lambda: InvoiceRequest.objects.update(number=99),
        lambda: NumberSeries.objects.update(last_number=0),
    ):
        with pytest.raises(IntegrityError):
            change()

    with pytest.raises(ForbiddenMove), locked_request(request.pk) as locked:
        move(locked, State.ISSUED, "nonsense")
    with pytest.raises(transaction.TransactionManagementError):
        move(request, State.SENDING, "without_lock")


def test_neither_snapshot_nor_document_is_readable_in_the_database(shop):
    shop.confirm()

    with connection.cursor() as cursor:
        cursor.execute("SELECT snapshot_data, payload_text FROM nfse_invoicerequest")
        row = cursor.fetchone()

    assert all("Rota" not in text and "PD94" not in text for text in row)


# --- Cancel, city, substitution ----------------------------------------------------------------------


def issued_note(shop):
    return Invoice.objects.get(request=work_off(shop.confirm()))


def test_a_note_is_canceled_once(shop):
    invoice = issued_note(shop)
    asked = {**shop.who, "invoice_id": invoice.pk, "reason_code": "2", "text": REASON}

    cancel_invoice(**asked)
    cancel_invoice(**asked)

    request = work_off(invoice.request, until=lambda state: state == State.CANCELED)
    assert request.state == State.CANCELED
    assert events_of(request).count("cancel_asked") == 1


def test_a_cancellation_whose_answer_was_lost_is_asked_about(shop):
    invoice = issued_note(shop)
    path = "*/eventos" if shop.provider == "sefin" else "/nfse/cancelar/*"
    shop.sandbox.fail(shop.provider, "drop", path=path, method="POST", count=1)

    cancel_invoice(**shop.who, invoice_id=invoice.pk, reason_code="2", text=REASON)

    request = work_off(invoice.request, until=lambda state: state == State.CANCELED)
    assert request.state == State.CANCELED


def test_a_refused_cancellation_leaves_the_note_standing_and_says_why(national_shop):
    invoice = issued_note(national_shop)
    national_shop.sandbox.set_city("4314902", cancel_limit="1.00")

    cancel_invoice(**national_shop.who, invoice_id=invoice.pk, reason_code="1", text=REASON)
    request = work_off(invoice.request, until=lambda state: state == State.ISSUED)

    invoice.refresh_from_db()
    assert request.state == State.ISSUED
    assert [problem["code"] for problem in invoice.cancel_problems] == ["E0823"]

    cancel_invoice(**national_shop.who, invoice_id=invoice.pk, reason_code="1", text=REASON, by_analysis=True)
    request = work_off(invoice.request, until=lambda state: state == State.IN_ANALYSIS)
    assert request.state == State.IN_ANALYSIS
    national_shop.sandbox.add_event(invoice.access_key, "105104")
    assert work_off(request, until=lambda state: state == State.CANCELED).state == State.CANCELED


def test_a_cancellation_needs_a_reason_and_the_firm_s_own_note(shop):
    invoice = issued_note(shop)
    stranger = make_office(2)

    with pytest.raises(InvalidCancelReason):
        cancel_invoice(**shop.who, invoice_id=invoice.pk, reason_code="2", text="curto")
    with pytest.raises(NotFound):
        cancel_invoice(
            actor=acting(stranger, "owner"),
            invoice_id=invoice.pk,
            reason_code="2",
            text=REASON,
        )


def test_a_note_that_the_city_cancels_does_not_stay_issued(shop):
    invoice = issued_note(shop)
    make_due()
    run_due()
    if shop.provider == "sefin":
        shop.sandbox.add_event(invoice.access_key, "305101")
    else:
        shop.sandbox.change_plugnotas_note(invoice.reference["provider_id"], "CANCELADO")

    assert enqueue_due_readings(now=timezone.now() + timedelta(hours=2)) == 1
    assert enqueue_due_readings(now=timezone.now()) == 0

    request = work_off(invoice.request, until=lambda state: state == State.CANCELED)
    assert request.state == State.CANCELED
    assert events_of(request)[-1] == "canceled_by_city"
    assert Notice.objects.filter(kind="note_changed").count() == 2


def test_the_old_note_is_replaced_only_when_the_new_one_is_issued(national_shop):
    shop = national_shop
    old = issued_note(shop)
    note = shop.note(
        description="Manutenção e hospedagem do site em novembro",
        substitutes=SubstitutionInput(old.pk, "99", "Descrição incompleta do serviço"),
    )

    new = shop.confirm(note)
    old.request.refresh_from_db()
    assert old.request.state == State.ISSUED
    assert [p.code for p in shop.prepare(note).problems] == ["substitution"]

    assert work_off(new).state == State.ISSUED
    assert work_off(old.request, until=lambda state: state == State.REPLACED).state == State.REPLACED
    old.refresh_from_db()
    assert old.replaced_by_key == new.invoice.access_key

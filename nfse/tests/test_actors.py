"""Who acts: a user or an authorised phone, and what each may do now (R102, R100)."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
from nfse.actors import Actor, PhoneNotAllowed
from nfse.models import (
    AuthorizedPhone,
    ChangeRecord,
    Company,
    Firm,
    InvoiceRequest,
    Notice,
    RequestEvent,
    Taker,
)
from nfse.permissions import NotAllowed, NotFound, Right
from nfse.selectors.invoices import RequestFilters
from nfse.services.companies import CompanyInUse, lock_company, remove_company
from nfse.services.exports.notes import HEADER, note_row, read_notes
from nfse.services.exports.zips import export_documents
from nfse.services.issuing.confirming import (
    confirm_in_transaction,
    confirm_request,
    retry_in_transaction,
    retry_request,
    withdraw_in_transaction,
    withdraw_request,
)
from nfse.services.issuing.conflicts import close_taken
from nfse.services.issuing.preparing import find_certificate, prepare_request
from nfse.services.issuing.snapshots import SubstitutionInput
from nfse.services.notes.canceling import AskTheFirm, cancel_in_transaction, cancel_invoice
from nfse.services.notes.mailing import email_invoice
from nfse.services.notes.pictures import get_note_of
from nfse.services.notices import EVERYBODY, notify
from nfse.services.takers import (
    TakerData,
    TakerTaken,
    create_taker,
    create_taker_in_transaction,
    update_taker,
)
from nfse.states import State
from nfse.tests.firms import COMPANY_CNPJS, acting, acting_phone, make_company, make_phone, make_request
from nfse.tests.issuing import work_off
from queue_worker.models import WorkItem

pytestmark = pytest.mark.django_db(transaction=True)
CHAT = InvoiceRequest.Origin.CHAT
REASON = {"reason_code": "2", "text": "Serviço não foi prestado ao cliente"}
CPF = "11144477735"


class Crash(Exception):
    pass


@transaction.atomic(durable=True)
def crash_after(*steps):
    """Do these in one transaction, which then dies."""
    for step in steps:
        step()
    raise Crash


def ask(shop, actor, **changes):
    """The yes of an actor to what it saw."""
    note = shop.note(**changes)
    seen = prepare_request(actor=actor, note=note)
    origin = CHAT if actor.phone_id else InvoiceRequest.Origin.HAND
    return confirm_request(
        actor=actor, note=note, mirror_hash=seen.hash, form_key=uuid.uuid4(), origin=origin
    )


@pytest.fixture
def phone(national_shop):
    return make_phone(national_shop.company)


@pytest.fixture
def direct(office):
    """A firm that lets phones cancel without asking it."""
    Firm.objects.filter(pk=office.firm.pk).update(chat_cancellation=Firm.ChatCancellation.ALLOWED)


# --- Identity and rights -----------------------------------------------------------------------------
@pytest.mark.parametrize("who", [{}, {"user_id": 1, "phone_id": 2}])
def test_an_actor_is_a_user_or_a_phone_exactly_one(who):
    with pytest.raises(ValueError, match="exactly one"):
        Actor(1, **who)


@pytest.mark.parametrize(
    ("marks", "rights"),
    [
        ((True, False), {Right.ISSUE, Right.ADD_TAKERS, Right.SEE_INVOICES}),
        ((False, True), {Right.CANCEL}),
        ((True, True), {Right.ISSUE, Right.ADD_TAKERS, Right.SEE_INVOICES, Right.CANCEL}),
        ((False, False), set()),
    ],
)
def test_a_phone_may_what_its_marks_say_and_nothing_of_a_member(company, marks, rights):
    phone = make_phone(company, can_issue=marks[0], can_cancel=marks[1])

    for right in Right:
        if right in rights:
            acting_phone(phone).require(right, company_id=company.pk)
        else:
            with pytest.raises(PhoneNotAllowed):
                acting_phone(phone).require(right, company_id=company.pk)


def test_a_phone_acts_for_its_own_company_only(office, company, other_office):
    other = make_company(office.firm, COMPANY_CNPJS[1])
    phone = make_phone(company)

    for company_id in (other.pk, None):
        with pytest.raises(NotFound):
            acting_phone(phone).require(Right.ISSUE, company_id=company_id)
    with pytest.raises(NotFound):
        Actor(other_office.firm.pk, phone_id=phone.pk).require(Right.ISSUE, company_id=company.pk)
    acting_phone(phone).require(Right.ADD_TAKERS)


@pytest.mark.parametrize("closed", ["phone", "company", "firm", "account"])
def test_a_phone_that_is_off_or_whose_company_or_firm_is_may_nothing(company, closed):
    phone = make_phone(company)
    rows = {"phone": phone, "company": company, "firm": company.firm}
    if closed == "account":
        type(company.firm.account).objects.update(blocked_at=company.created_at)
    else:
        type(rows[closed]).objects.filter(pk=rows[closed].pk).update(is_active=False)

    with pytest.raises(PhoneNotAllowed):
        acting_phone(phone).require(Right.ISSUE, company_id=company.pk)


# --- What a phone does -------------------------------------------------------------------------------
def test_a_phone_issues_and_its_name_stands_in_history_and_export(national_shop, phone):
    request = work_off(ask(national_shop, acting_phone(phone)))

    assert request.state == State.ISSUED
    assert (request.confirmed_by, request.confirmed_by_phone, request.origin) == (None, phone, CHAT)
    born = request.history.get(event="confirmed")
    assert (born.actor, born.actor_phone, born.actor_name) == (None, phone, "João do Vale (WhatsApp)")
    assert request.history.get(event="issued").actor_name == ""
    (note,) = read_notes(InvoiceRequest.objects.all())
    row = dict(zip(HEADER, note_row(note), strict=True))
    assert (row["Pedido por"], row["Origem"]) == ("João do Vale (WhatsApp)", "chat")


def test_a_phone_withdraws_adds_a_taker_and_has_the_files_of_its_company(national_shop, phone):
    actor = acting_phone(phone)
    taker = create_taker(actor=actor, document=CPF, data=TakerData(name="Dona Clara"))
    request = ask(national_shop, actor)

    assert withdraw_request(actor=actor, request_id=request.pk).state == State.WITHDRAWN
    assert ChangeRecord.objects.get(subject="taker", subject_id=taker.pk).actor_phone == phone

    issued = work_off(national_shop.confirm())
    assert get_note_of(actor=actor, request_id=issued.pk).request_id == issued.pk
    email_invoice(actor=actor, request_id=issued.pk, to="joao@vale.example", form_key=uuid.uuid4())
    assert issued.history.get(event="email_asked").actor_phone == phone


def test_a_phone_retries_what_failed(national_shop, phone):
    request = ask(national_shop, acting_phone(phone))
    InvoiceRequest.objects.update(state=State.FAILED)

    assert retry_request(actor=acting_phone(phone), request_id=request.pk).state == State.QUEUED
    assert request.history.get(event="retry").actor_phone == phone


def test_what_the_firm_decides_is_no_phone_s(national_shop, phone):
    invoice = work_off(national_shop.confirm()).invoice
    actor = acting_phone(phone)
    replacing = national_shop.note(
        substitutes=SubstitutionInput(invoice.pk, "99", "Dados errados do tomador")
    )

    for act in (
        lambda: prepare_request(actor=actor, note=replacing),
        lambda: close_taken(actor=actor, request_id=invoice.request_id),
        lambda: update_taker(actor=actor, taker_id=national_shop.taker.pk, data=TakerData(name="Outro")),
        lambda: cancel_invoice(actor=actor, invoice_id=invoice.pk, **REASON),
    ):
        with pytest.raises(PhoneNotAllowed):
            act()
    with pytest.raises(NotFound):  # all companies' notes
        export_documents(actor=actor, filters=RequestFilters())


def test_a_phone_cancels_where_it_may_and_the_firm_lets_it(national_shop):
    invoice = work_off(national_shop.confirm()).invoice
    actor = acting_phone(make_phone(national_shop.company, can_issue=False, can_cancel=True))

    with pytest.raises(AskTheFirm):
        cancel_invoice(actor=actor, invoice_id=invoice.pk, **REASON)
    Firm.objects.update(chat_cancellation=Firm.ChatCancellation.ALLOWED)
    request = cancel_invoice(actor=actor, invoice_id=invoice.pk, **REASON)

    assert request.state == State.CANCELING
    assert request.history.get(event="cancel_asked").actor_phone_id == actor.phone_id


def test_a_phone_of_another_company_of_the_firm_finds_nothing(office, national_shop):
    neighbour = acting_phone(make_phone(make_company(office.firm, COMPANY_CNPJS[1]), can_cancel=True))
    request = national_shop.confirm()
    issued = work_off(national_shop.confirm(amount="77.00"))

    for act in (
        lambda: prepare_request(actor=neighbour, note=national_shop.note()),
        lambda: withdraw_request(actor=neighbour, request_id=request.pk),
        lambda: retry_request(actor=neighbour, request_id=request.pk),
        lambda: cancel_invoice(actor=neighbour, invoice_id=issued.invoice.pk, **REASON),
        lambda: get_note_of(actor=neighbour, request_id=issued.pk),
    ):
        with pytest.raises(NotFound):
            act()


# --- Bad days of rights ------------------------------------------------------------------------------
def take_away_of_phone(phone):
    AuthorizedPhone.objects.filter(pk=phone.pk).update(can_issue=False)


def take_away_of_member(office):
    Membership.objects.filter(user=office.accountant).update(role=Membership.Role.ATTENDANT)


@pytest.fixture(params=["phone", "member"])
def actor_and_loss(request, national_shop, phone):
    """Who may issue, and how that right is taken away."""
    if request.param == "phone":
        return acting_phone(phone), lambda: take_away_of_phone(phone)
    office = national_shop.office
    return acting(office), lambda: take_away_of_member(office)


def test_twice_a_right_that_is_gone_refuses_the_second_yes_and_leaves_the_first(
    national_shop, actor_and_loss
):
    actor, lose = actor_and_loss
    note, key = national_shop.note(), uuid.uuid4()
    yes = {
        "actor": actor,
        "note": note,
        "mirror_hash": prepare_request(actor=actor, note=note).hash,
        "form_key": key,
        "origin": CHAT,
    }
    first = confirm_request(**yes)

    lose()

    with pytest.raises(NotAllowed):
        confirm_request(**yes)
    with pytest.raises(NotAllowed):
        withdraw_request(actor=actor, request_id=first.pk)
    assert InvoiceRequest.objects.get().state == State.QUEUED


def test_a_right_that_is_taken_away_while_the_yes_waits_for_the_lock_counts(national_shop, actor_and_loss):
    actor, lose = actor_and_loss
    company = national_shop.company

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lock_company(company.firm_id, company.pk)
            waiting = pool.submit(in_thread, ask, national_shop, actor)
            wait_until_blocked()
            lose()
        with pytest.raises(NotAllowed):
            waiting.result(30)

    assert not InvoiceRequest.objects.exists()
    assert not WorkItem.objects.filter(kind="nfse.send_request").exists()


def test_a_loss_that_crashes_takes_nothing_away(national_shop, actor_and_loss):
    actor, lose = actor_and_loss

    with pytest.raises(Crash):
        crash_after(lose)

    assert ask(national_shop, actor).state == State.QUEUED


def test_what_was_confirmed_is_settled_though_the_right_went_while_the_answer_was_unknown(
    national_shop, actor_and_loss
):
    actor, lose = actor_and_loss
    national_shop.fail("drop", count=1)
    request = work_off(ask(national_shop, actor), until=lambda state: state == State.IN_DOUBT)

    lose()

    assert work_off(request).state == State.ISSUED
    assert national_shop.count() == 1


def in_thread(act, *args):
    try:
        return act(*args)
    finally:
        connection.close()


def wait_until_blocked():
    """Return when another session waits for a lock of this one."""
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
    raise AssertionError("nobody waits")


# --- In the transaction of a caller ------------------------------------------------------------------
def own_row(firm_id):
    """A row of the caller's, as the chat has one for each message."""
    notify(
        firm_id=firm_id,
        kind=Notice.Kind.CANCELLATION_ASKED,
        title="Uma linha",
        text="De quem chama",
        dedupe_key="own-row",
        roles=EVERYBODY,
    )


@pytest.fixture
def inner_calls(national_shop, direct):
    """Each inner function, ready to be called: what it does shows in `traces`."""
    issued = work_off(national_shop.confirm(amount="300.00"))
    queued, failed = national_shop.confirm(amount="200.00"), national_shop.confirm(amount="100.00")
    InvoiceRequest.objects.filter(pk=failed.pk).update(state=State.FAILED)
    actor = acting_phone(make_phone(national_shop.company, can_cancel=True))
    note = national_shop.note("50.00")
    yes = {
        "actor": actor,
        "note": note,
        "mirror_hash": prepare_request(actor=actor, note=note).hash,
        "form_key": uuid.uuid4(),
        "certificate": find_certificate(actor.firm_id, note.company_id),
        "origin": CHAT,
    }
    return {
        "confirm": lambda: confirm_in_transaction(**yes),
        "cancel": lambda: cancel_in_transaction(actor=actor, invoice_id=issued.invoice.pk, **REASON),
        "withdraw": lambda: withdraw_in_transaction(actor=actor, request_id=queued.pk),
        "retry": lambda: retry_in_transaction(actor=actor, request_id=failed.pk),
        "taker": lambda: create_taker_in_transaction(
            actor=actor, document=CPF, data=TakerData(name="Dona Clara")
        ),
    }


def traces():
    return (
        list(InvoiceRequest.objects.order_by("pk").values_list("pk", "state")),
        RequestEvent.objects.count(),
        ChangeRecord.objects.count(),
        Taker.objects.count(),
        list(WorkItem.objects.order_by("pk").values_list("pk", "status")),
        Notice.objects.filter(title="Uma linha").count(),
    )


@pytest.mark.parametrize("name", ["confirm", "cancel", "withdraw", "retry", "taker"])
def test_a_crash_beside_the_caller_s_own_row_leaves_neither(national_shop, inner_calls, name):
    firm_id, before = national_shop.office.firm.pk, traces()

    with pytest.raises(Crash):
        crash_after(lambda: own_row(firm_id), inner_calls[name])
    assert traces() == before
    with pytest.raises(Crash):
        crash_after(inner_calls[name], lambda: own_row(firm_id))
    assert traces() == before

    with transaction.atomic(durable=True):
        own_row(firm_id)
        inner_calls[name]()
    after = traces()
    assert after != before
    assert after[-1] > 0


def test_the_caller_s_transaction_goes_on_after_a_refusal(national_shop, phone):
    actor, firm_id = acting_phone(phone), national_shop.office.firm.pk
    create_taker(actor=actor, document=CPF, data=TakerData(name="Dona Clara"))

    with transaction.atomic(durable=True):
        own_row(firm_id)
        with pytest.raises(TakerTaken):
            create_taker_in_transaction(actor=actor, document=CPF, data=TakerData(name="Dona Clara"))

    assert Notice.objects.filter(title="Uma linha").exists()


def test_outside_of_a_transaction_the_inner_functions_refuse(inner_calls):
    for name in ("confirm", "cancel", "withdraw", "retry"):
        with pytest.raises(transaction.TransactionManagementError):
            inner_calls[name]()


def test_a_worker_that_tells_of_a_request_does_not_wait_for_who_holds_the_company(national_shop):
    """It holds the request, which the other waits for: with the key locked they would wait in a circle."""
    company = national_shop.company

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        lock_company(company.firm_id, company.pk)
        told = pool.submit(in_thread, tell_about, company)
        told.result(10)

    assert Notice.objects.filter(company=company).exists()


def tell_about(company):
    with transaction.atomic():
        notify(
            firm_id=company.firm_id,
            kind=Notice.Kind.REJECTED,
            title="Nota recusada",
            text="Confira",
            dedupe_key="told",
            company_id=company.pk,
        )


# --- What the database keeps -------------------------------------------------------------------------
def test_a_request_has_exactly_one_who_confirmed_it_and_keeps_it(company):
    request, phone = make_request(company), make_phone(company)
    rows = InvoiceRequest.objects.filter(pk=request.pk)

    for change in (
        {"confirmed_by": None},
        {"confirmed_by_phone": phone},
        {"confirmed_by": None, "confirmed_by_phone": phone, "origin": CHAT},
        {"origin": "pigeon"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


def test_what_a_phone_confirms_came_by_chat_and_is_of_its_firm(company, other_office, other_company):
    request = make_request(company)
    values = {field.attname: getattr(request, field.attname) for field in request._meta.concrete_fields}
    values |= {
        "id": None,
        "form_key": uuid.uuid4(),
        "integration_id": "x",
        "number": 2,
        "confirmed_by_id": None,
    }
    stranger = make_phone(other_company)

    for phone, origin in ((make_phone(company), "hand"), (stranger, "chat")):
        with pytest.raises(IntegrityError), transaction.atomic():
            InvoiceRequest.objects.create(**values | {"confirmed_by_phone_id": phone.pk, "origin": origin})


def test_a_line_of_history_or_trail_has_one_actor_at_most(office, company):
    phone, request = make_phone(company), make_request(company)
    both = {"actor": office.owner, "actor_phone": phone, "firm": office.firm}

    with pytest.raises(IntegrityError), transaction.atomic():
        RequestEvent.objects.create(request=request, event="retry", to_state="queued", **both)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRecord.objects.create(action="changed", subject="taker", subject_id=1, **both)


def test_a_company_goes_with_its_phones_unless_one_did_something(office, company):
    who = {"firm_id": office.firm.pk, "user_id": office.owner.pk, "company_id": company.pk}
    phone = make_phone(company)
    create_taker(actor=acting_phone(phone), document=CPF, data=TakerData(name="Dona Clara"))

    with pytest.raises(CompanyInUse):
        remove_company(**who)

    other = make_company(office.firm, COMPANY_CNPJS[1])
    make_phone(other)
    remove_company(**{**who, "company_id": other.pk})
    assert list(AuthorizedPhone.objects.all()) == [phone]
    assert Company.objects.count() == 1

"""The operator's morning: what needs somebody stands on the first page and goes out by e-mail (O10, O14)."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_buyer, make_operator
from core.http.reports import list_troubles, note_answer, note_trouble, report_account_trouble
from credits.models import Order, PaymentRefund
from credits.tests.orders import place
from inbox.models import Delivery
from leads.models import Search
from leads.tests.factories import make_funded, make_search
from nfse.models import InvoiceRequest
from nfse.states import State
from nfse.tests.firms import make_certificate, make_company, make_office, make_request
from operations.kinds import LETTERS, TITLES, title_of
from operations.models import Alert, Viewing
from operations.selectors.concerns import list_concerns
from operations.services.alerts import send_alerts
from operations.services.machine import Subject, report_machine
from queue_worker.models import Worker, WorkItem
from queue_worker.queues import Queue
from queue_worker.registry import list_kinds
from queue_worker.services import record_worker
from queue_worker.tests.support import put_one, race, run_due

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def operator(client):
    operator = make_operator()
    client.force_login(operator)
    return operator


@pytest.fixture(autouse=True)
def workers():
    for queue in Queue.values:
        started = timezone.now()
        record_worker(
            name=f"{queue}@test", queues=[queue], threads=4, running=0, stuck=[], started_at=started
        )
    record_worker(name="beat@test", queues=[], threads=0, running=0, stuck=[], started_at=started)


@pytest.fixture
def company():
    office = make_office()
    company = make_company(office.firm)
    company.office = office
    return company


def beat(name="io@test"):
    """The heartbeat of one worker, which tells what does not work for it."""
    worker = Worker.objects.get(name=name)
    record_worker(
        name=name,
        queues=worker.queues,
        threads=4,
        running=0,
        stuck=[],
        started_at=worker.started_at,
        troubles=list_troubles(),
    )


def tell_trouble(name, kind):
    note_trouble(name, kind)
    beat()


def make_note(company, state, *, ago=timedelta(0), **fields):
    request = make_request(company, number=InvoiceRequest.objects.count() + 1)
    changed = timezone.now() - ago
    InvoiceRequest.objects.filter(pk=request.pk).update(state=state, state_changed_at=changed, **fields)
    return request


def make_dead(kind):
    item = put_one(kind, payload={})
    WorkItem.objects.filter(pk=item.pk).update(status="dead", finished_at=timezone.now())
    return item


def causes():
    return {concern.cause: concern.count for concern in list_concerns()}


# --- What stands on top -----------------------------------------------------------------------------------
def test_on_a_calm_morning_nothing_needs_anybody(client, operator):
    text = client.get(reverse("operations:home")).content.decode()

    assert causes() == {}
    assert "Tudo calmo" in text


def refused_by_us(company):
    make_note(company, State.REJECTED, problems=[{"code": "E0001", "who_fixes": "system"}])


def stopped_search(company):
    search = make_search(make_funded("compra@nitro.example"))
    how = {"status": "partial", "reason": "provider", "finished_at": timezone.now()}
    Search.objects.filter(pk=search.pk).update(**how)


def silent_workers(company):
    Worker.objects.exclude(queues=[]).update(seen_at=timezone.now() - 2 * MINUTE)


def silent_beat(company):
    Worker.objects.filter(queues=[]).update(seen_at=timezone.now() - 2 * MINUTE)


def old_backup(company):
    report_machine(subject=Subject.BACKUP, succeeded=True, now=timezone.now() - 27 * HOUR)


def failed_restore(company):
    report_machine(subject=Subject.RESTORE, succeeded=False, detail="credits_entry: 41 != 42")


def ending_site(company):
    report_machine(subject=Subject.CERTIFICATE, succeeded=True, ends_at=timezone.now() + timedelta(days=13))


def late_work(company):
    put_one("nfse.read_note", payload={"request_id": 1}, run_after=timezone.now() - 11 * MINUTE)


def ending_certificate(company):
    company.environment = "production"
    company.save()
    make_certificate(company.office, company, until=timezone.now() + timedelta(days=3))


def failed_delivery(company):
    delivery = Delivery(source="plugnotas", state="failed", reason="x", processed_at=timezone.now())
    delivery.seal(b"{}")
    delivery.save()


def page_without_pix(_company):
    order = place(make_buyer("pix@nitro.example"))
    Order.objects.filter(pk=order.pk).update(session_id="cs_test_1", methods=["card", "boleto"])
    WorkItem.objects.all().delete()


def odd_payment(_company):
    delivery = Delivery(
        source="stripe", state="refused", reason="x", result={"order": 1, "wrong": ["amount"]}
    )
    delivery.processed_at = timezone.now()
    delivery.seal(b"{}")
    delivery.save()


def refused_refund(_company):
    order = place(make_buyer("devolve@nitro.example"))
    WorkItem.objects.all().delete()
    PaymentRefund.objects.create(
        order=order,
        cents=100,
        status="failed",
        reason="Acordo",
        actor=make_operator("devolve@operador.example"),
    )


OUTAGES = {
    "payments:odd": odd_payment,
    "payments:refunds": refused_refund,
    "payments:methods": page_without_pix,
    "notes:doubt": lambda company: make_note(company, State.IN_DOUBT),
    "notes:credentials": lambda company: make_note(company, State.QUEUED, attention="gateway"),
    "notes:waiting": lambda company: make_note(company, State.SENDING, ago=11 * MINUTE),
    "notes:ours": refused_by_us,
    "notes:failed": lambda company: make_note(company, State.FAILED),
    "searches:provider": stopped_search,
    "provider:serper": lambda _company: tell_trouble("serper", "account"),
    "provider:sefin": lambda _company: tell_trouble("sefin", "circuit"),
    "work:dead": lambda _company: make_dead("nfse.read_note"),
    "letters:dead": lambda _company: make_dead("accounts.send_email"),
    "work:late": late_work,
    "workers:silent": silent_workers,
    "workers:beat": silent_beat,
    "machine:backup": old_backup,
    "machine:restore": failed_restore,
    "machine:certificate": ending_site,
    "deliveries:failed": failed_delivery,
    "certificates:ending": ending_certificate,
}


@pytest.mark.parametrize("cause", OUTAGES)
def test_what_went_wrong_stands_on_the_first_page_with_count_age_and_link(client, operator, company, cause):
    OUTAGES[cause](company)

    found = {concern.cause: concern for concern in list_concerns()}
    page = client.get(reverse("operations:home")).content.decode()

    assert set(found) == {cause}
    assert found[cause].title in page
    assert found[cause].since is not None
    assert client.get(found[cause].url).status_code == 200


def test_the_first_page_costs_the_same_on_the_worst_morning(client, operator, company):
    with CaptureQueriesContext(connection) as calm:
        client.get(reverse("operations:home"))
    for happen in OUTAGES.values():
        happen(company)
    with CaptureQueriesContext(connection) as worst:
        client.get(reverse("operations:home"))

    assert len(worst) == len(calm)


def test_a_refusal_that_the_firm_can_mend_is_not_ours(company):
    make_note(company, State.REJECTED, problems=[{"code": "E0190", "who_fixes": "firm"}])

    assert causes() == {}


# --- Providers --------------------------------------------------------------------------------------------
def test_a_provider_is_in_trouble_until_it_answers():
    report_account_trouble("serper", "402")
    report_account_trouble("serper", "402")
    beat()
    assert causes() == {"provider:serper": 1}

    note_answer("serper")
    beat()
    assert causes() == {}


def test_a_provider_that_several_workers_miss_is_one_line_since_the_first():
    tell_trouble("serper", "circuit")
    first = list_concerns()[0].since
    note_answer("serper")
    note_trouble("serper", "circuit")
    beat("cpu@test")

    [concern] = list_concerns()
    assert (concern.cause, concern.since) == ("provider:serper", first)


# --- Letters (O14) ----------------------------------------------------------------------------------------
def letters():
    run_due()
    return [letter.subject for letter in mail.outbox]


def test_one_letter_per_cause_and_hour_while_it_lasts(operator, company):
    make_note(company, State.IN_DOUBT, ago=3 * HOUR)
    now = timezone.now()

    assert [send_alerts(now=now + after) for after in (0 * HOUR, 59 * MINUTE, HOUR, HOUR)] == [1, 0, 1, 0]
    assert letters()[0] == "Notas em dúvida"
    assert mail.outbox[0].recipients() == [operator.email]
    assert "/operacao/notas/?motivo=doubt" in mail.outbox[0].body


def test_what_happened_once_is_told_once(operator, company):
    make_dead("nfse.read_note")
    now = timezone.now()

    assert [send_alerts(now=now + after) for after in (MINUTE, 3 * HOUR)] == [1, 0]

    make_dead("nfse.read_note")
    WorkItem.objects.filter(status="dead").update(finished_at=now + 4 * HOUR)
    assert send_alerts(now=now + 4 * HOUR) == 1


@pytest.mark.parametrize(("ago", "told"), [(119 * MINUTE, 0), (121 * MINUTE, 1)])
def test_a_doubt_is_told_after_two_hours(operator, company, ago, told):
    make_note(company, State.IN_DOUBT, ago=ago)

    assert send_alerts() == told


def test_two_beats_at_once_send_one_letter(operator, company):
    make_note(company, State.IN_DOUBT, ago=3 * HOUR)

    assert sum(race(4, send_alerts)) == 1
    assert letters() == ["Notas em dúvida"]


def test_a_clock_that_is_set_back_keeps_no_letter(operator, company):
    make_note(company, State.IN_DOUBT, ago=3 * HOUR)
    Alert.objects.create(cause="notes:doubt", sent_at=timezone.now() + timedelta(days=1))

    assert send_alerts() == 1


# --- Work: names, links, outcomes ---------------------------------------------------------------------------
def test_every_kind_of_work_has_a_name_in_portuguese():
    kinds = [kind for kind in list_kinds() if not kind.startswith("tests.")]

    assert [kind for kind in kinds if title_of(kind) == kind] == []
    assert set(TITLES) >= LETTERS


def test_the_ids_of_a_payload_lead_to_the_thing(client, operator, company):
    note = make_note(company, State.ISSUED)
    item = put_one("nfse.read_note", payload={"request_id": note.pk, "company_id": company.pk})

    text = client.get(reverse("operations:item", args=[item.pk])).content.decode()

    assert reverse("operations:note", args=[note.pk]) in text
    assert reverse("operations:company", args=[company.pk]) in text
    assert "Reler a nota" in text


@pytest.mark.parametrize(("state", "shown"), [(State.REJECTED, "Nota recusada"), (State.ISSUED, "Concluído")])
def test_work_that_is_done_is_shown_by_what_came_of_it(client, operator, company, state, shown):
    note = make_note(company, state)
    item = put_one("nfse.send_request", payload={"request_id": note.pk})
    WorkItem.objects.filter(pk=item.pk).update(status="done", finished_at=timezone.now())

    for page in (reverse("operations:items") + "?estado=done", reverse("operations:item", args=[item.pk])):
        text = client.get(page).content.decode()
        badge = text[text.index("state-dot") :]
        assert shown in badge
        assert ("Concluído" in badge) is (shown == "Concluído")


# --- A firm's page (O10) ------------------------------------------------------------------------------------
def test_an_operator_who_opens_a_page_of_a_firm_is_led_to_it_here(client, operator, company):
    note = make_note(company, State.ISSUED)
    for page, wanted in (
        (reverse("nfse:company", args=[company.pk]), reverse("operations:company", args=[company.pk])),
        (reverse("nfse:invoice", args=[note.pk]), reverse("operations:note", args=[note.pk])),
        (reverse("nfse:dashboard"), reverse("operations:firms")),
        (reverse("nfse:company", args=[404404]), reverse("operations:firms")),
    ):
        assert client.get(page, follow=True).redirect_chain[-1][0] == wanted


def test_what_is_shown_of_a_firm_is_masked_and_the_look_recorded(client, operator, company):
    company.firm.email, company.firm.phone = "contato@exemplo.com.br", "+5551999998888"
    company.firm.save()

    text = client.get(reverse("operations:firm", args=[company.firm_id])).content.decode()
    client.get(reverse("operations:company", args=[company.pk]))

    assert "contato@exemplo.com.br" not in text
    assert "99999" not in text
    assert "c•••@exemplo.com.br" in text
    looks = Viewing.objects.values_list("actor", "subject", "subject_id")
    assert set(looks) == {
        (operator.pk, "firm", company.firm_id),
        (operator.pk, "company", company.pk),
    }


def test_a_note_shows_the_answers_of_its_gateway_without_people(client, operator, company):
    note = make_note(company, State.IN_DOUBT)
    texts = (
        "<erro><codigo>E0190</codigo><nome>Dona Exemplo</nome></erro>",
        '{"situacao": "REJEITADO", "tomador": "Dona Exemplo"}',
    )
    for text in texts:
        note.exchanges.create(firm=note.firm, gateway="national", operation="ask", status=400, text=text)

    page = client.get(reverse("operations:note", args=[note.pk])).content.decode()

    assert "E0190" in page
    assert "REJEITADO" in page
    assert "Dona Exemplo" not in page


NAMES = ["home", "firms", "notes", "certificates", "open_page"]


@pytest.mark.parametrize("name", NAMES)
def test_only_operators_come_in(client, name):
    client.force_login(make_buyer()[0])

    assert client.get(reverse(f"operations:{name}")).status_code == 403


@pytest.mark.parametrize("name", ["firm", "company", "note"])
def test_what_does_not_exist_is_not_found_and_not_recorded(client, operator, name):
    assert client.get(reverse(f"operations:{name}", args=[404404])).status_code == 404
    assert not Viewing.objects.exists()

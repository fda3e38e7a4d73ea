"""One CNPJ looked up for everybody (A20, N9; R47, R55, R101), against the sandbox over HTTP."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.documents import InvalidCnpj, format_cnpj
from core.tests.signals import hearing
from credits.tests.threads import run_together
from queue_worker.models import WorkItem
from queue_worker.services.reaping import reap
from queue_worker.tests.support import claim_one, expire_leases, make_due, run_due
from registry.gateways.base import RegistryGateway
from registry.models import CnpjRecord, RegistryEstablishment, RegistryImport
from registry.selectors.lookups import find_cnpj_record
from registry.services.lookups import FETCH_CNPJ, request_cnpj
from registry.signals import cnpj_looked_up
from registry.tests.factories import make_city, make_cnpj
from registry.values import RegistryRecord, record_as_json, record_from_json

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
NOBODYS = "19131243000197"


class Denier(RegistryGateway):
    """A registry that knows nobody."""

    name = "denier"

    def get_company(self, cnpj):
        return None


class OtherDenier(Denier):
    name = "other"


def denied_by(settings, *classes):
    settings.REGISTRY_SOURCES = [f"registry.tests.test_lookups.{name}" for name in classes]


@pytest.fixture
def known(sandbox):
    """A company of Santa Maria that BrasilAPI knows."""
    make_city()
    return sandbox.world("pet shop", "Santa Maria - RS")["right"][0]


def work_off():
    """Run the queue to its end, waiting for nobody; return how many runs it took."""
    runs = 0
    while True:
        make_due()
        count = run_due()
        if not count:
            return runs
        runs += count


def look_up(cnpj, **fields):
    request_cnpj(cnpj=cnpj, **fields)
    work_off()
    return find_cnpj_record(cnpj)


def age(cnpj, by):
    CnpjRecord.objects.filter(cnpj=cnpj).update(fetched_at=timezone.now() - by)


def own_delivery(cnpj, delivered):
    """Our load of the open data, with this one establishment."""
    RegistryImport.objects.create(
        status="published", delivery_date=delivered, started_at=timezone.now(), finished_at=timezone.now()
    )
    RegistryEstablishment.objects.create(
        cnpj=cnpj, root=cnpj[:8], is_headquarters=True, trade_name="VALDORA", status="02", uf="RS",
        municipality="8841", opening_date=delivered,
    )  # fmt: skip


# --- What is asked, what comes back ------------------------------------------------------------------


def test_a_request_answers_at_once_and_calls_nobody(known, sandbox):
    row = request_cnpj(cnpj=format_cnpj(known))
    assert (row.cnpj, row.state, row.record) == (known, "pending", None)
    assert sandbox.calls() == []


def test_the_work_finds_the_company_with_its_city_and_date(known):
    row = look_up(known)
    assert (row.state, row.source, row.status) == ("found", "brasilapi", "02")
    assert (row.record.cnpj, row.record.ibge_code) == (known, "4316907")
    assert timezone.now() - row.fetched_at < timedelta(minutes=1)


def test_an_unknown_cnpj_was_never_asked(db):
    assert find_cnpj_record(NOBODYS) is None


@pytest.mark.parametrize("text", ["", "19131243000198", "1913124300019", "00000000000000"])
def test_bad_digits_cost_nothing(text):
    with pytest.raises(InvalidCnpj):
        request_cnpj(cnpj=text)
    assert not CnpjRecord.objects.exists()


def test_our_own_open_data_answer_without_a_call(sandbox):
    make_city()
    cnpj = make_cnpj(1)
    own_delivery(cnpj, timezone.localdate() - 5 * DAY)
    row = look_up(cnpj)
    assert (row.state, row.source, row.record.ibge_code) == ("found", "open_data", "4316907")
    assert timezone.localdate(row.fetched_at) == timezone.localdate() - 5 * DAY
    assert sandbox.calls() == []


def test_old_open_data_are_better_than_none(sandbox):
    make_city()
    own_delivery(NOBODYS, timezone.localdate() - 100 * DAY)
    row = look_up(NOBODYS)
    assert (row.state, row.source) == ("found", "open_data")
    assert sandbox.calls("brasilapi")
    assert request_cnpj(cnpj=NOBODYS).state == "pending"


def test_fresh_data_are_not_asked_for_again(known, sandbox):
    look_up(known)
    sandbox.reset()
    assert request_cnpj(cnpj=known, max_age=DAY).state == "found"
    assert (work_off(), sandbox.calls()) == (0, [])


def test_old_data_stay_while_newer_ones_come(known):
    look_up(known)
    age(known, 31 * DAY)
    row = request_cnpj(cnpj=known)
    assert (row.state, row.record.cnpj) == ("pending", known)
    work_off()
    assert find_cnpj_record(known).fetched_at > timezone.now() - DAY


def test_a_record_survives_being_stored(known):
    record = look_up(known).record
    assert record_from_json(record_as_json(record)) == record
    assert record.opening_date
    assert record.phones


@pytest.mark.parametrize(("status", "name"), [("02", "Ativa"), ("08", "Baixada"), ("77", "77")])
def test_a_status_has_its_name(status, name):
    assert RegistryRecord(NOBODYS, "VALDORA", status, "brasilapi").status_name == name


# --- "Does not exist" needs two sources (R47) ---------------------------------------------------------


def test_two_sources_that_do_not_know_it_are_proof_for_a_day(settings):
    denied_by(settings, "Denier", "OtherDenier")
    row = look_up(NOBODYS)
    assert (row.state, row.silent_sources, row.record) == ("not_found", ["denier", "other"], None)
    assert request_cnpj(cnpj=NOBODYS).state == "not_found"
    age(NOBODYS, 2 * DAY)
    assert request_cnpj(cnpj=NOBODYS).state == "pending"


def test_one_404_is_unknown_is_tried_again_and_not_kept(sandbox, settings):
    settings.REGISTRY_SOURCES = ["registry.gateways.brasilapi.BrasilApiRegistry"]
    row = look_up(NOBODYS)
    assert (row.state, row.fetched_at) == ("unknown", None)
    assert len(sandbox.calls("brasilapi")) > 1
    assert request_cnpj(cnpj=NOBODYS).state == "pending"


def test_the_same_source_twice_is_no_second_source(settings):
    denied_by(settings, "Denier", "Denier")
    assert look_up(NOBODYS).state == "unknown"


def test_a_false_404_does_not_hide_what_the_second_source_knows(known, sandbox):
    sandbox.fail("brasilapi", "status", status=404)
    row = look_up(known)
    assert (row.state, row.source) == ("found", "viper")


def test_known_data_survive_sources_that_are_down(known, sandbox):
    look_up(known)
    age(known, 31 * DAY)
    sandbox.fail("*", "status", status=503)
    row = look_up(known)
    assert (row.state, row.record.cnpj) == ("found", known)
    assert row.fetched_at < timezone.now() - 30 * DAY


def test_the_end_of_a_look_up_is_told_whatever_it_found(known, settings):
    with hearing(cnpj_looked_up) as heard:
        row = look_up(known)
        denied_by(settings, "Denier")
        look_up(NOBODYS)
        denied_by(settings, "Denier", "OtherDenier")
        absent = look_up(NOBODYS)

    assert heard == [
        {"cnpj": known, "state": "found", "status": "02", "fetched_at": row.fetched_at},
        {"cnpj": NOBODYS, "state": "unknown", "status": "", "fetched_at": None},
        {"cnpj": NOBODYS, "state": "not_found", "status": "", "fetched_at": absent.fetched_at},
    ]


# --- Bad days -----------------------------------------------------------------------------------------


def test_twice_is_one_item_and_one_call(known, sandbox):
    for _ in range(2):
        request_cnpj(cnpj=known)
    assert WorkItem.objects.filter(kind=FETCH_CNPJ).count() == 1
    work_off()
    assert len(sandbox.calls("brasilapi")) == 1


def test_ten_at_once_are_one_row_one_item_and_one_call(known, sandbox):
    rows = run_together([lambda: request_cnpj(cnpj=known)] * 10)
    assert {row.pk for row in rows} == {CnpjRecord.objects.get().pk}
    assert WorkItem.objects.filter(kind=FETCH_CNPJ).count() == 1
    work_off()
    assert len(sandbox.calls("brasilapi")) == 1


def test_a_request_during_the_call_waits_for_its_answer(known):
    request_cnpj(cnpj=known)
    claim_one()
    assert request_cnpj(cnpj=known).state == "pending"
    assert WorkItem.objects.filter(kind=FETCH_CNPJ).count() == 1


def test_a_worker_that_dies_in_the_middle_leaves_the_work_to_another(known):
    request_cnpj(cnpj=known)
    claim_one()
    expire_leases()
    reap()
    work_off()
    assert find_cnpj_record(known).state == "found"


def test_work_that_dies_for_good_does_not_stay_pending(known):
    request_cnpj(cnpj=known)
    WorkItem.objects.update(max_attempts=1)
    claim_one()
    expire_leases()
    with hearing(cnpj_looked_up) as heard:
        reap()
    assert find_cnpj_record(known).state == "unknown"
    assert [each["state"] for each in heard] == ["unknown"]
    assert look_up(known).state == "found"


def test_an_answer_that_never_comes_is_asked_for_again_in_the_same_work(known, sandbox, settings):
    settings.REGISTRY_SOURCES = ["registry.gateways.brasilapi.BrasilApiRegistry"]
    sandbox.fail("brasilapi", "drop", count=3)
    request_cnpj(cnpj=known)
    run_due()
    assert find_cnpj_record(known).state == "pending"
    assert WorkItem.objects.get().last_error
    work_off()
    assert find_cnpj_record(known).state == "found"
    assert WorkItem.objects.filter(kind=FETCH_CNPJ).count() == 1


def test_nobody_waits_for_a_provider_that_wants_minutes(known, sandbox):
    sandbox.fail("*", "status", status=429, retry_after="600")
    request_cnpj(cnpj=known)
    run_due()
    assert find_cnpj_record(known).state == "unknown"


def test_an_answer_that_never_comes_at_all_is_unknown(known, sandbox):
    sandbox.fail("*", "drop")
    assert look_up(known).state == "unknown"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 403},
        {"kind": "status", "status": 429},
        {"kind": "garbage"},
        {"kind": "html"},
    ],
)
def test_no_fault_is_an_absence(known, sandbox, fault):
    sandbox.fail("*", **fault)
    assert look_up(known).state == "unknown"


@pytest.mark.parametrize("fields", [{"state": "found"}, {"state": "not_found"}, {"cnpj": "123"}])
def test_the_database_refuses_answers_without_their_evidence(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        CnpjRecord.objects.create(**({"cnpj": NOBODYS} | fields))

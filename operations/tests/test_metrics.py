"""Figures for Prometheus (O13)."""

import multiprocessing
import os
import re

import pytest
from django.conf import settings as project
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from core.metrics import count_call, count_request
from credits.models import Wallet
from leads.tests.factories import make_funded
from nfse.models import InvoiceRequest
from nfse.tests.firms import make_company, make_office, make_request
from operations.services.machine import Subject, report_machine
from queue_worker import runner
from queue_worker.services import record_worker
from queue_worker.tests.handlers import ECHO
from queue_worker.tests.support import claim_one, put_one
from tests.support.own_postgres import own_postgres

pytestmark = pytest.mark.django_db(transaction=True)
ELSEWHERE = "203.0.113.9"


def ask(client):
    """Every sample, by name and labels."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


# --- Who may ask ------------------------------------------------------------------------------------------
def test_nobody_outside_learns_that_figures_exist(client, settings):
    assert client.get("/metrics", REMOTE_ADDR=ELSEWHERE).status_code == 404
    settings.METRICS_TOKEN = "um-segredo-comprido"

    assert client.get("/metrics", REMOTE_ADDR=ELSEWHERE).status_code == 404
    for header, status in (("Bearer um-segredo-comprido", 200), ("Bearer ", 404), ("Bearer outro", 404)):
        answer = client.get("/metrics", REMOTE_ADDR=ELSEWHERE, headers={"Authorization": header})
        assert answer.status_code == status


def test_through_the_proxy_is_outside(client):
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


# --- What processes count ---------------------------------------------------------------------------------
def test_a_request_is_counted_under_its_route_and_never_under_its_address(client):
    key = ("nitro_request_seconds_count", "200", "GET", "accounts:sign_in")
    before = ask(client).get(key, 0)

    client.get(reverse("accounts:sign_in"), {"next": "/segredo/"})

    text = client.get("/metrics").text
    assert ask(client)[key] == before + 1
    assert "segredo" not in text


def test_an_invented_method_is_no_new_series(client):
    client.generic("SEGREDO", "/")

    assert "SEGREDO" not in client.get("/metrics").text


def test_a_run_of_work_is_counted_by_kind_and_end(client):
    key = ("nitro_work_seconds_count", "done", ECHO)
    before = ask(client).get(key, 0)
    put_one(ECHO)

    runner.run(claim_one())

    assert ask(client)[key] == before + 1


def test_processes_are_added_up_and_the_next_one_goes_on_in_the_files_of_one_that_ended(client):
    key = ("nitro_provider_seconds_count", "a-provider-of-this-test", "ok")
    count_call(provider=key[1], outcome="ok", seconds=0.1)
    spawn = multiprocessing.get_context("fork")
    for _ in range(3):
        child = spawn.Process(target=count_call, kwargs={"provider": key[1], "outcome": "ok", "seconds": 1})
        child.start()
        child.join()

    assert ask(client)[key] == 4
    files = [name for name in os.listdir(project.METRICS_DIR) if name.startswith("histogram")]
    assert len(files) <= len({name for name in os.listdir(project.METRICS_DIR) if name.endswith(".lock")})


def test_a_folder_that_cannot_be_written_to_costs_the_count_and_nothing_else(settings, monkeypatch):
    monkeypatch.setattr("core.metrics._share_values", lambda: (_ for _ in ()).throw(PermissionError()))

    count_request(route="x", method="GET", status=200, seconds=1)


# --- What is read when somebody asks ----------------------------------------------------------------------
def test_the_queue_the_notes_and_the_ledger_are_read_from_the_database(client):
    company = make_company(make_office().firm)
    request = make_request(company, number=1)
    make_funded("compra@nitro.example")
    put_one(ECHO)
    record_worker(name="io@test", queues=["io"], threads=4, running=0, stuck=[], started_at=timezone.now())

    told = ask(client)

    assert told["nitro_work_items", ECHO, "waiting"] == 1
    assert (told["nitro_workers", "io"], told["nitro_workers", "cpu"]) == (1, 0)
    assert told["nitro_invoices", InvoiceRequest.objects.get(pk=request.pk).state] == 1
    assert told["nitro_ledger_drift",] == 0
    assert told["nitro_up", "database"] == told["nitro_up", "cache"] == told["nitro_up", "broker"] == 1
    assert ("nitro_cache_keyspace_hits_total",) in told


@pytest.mark.parametrize("file", ["alerts.yml", "dashboard.json"])
def test_rules_and_dashboard_ask_for_figures_that_exist(client, file):
    put_one(ECHO)
    runner.run(claim_one())
    count_call(provider="serper", outcome="ok", seconds=1)
    report_machine(subject=Subject.CERTIFICATE, succeeded=True, ends_at=timezone.now())
    client.get("/")

    asked = set(re.findall(r"\bnitro_\w+", (project.BASE_DIR / "deploy/prometheus" / file).read_text()))

    text = client.get("/metrics").text
    assert {name for name in asked if name not in text} == set()


def test_a_balance_that_no_entry_explains_is_drift(client):
    make_funded("compra@nitro.example")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # else the database refuses it
        Wallet.objects.update(balance=7777)

    assert ask(client)["nitro_ledger_drift",] > 0


def test_figures_of_the_processes_are_told_while_the_database_is_away(client):
    with own_postgres() as server:
        server.stop()
        connection.close()
        told = ask(client)

    assert told["nitro_up", "database"] == 0
    assert told["nitro_up", "broker"] == 1

"""Backups, tests of them, disks and the certificate of the site (O13, O14)."""

import ssl
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_buyer, make_operator
from core.disks import Disk
from core.health import NotReady
from embedded.servers import free_port
from operations.health import check_certificate
from operations.models import MachineReport
from operations.selectors import concerns
from operations.selectors.machine import list_late_reports
from operations.services.machine import Subject, read_site_certificate, report_machine
from sandbox.pki.authority import set_up

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()


@pytest.fixture
def site(settings, tmp_path):
    """A site on 127.0.0.1 that speaks TLS with a certificate of the sandbox's authority."""
    authority = set_up(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.server_file, authority.server_key_file)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # who refuses the certificate hangs up
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        settings.SITE_URL = f"https://127.0.0.1:{server.server_port}"
        settings.SITE_CA_FILE = str(authority.ca_file)
        yield settings
        server.shutdown()
        thread.join()


def report(subject=Subject.CERTIFICATE):
    return MachineReport.objects.get(subject=subject)


# --- The certificate of the site --------------------------------------------------------------------------
def test_the_certificate_is_read_as_a_browser_does(site):
    assert read_site_certificate().startswith("vale até")

    assert not report().failed
    assert report().ends_at > NOW
    assert check_certificate()["valid_until"]


def test_a_certificate_that_browsers_refuse_needs_somebody(site):
    site.SITE_CA_FILE = ""

    read_site_certificate()

    assert (report().failed, report().succeeded_at) == (True, None)
    assert "não é aceito" in report().detail
    assert set(list_late_reports(NOW)) == {Subject.CERTIFICATE}


def test_a_site_that_does_not_answer_keeps_what_was_known(site):
    read_site_certificate()
    known = report().ends_at
    assert known
    site.SITE_TLS_ADDRESS = f"127.0.0.1:{free_port()}"

    read_site_certificate()

    assert (report().failed, report().ends_at) == (True, known)


def test_a_site_without_tls_has_none_to_read(settings):
    settings.SITE_URL = "http://127.0.0.1:8000"

    read_site_certificate()

    assert not MachineReport.objects.exists()


def test_operators_hear_two_weeks_before_and_the_site_is_not_ready_two_days_before():
    report_machine(subject=Subject.CERTIFICATE, succeeded=True, ends_at=NOW + timedelta(days=13), now=NOW)
    assert set(list_late_reports(NOW)) == {Subject.CERTIFICATE}
    check_certificate()

    report_machine(subject=Subject.CERTIFICATE, succeeded=True, ends_at=NOW + timedelta(days=1), now=NOW)
    with pytest.raises(NotReady, match="vale até"):
        check_certificate()


# --- Backups ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("subject", "hours"), [("backup", 26), ("restore", 8 * 24)])
def test_what_is_older_than_its_turn_is_late(subject, hours):
    report_machine(subject=Subject(subject), succeeded=True, now=NOW)

    assert list_late_reports(NOW + timedelta(hours=hours)) == {}
    assert set(list_late_reports(NOW + timedelta(hours=hours, seconds=1))) == {subject}


def test_production_misses_what_was_never_told(settings):
    assert list_late_reports(NOW) == {}
    settings.PRODUCTION = True

    assert list_late_reports(NOW) == {"backup": None, "restore": None}


def test_the_scripts_tell_how_it_went():
    call_command("report_machine", "backup", detail="412 MB")
    call_command("report_machine", "backup", "--failed", detail="disk full")

    assert (report("backup").failed, report("backup").detail) == (True, "disk full")
    assert report("backup").succeeded_at < report("backup").reported_at


# --- Disks, the page --------------------------------------------------------------------------------------
def test_a_disk_that_gets_full_is_told_before_it_is(settings, monkeypatch):
    settings.DISK_LOW_PERCENT = 10
    monkeypatch.setattr(concerns, "list_disks", lambda: [Disk("/", 9.4), Disk("/dados", 60)])

    found = {concern.cause: concern for concern in concerns.list_concerns()}["machine:disk"]

    assert found.title == "Pouco espaço em disco: / (9% livres)"
    assert found.is_alert(NOW)


def test_operators_see_what_works_and_what_the_machine_did(client):
    report_machine(subject=Subject.RESTORE, succeeded=False, detail="42 linhas a menos")
    client.force_login(make_operator())

    text = client.get(reverse("operations:machine")).content.decode()

    assert "nenhum processo trabalha em chat" in text
    assert "42 linhas a menos" in text


def test_nobody_else_does(client):
    client.force_login(make_buyer()[0])

    assert client.get(reverse("operations:machine")).status_code == 403

import csv
import hashlib
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from core.private_files import FileMissing, PrivateWriter, get_path
from fiscal.documents.clock import competence_today
from nfse.models import ChangeRecord, Notice, Package
from nfse.permissions import NotAllowed, NotFound
from nfse.services.closing import making
from nfse.services.closing.downloading import PackageNotThere, take_package
from nfse.services.closing.requesting import EmptyMonth, FutureMonth, request_closing
from nfse.services.closing.sweeping import (
    delete_expired_packages,
    delete_stray_files,
    requeue_lost_packages,
)
from nfse.tests.closings import (
    EVENT_XML,
    MONTH,
    add_event,
    change_state,
    close,
    make_note,
    open_package,
    read_sheets,
)
from nfse.tests.firms import acting, make_company
from queue_worker.models import WorkItem
from queue_worker.runner import run
from queue_worker.services import reap
from queue_worker.tests.support import claim_one, expire_leases, make_due, put_one, race, run_due

pytestmark = pytest.mark.django_db(transaction=True)
State = Package.State


def ask(office, **fields):
    return request_closing(firm_id=office.firm.pk, user_id=office.accountant.pk, **{"month": MONTH, **fields})


def files(root):
    return [path for path in Path(root).glob("**/*") if path.is_file()]


# --- What is inside --------------------------------------------------------------------------------
def test_a_closing_has_xml_events_spreadsheet_and_manifest(office, company):
    note = make_note(company, 1, state="canceled", events=("101101",))

    archive = open_package(office, close(office))

    stem = f"{company.document}/2026-10/NFSe_1_{note.invoice.access_key}"
    assert archive.testzip() is None
    assert archive.namelist() == [
        f"{stem}.xml",
        f"{stem}_evento_101101.xml",
        "fechamento_2026-10.xlsx",
        "manifesto.csv",
    ]
    assert archive.read(f"{stem}.xml") == note.invoice.xml
    assert archive.read(f"{stem}_evento_101101.xml") == EVENT_XML


def test_the_manifest_names_each_file_with_its_digest(office, company):
    note = make_note(company, 1)
    archive = open_package(office, close(office))

    text = archive.read("manifesto.csv").decode("utf-8-sig")
    header, *lines = csv.reader(io.StringIO(text), delimiter=";")

    assert header == ["Arquivo", "SHA-256", "Chave", "Situação"]
    assert [line[0] for line in lines] == archive.namelist()[:-1]
    for name, digest, _key, _state in lines:
        assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    assert lines[0][2:] == [note.invoice.access_key, "Emitida"]


def test_two_events_of_one_kind_are_two_files(office, company):
    make_note(company, 1, events=("305102", "305102"))

    names = open_package(office, close(office)).namelist()

    assert [name.rpartition("_evento_")[2] for name in names[1:3]] == ["305102.xml", "305102_2.xml"]


def test_the_summary_adds_what_stands_by_company(office, company):
    quiet = make_company(office.firm, "98765432000198", legal_name="Padaria Calma Ltda")
    make_note(company, 1, amount="100.10")
    make_note(company, 2, amount="200.20")
    make_note(company, 3, amount="999.00", state="canceled")
    make_note(company, 4, amount="999.00", state="replaced")
    make_note(company, 5, amount="999.00", state="in_doubt")

    package = close(office)

    assert read_sheets(open_package(office, package))["Resumo"] == [
        (company.legal_name, "12.345.678/0001-95", 2, 1, 1, 300.30, 0, 0, 0, 300.30, 1),
        (quiet.legal_name, "98.765.432/0001-98", 0, 0, 0, 0, 0, 0, 0, 0, 0),
    ]
    assert (package.counts["notes"], package.counts["gross"], package.counts["in_doubt"]) == (4, "300.30", 1)


def test_only_production_and_only_the_month_count(office, company):
    make_note(company, 1)
    make_note(company, 2, environment="staging")
    make_note(company, 3, day=date(2026, 9, 30))
    make_note(company, 4, day=date(2026, 11, 1))
    make_note(company, 5, day=date(2026, 10, 31))

    notes = read_sheets(open_package(office, close(office)))["Notas"]

    assert [row[4] for row in notes] == ["1", "5"]


def test_a_closing_of_one_company_has_only_that_one(office, company):
    other = make_company(office.firm, "98765432000198", legal_name="Padaria Calma Ltda")
    make_note(company, 1)
    make_note(other, 2)

    package = close(office, company=other)
    sheets = read_sheets(open_package(office, package))

    assert [row[4] for row in sheets["Notas"]] == ["2"]
    assert [row[0] for row in sheets["Resumo"]] == ["Padaria Calma Ltda"]
    assert package.file_name.startswith("nitro_fechamento_2026-10_98765432000198_")


def test_another_firms_notes_never_enter(office, company, other_company):
    make_note(company, 1)
    make_note(other_company, 2)

    sheets = read_sheets(open_package(office, close(office)))

    assert [row[0] for row in sheets["Notas"]] == [company.legal_name]
    assert [row[0] for row in sheets["Resumo"]] == [company.legal_name]


def test_what_is_in_doubt_or_refused_is_listed_with_the_reason(office, company):
    make_note(company, 1)
    make_note(company, 2, state="in_doubt")
    problem = {"code": "E0014", "field": "", "message_pt": "Já existe.", "who_fixes": "firm"}
    make_note(company, 3, state="rejected", problems=[problem])
    make_note(company, 4, state="withdrawn")

    package = close(office)
    rows = read_sheets(open_package(office, package))["Conferir"]

    assert [(row[4], row[8], row[10]) for row in rows] == [
        ("900/2", "Conferindo", "Estamos conferindo se a nota saiu. Não emita de novo."),
        ("900/3", "Recusada", "Recusada: E0014: Já existe."),
    ]
    assert package.counts["to_check"] == 2


def test_a_missing_xml_is_named_and_not_left_out(office, company):
    make_note(company, 7, with_xml=False)

    package = close(office)
    archive = open_package(office, package)
    sheets = read_sheets(archive)

    assert [row[4] for row in sheets["Notas"]] == ["7"]
    assert "XML desta nota ainda não chegou" in sheets["Conferir"][0][10]
    assert package.counts["missing_xml"] == 1
    assert [name for name in archive.namelist() if name.endswith(".xml")] == []


# --- What changed since the last -------------------------------------------------------------------
def test_the_first_closing_says_that_it_is_the_first(office, company):
    make_note(company, 1)

    package = close(office)

    assert "Primeiro fechamento" in read_sheets(open_package(office, package))["Mudanças"][0][4]
    assert package.change_count == 0


def test_the_next_closing_says_what_changed(office, company):
    canceled = make_note(company, 1)
    settled = make_note(company, 2, state="in_doubt")
    late = make_note(company, 3, with_xml=False)
    marked = make_note(company, 4)
    make_note(company, 5)
    close(office)
    change_state(canceled, "canceled")
    change_state(settled, "rejected")
    late.invoice.xml = b"<a/>"
    late.invoice.save()
    add_event(marked.invoice, "305102")
    make_note(company, 6)

    package = close(office)
    rows = read_sheets(open_package(office, package))["Mudanças"]

    assert [(row[2] or "", row[4], row[5] or "", row[6]) for row in rows] == [
        ("1", "Situação mudou", "Emitida", "Cancelada"),
        ("", "Situação mudou", "Conferindo", "Recusada"),
        ("3", "XML chegou", "sem XML", "com XML"),
        ("4", "Evento novo", "0", "1"),
        ("6", "Nota nova", "", "Emitida"),
    ]
    assert (package.change_count, len(package.changes)) == (5, 5)


def test_nothing_changed_is_said_by_an_empty_sheet(office, company):
    make_note(company, 1)
    close(office)

    package = close(office)

    assert read_sheets(open_package(office, package))["Mudanças"] == []
    assert package.change_count == 0


def test_closings_are_compared_within_their_scope_only(office, company):
    make_note(company, 1)
    close(office)

    package = close(office, company=company)

    assert "Primeiro fechamento" in read_sheets(open_package(office, package))["Mudanças"][0][4]


def test_the_comparison_outlives_the_file(office, company):
    make_note(company, 1)
    close(office)
    delete_expired_packages(now=timezone.now() + timedelta(days=31))
    make_note(company, 2)

    assert close(office).change_count == 1


# --- Who, and when not -----------------------------------------------------------------------------
def test_an_attendant_may_not_close(office, company):
    make_note(company, 1)

    with pytest.raises(NotAllowed):
        request_closing(firm_id=office.firm.pk, user_id=office.attendant.pk, month=MONTH)


def test_a_stranger_hears_of_nothing(office, company, other_office, other_company):
    make_note(company, 1)
    package = close(office)
    stranger = {"firm_id": other_office.firm.pk, "user_id": other_office.accountant.pk}

    with pytest.raises(NotFound):
        take_package(actor=acting(other_office), package_id=package.pk)
    with pytest.raises(NotFound):
        request_closing(**stranger, month=MONTH, company_id=company.pk)


def test_a_month_without_notes_has_no_closing(office, company):
    make_note(company, 1, environment="staging")

    with pytest.raises(EmptyMonth):
        ask(office)


def test_a_month_that_has_not_begun_has_no_closing(office):
    with pytest.raises(FutureMonth):
        ask(office, month=competence_today(timezone.now()) + timedelta(days=40))


# --- Bad days --------------------------------------------------------------------------------------
def test_asked_twice_is_one_package(office, company):
    make_note(company, 1)

    assert ask(office).pk == ask(office).pk
    assert WorkItem.objects.filter(kind="nfse.make_package").count() == 1


def test_asked_at_the_same_moment_is_one_package(office, company):
    make_note(company, 1)

    packages = race(6, lambda: ask(office).pk)

    assert len(set(packages)) == 1
    assert Package.objects.count() == 1


def test_a_made_one_can_be_made_again(office, company):
    make_note(company, 1)

    assert close(office).pk != close(office).pk


def test_killed_in_the_middle_it_starts_again_and_leaves_one_file(office, company, settings, monkeypatch):
    make_note(company, 1)
    package = ask(office)

    def killed(*_args, **_fields):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(making, "_record", killed)
        patch.setattr(making, "_discard", str)
        with pytest.raises(SystemExit):
            run(claim_one("cpu"))
    assert len(files(settings.FILES_ROOT)) == 1
    expire_leases()
    reap()
    make_due()
    run_due("cpu")

    package.refresh_from_db()
    assert package.state == State.READY
    assert open_package(office, package).testzip() is None
    monkeypatch.setattr("nfse.services.closing.sweeping.STRAY_AFTER", timedelta(seconds=-10))
    assert delete_stray_files() == 1
    assert files(settings.FILES_ROOT) == [get_path(package.file_path)]


def test_of_two_workers_only_the_one_that_holds_the_work_records(office, company, settings, monkeypatch):
    make_note(company, 1)
    package = ask(office)
    slow = claim_one("cpu")
    record = making._record

    def overtaken(*args, **fields):
        monkeypatch.setattr(making, "_record", record)
        expire_leases()
        reap()
        make_due()
        run_due("cpu")
        return record(*args, **fields)

    monkeypatch.setattr(making, "_record", overtaken)
    run(slow)

    package.refresh_from_db()
    assert package.state == State.READY
    assert files(settings.FILES_ROOT) == [get_path(package.file_path)]
    assert Notice.objects.filter(kind="closing").count() == 1


def test_a_full_disk_is_told_and_can_be_tried_again(office, company, settings, monkeypatch):
    make_note(company, 1)
    package = ask(office)

    def full(*_args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(PrivateWriter, "write", full)
        for _ in range(4):
            make_due()
            run_due("cpu")
    package.refresh_from_db()
    assert (package.state, package.problem) == (State.FAILED, making.DISK_TROUBLE)
    assert Notice.objects.get(kind="closing").text == making.DISK_TROUBLE
    assert WorkItem.objects.filter(kind="nfse.tell_package_failed").exists()
    assert files(settings.FILES_ROOT) == []

    assert close(office).state == State.READY


def test_a_folder_that_may_not_be_written_is_told(office, company, settings, tmp_path):
    make_note(company, 1)
    settings.FILES_ROOT = tmp_path / "plain"
    settings.FILES_ROOT.write_text("a file, not a folder")
    package = ask(office)

    for _ in range(4):
        make_due()
        run_due("cpu")

    package.refresh_from_db()
    assert (package.state, package.problem) == (State.FAILED, making.DISK_TROUBLE)


def test_too_much_for_one_run_says_what_to_do(office, company, monkeypatch):
    make_note(company, 1)
    monkeypatch.setattr(making, "TELL_EVERY", 1)
    monkeypatch.setattr(making, "SPARE_SECONDS", 1000.0)

    package = close(office)
    assert package.is_open
    make_due()
    run_due("cpu")

    package.refresh_from_db()
    assert (package.state, package.problem) == (State.FAILED, making.TOO_BIG)
    assert not WorkItem.objects.filter(kind="nfse.tell_package_failed").exists()


def test_work_that_was_lost_is_given_again(office, company):
    make_note(company, 1)
    package = ask(office)
    WorkItem.objects.all().delete()

    assert requeue_lost_packages(now=timezone.now()) == 0
    assert requeue_lost_packages(now=timezone.now() + timedelta(minutes=11)) == 1
    run_due("cpu")

    package.refresh_from_db()
    assert package.state == State.READY


def test_a_second_run_of_a_made_package_does_nothing(office, company):
    make_note(company, 1)
    package = close(office)
    put_one("nfse.make_package", payload={"package_id": package.pk})
    run_due("cpu")

    again = Package.objects.get(pk=package.pk)
    assert (again.file_path, again.ready_at) == (package.file_path, package.ready_at)


# --- The file --------------------------------------------------------------------------------------
def test_the_file_is_unreadable_on_the_disk(office, company):
    make_note(company, 1)

    stored = get_path(close(office).file_path).read_bytes()

    assert stored[:2] != b"PK"
    assert b"NFSe" not in stored
    assert b"manifesto" not in stored


def test_a_download_is_written_down(office, company):
    make_note(company, 1)
    package = close(office)
    open_package(office, package)

    record = ChangeRecord.objects.get(action="exported")
    assert (record.actor, record.subject, record.subject_id) == (office.accountant, "fechamento", package.pk)
    assert (record.subject_label, record.after) == (package.file_name, {"linhas": 1})


def test_who_asked_is_told_that_it_is_ready(office, company):
    make_note(company, 1)
    make_note(company, 2, state="in_doubt")
    close(office)

    notice = Notice.objects.get(kind="closing")
    assert notice.recipient == office.accountant
    assert notice.title == "Fechamento 10/2026: pronto para baixar"
    assert notice.text == "1 nota. 1 a conferir. O arquivo fica disponível por 30 dias."


def test_after_thirty_days_the_file_and_its_key_are_gone(office, company, settings):
    make_note(company, 1)
    package = close(office)

    assert delete_expired_packages(now=timezone.now() + timedelta(days=29)) == 0
    assert delete_expired_packages(now=timezone.now() + timedelta(days=30, minutes=1)) == 1

    package.refresh_from_db()
    assert (package.state, package.file_key, package.file_path) == (State.EXPIRED, "", "")
    assert files(settings.FILES_ROOT) == []
    with pytest.raises(PackageNotThere):
        open_package(office, package)


def test_a_file_that_the_disk_lost_is_told(office, company):
    make_note(company, 1)
    package = close(office)
    get_path(package.file_path).unlink()

    with pytest.raises(FileMissing):
        open_package(office, package)

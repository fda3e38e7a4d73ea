"""The demo firm (manage.py seed_demo): it can issue at once, and seeding again changes nothing."""

import sys

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from core.demos import PASSWORD, DemoOptions
from fiscal.documents.danfse import render
from nfse.actors import Actor
from nfse.demo.cast import ARCHITECT, BLOCKED, CONSULTANCY, FREELANCER, NOTES, PORTO_ALEGRE, SOFTWARE
from nfse.demo.firm import ensure_firm
from nfse.demo.past import ensure_year
from nfse.models import (
    AuthorizedPhone,
    Certificate,
    Company,
    Firm,
    Invoice,
    InvoiceRequest,
    Notice,
    Package,
    ServiceProfile,
    Taker,
)
from nfse.readiness import list_missing
from nfse.selectors.companies import get_company, read_readiness
from nfse.services.issuing import kinds
from nfse.services.notes.canceling import cancel_invoice
from nfse.tests.firms import make_city
from queue_worker.tests.support import make_due, run_due
from sandbox.testing import running_sandbox_in

pytestmark = pytest.mark.django_db(transaction=True)
MAKER = f"{sys.executable} -m sandbox.pki make-pfx"
TELLER = f"{sys.executable} -m sandbox.past"
TABLES = (AuthorizedPhone, Firm, Company, ServiceProfile, Taker, Certificate, InvoiceRequest)


@pytest.fixture
def seed(tmp_path, monkeypatch):
    monkeypatch.setenv("NITRO_HOME", str(tmp_path))
    make_city(PORTO_ALEGRE, "Porto Alegre", "RS")
    return lambda: call_command("seed_demo", "--certificate-maker", MAKER)


def count():
    return [table.objects.count() for table in TABLES]


def missing(company):
    items = read_readiness(get_company(company.firm_id, company.pk), now=company.created_at)
    return {item.need.value for item in list_missing(items)}


def test_the_accountant_signs_in_and_finds_companies_that_can_issue(seed):
    seed()

    user = authenticate(username="contador@demo.example", password=PASSWORD)
    assert user.is_email_confirmed
    assert {company.cnpj: missing(company) for company in Company.objects.all()} == {
        "99R7OQXX000138": set(),
        "99396777000184": set(),
        "99940089000133": set(),
        CONSULTANCY.document: {"plugnotas"},  # which the worker sends
        BLOCKED.document: {"tax_profile", "service", "certificate"},
    }
    assert InvoiceRequest.objects.count() == len(NOTES)
    assert AuthorizedPhone.objects.values("number_index").distinct().count() == 2
    assert AuthorizedPhone.objects.count() == 3


def test_without_a_maker_of_certificates_nothing_is_issued(seed):
    call_command("seed_demo")
    assert not InvoiceRequest.objects.exists()
    assert all(missing(company) for company in Company.objects.all())


def test_seeding_again_adds_nothing_and_leaves_what_somebody_changed(seed):
    seed()
    before = count()
    Company.objects.filter(cnpj=BLOCKED.document).update(trade_name="Outro nome")

    seed()

    assert count() == before
    assert Company.objects.get(cnpj=BLOCKED.document).trade_name == "Outro nome"


@pytest.fixture
def year(seed):
    for code, name, uf in (  # of the buyer's searches
        ("4316907", "Santa Maria", "RS"),
        ("4305108", "Caxias do Sul", "RS"),
        ("4106902", "Curitiba", "PR"),
    ):
        make_city(code, name, uf)
    call_command("seed_demo", "--certificate-maker", MAKER, "--past-teller", TELLER)
    return InvoiceRequest.objects.filter(confirmed_at__lt=start_of_today())


def start_of_today():
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def test_the_year_before_today_has_notes_of_every_company_and_what_does_not_happen_every_month(
    year, django_assert_num_queries
):
    people = ensure_firm()
    issued = year.filter(state="issued", environment="production")
    months = {note.competence_date.replace(day=1) for note in issued}
    assert len(months) >= 11  # on the first days of a month it has none yet
    assert set(issued.values_list("company__cnpj", flat=True)) == {
        company.document for company in (SOFTWARE, ARCHITECT, FREELANCER)
    }
    assert sorted(year.exclude(state="issued").values_list("state", flat=True)) == [
        *("canceled", "rejected", "rejected", "replaced")
    ]
    assert Invoice.objects.get(request__state="replaced").replaced_by_key
    assert Notice.objects.filter(kind="rejected").count() == 4  # two refusals, told to owner and accountant
    assert Package.objects.get().month < start_of_today().date()
    with django_assert_num_queries(1):  # it is there
        options = DemoOptions(past_teller=("false",))
        ensure_year(people, {}, options, timezone.now())


def test_the_authority_knows_every_note_of_the_year(year, tmp_path, settings):
    with running_sandbox_in(tmp_path) as sandbox:
        for name, value in sandbox.settings.items():
            setattr(settings, name, value)
        assert sandbox.count_notes("production")["count"] == year.exclude(state="rejected").count()
        old, canceled = year.filter(state="issued").earliest("confirmed_at"), year.get(state="canceled")
        with transaction.atomic():
            for request in (old, canceled):
                kinds.enqueue_for(request, kinds.READ)
        actor = Actor(old.firm_id, user_id=old.confirmed_by_id)
        cancel_invoice(
            actor=actor, invoice_id=old.invoice.pk, reason_code="1", text="Nota emitida por engano"
        )
        run_until_settled(old)
    canceled.invoice.refresh_from_db()
    assert (canceled.invoice.status, canceled.invoice.events.count()) == ("canceled", 1)
    assert render(old.invoice.xml).startswith(b"%PDF")


def run_until_settled(request):
    for _ in range(20):
        make_due()
        run_due()
        request.refresh_from_db()
        if request.state == "canceled":
            return
    pytest.fail(f"the note is still {request.state}")

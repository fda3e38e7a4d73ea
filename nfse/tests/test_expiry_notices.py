"""Notices of certificates that end: 30, 15, 7 and 1 days before, once each (N5)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from nfse.models import Certificate, CertificateNotice, Notice
from nfse.schedule import SCHEDULE
from nfse.selectors.notices import count_unread_notices, list_notices
from nfse.services.expiry import find_step, send_expiry_notices
from nfse.services.notices import SEND_NOTICE_EMAIL, mark_notices_read, write_notice_letter
from queue_worker.models import WorkItem
from queue_worker.tests.support import run_due

pytestmark = pytest.mark.django_db
END = datetime(2027, 3, 31, 15, 0, tzinfo=UTC)


@pytest.fixture
def certificate(office, company):
    return make_certificate(office, company)


def make_certificate(office, company, end=END):
    return Certificate.objects.create(
        firm=office.firm,
        company=company,
        holder="OFICINA DO VALE LTDA",
        document=company.document,
        serial="1F",
        fingerprint="ab" * 32,
        valid_from=end - timedelta(days=365),
        valid_until=end,
        uploaded_by=office.owner,
    )


def before(**span):
    return END - timedelta(**span)


@pytest.mark.parametrize(
    ("days_left", "step"),
    [(31, None), (30, 30), (16, 30), (15, 15), (8, 15), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)],
)
def test_the_nearest_step_is_due(days_left, step):
    assert find_step(days_left) == step


def test_each_step_is_told_once_over_the_whole_month(certificate):
    for hour in range(24 * 40, -48, -6):
        send_expiry_notices(now=before(hours=hour))
    days = CertificateNotice.objects.order_by("pk").values_list("days", flat=True)
    assert list(days) == [30, 15, 7, 1]


def test_owner_and_accountant_are_told_and_nobody_else(office, other_office, certificate):
    assert send_expiry_notices(now=before(days=30)) == 1
    told = set(Notice.objects.values_list("recipient_id", flat=True))
    assert told == {office.owner.pk, office.accountant.pk}
    assert count_unread_notices(office.firm.pk, office.owner.pk) == 1
    assert count_unread_notices(office.firm.pk, office.attendant.pk) == 0
    assert count_unread_notices(other_office.firm.pk, office.owner.pk) == 0
    assert not list_notices(other_office.firm.pk, other_office.owner.pk).exists()


def test_missed_days_send_only_the_nearest(certificate):
    assert send_expiry_notices(now=before(days=5)) == 1
    assert send_expiry_notices(now=before(days=5)) == 0
    assert CertificateNotice.objects.get().days == 7


def test_a_clock_that_goes_back_tells_nothing_older(certificate):
    send_expiry_notices(now=before(days=5))
    assert send_expiry_notices(now=before(days=20)) == 0


def test_days_are_those_of_sao_paulo(office, company):
    """02:00 UTC of the 1st is still the 31st in São Paulo: at noon of the 30th one day is left, not two."""
    make_certificate(office, company, datetime(2027, 4, 1, 2, 0, tzinfo=UTC))
    send_expiry_notices(now=datetime(2027, 3, 30, 15, 0, tzinfo=UTC))
    assert CertificateNotice.objects.get().days == 1
    assert "vence amanhã, em 31/03/2027 às 23:00" in Notice.objects.first().text


def test_only_what_is_in_use_is_told_of(office, company, certificate):
    for row, field in ((certificate, "is_active"), (company, "is_active"), (office.firm, "is_active")):
        setattr(row, field, False)
        row.save()
        assert send_expiry_notices(now=before(days=7)) == 0
        setattr(row, field, True)
        row.save()
    assert send_expiry_notices(now=before(days=7)) == 1


def test_a_renewed_certificate_starts_again(office, company, certificate):
    send_expiry_notices(now=before(days=7))
    Certificate.objects.update(is_active=False)
    make_certificate(office, company, END + timedelta(days=40))
    assert send_expiry_notices(now=before(days=6)) == 0
    assert send_expiry_notices(now=before(days=-10)) == 1
    assert list(CertificateNotice.objects.order_by("pk").values_list("days", flat=True)) == [7, 30]


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_once(certificate):
    def run(_):
        try:
            return send_expiry_notices(now=before(days=15))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, range(2))) == [0, 1]
    assert Notice.objects.count() == WorkItem.objects.filter(kind=SEND_NOTICE_EMAIL).count() == 2


def test_the_letter_says_company_day_and_what_to_do(office, certificate):
    send_expiry_notices(now=before(days=15))
    run_due()
    [letter] = [letter for letter in mail.outbox if letter.to == [office.owner.email]]
    assert letter.subject == "Certificado vence em 15 dias"
    for words in ("Oficina do Vale Ltda", "31/03/2027 às 12:00", "Contabilidade 1"):
        assert words in letter.body
        assert words in letter.alternatives[0][0]


def test_a_letter_goes_out_once(certificate):
    send_expiry_notices(now=before(days=15))
    for _ in range(2):
        run_due()
        WorkItem.objects.filter(kind=SEND_NOTICE_EMAIL).update(status="pending")
    assert len(mail.outbox) == 2


def test_who_left_gets_no_letter(office, certificate):
    send_expiry_notices(now=before(days=15))
    Membership.objects.filter(user=office.owner).update(is_active=False)
    notice = Notice.objects.get(recipient=office.owner)
    assert write_notice_letter(notice_id=notice.pk) is None


def test_reading_ones_notices_leaves_those_of_others_unread(office, certificate):
    send_expiry_notices(now=before(days=15))
    send_expiry_notices(now=before(days=7))
    first, second = list_notices(office.firm.pk, office.owner.pk)
    theirs = Notice.objects.filter(recipient=office.accountant).first()
    ids = [first.pk, theirs.pk]
    assert mark_notices_read(firm_id=office.firm.pk, user_id=office.owner.pk, notice_ids=ids) == 1
    assert count_unread_notices(office.firm.pk, office.owner.pk) == 1
    assert mark_notices_read(firm_id=office.firm.pk, user_id=office.owner.pk) == 1
    assert count_unread_notices(office.firm.pk, office.accountant.pk) == 2
    second.refresh_from_db()
    assert second.read_at is not None


def test_beat_runs_it(office, company):
    make_certificate(office, company, timezone.now() + timedelta(days=3))
    [periodic] = [periodic for periodic in SCHEDULE if periodic.task == "nfse.send_expiry_notices"]
    assert periodic.start() == "1 certificados avisados"

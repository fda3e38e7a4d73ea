"""What the ADN hands out, by NSU: events of anybody are seen without asking note by note (N16)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import Unavailable
from fiscal.gateways.base import CertificateRejected
from fiscal.gateways.national.client import Answer
from fiscal.gateways.national.distribution import Batch, Distributed, read_batch
from nfse.models import Certificate, Company, DistributionCursor, Invoice
from nfse.services.issuing import kinds
from nfse.services.notes.distribution import (
    EVERY,
    READ_DISTRIBUTION,
    _take,
    enqueue_due_distributions,
    read_distribution,
)
from nfse.states import State
from nfse.tests.firms import make_office
from nfse.tests.issuing import events_of, make_shop, work_off
from queue_worker.models import WorkItem
from queue_worker.tests.support import make_due, race, run_due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(sandbox):
    return make_shop(make_office(), sandbox, "national")


@pytest.fixture
def issued(shop):
    """A note whose work is all done."""
    request = work_off(shop.confirm())
    make_due()
    run_due()
    WorkItem.objects.all().delete()
    return request


def waiting(kind=kinds.READ):
    return WorkItem.objects.filter(kind=kind, status="pending").count()


def nsu():
    return DistributionCursor.objects.get().last_nsu


def asked(shop):
    return sum("/DFe/" in call["path"] for call in shop.sandbox.calls("adn"))


def test_an_event_of_the_city_is_seen_and_the_note_follows(shop, issued):
    shop.sandbox.add_event(issued.invoice.access_key, "305101")

    assert enqueue_due_distributions(now=timezone.now()) == 1
    run_due()

    request = work_off(issued, until=lambda state: state == State.CANCELED)
    assert events_of(request)[-1] == "canceled_by_city"


def test_what_was_read_is_not_read_again(shop, issued):
    shop.sandbox.add_event(issued.invoice.access_key, "305102")
    read_distribution(company_id=shop.company.pk)
    seen = nsu()
    assert (seen > 0, waiting()) == (True, 1)
    WorkItem.objects.all().delete()

    read_distribution(company_id=shop.company.pk)

    assert (nsu(), waiting()) == (seen, 0)


def test_at_once_it_is_one_hint_and_the_cursor_rises(shop, issued):
    shop.sandbox.add_event(issued.invoice.access_key, "305102")

    race(3, lambda: read_distribution(company_id=shop.company.pk))

    assert (DistributionCursor.objects.count(), waiting()) == (1, 1)


def test_a_crash_before_the_commit_reads_the_same_again(shop, issued, monkeypatch):
    shop.sandbox.add_event(issued.invoice.access_key, "305102")
    with monkeypatch.context() as patch:
        patch.setattr(kinds, "enqueue_for", crash)
        with pytest.raises(KeyboardInterrupt):
            read_distribution(company_id=shop.company.pk)
    assert nsu() == 0

    read_distribution(company_id=shop.company.pk)

    assert waiting() == 1


def crash(*_args):
    raise KeyboardInterrupt


@pytest.mark.parametrize("kind", ["status", "drop", "garbage", "html"])
def test_without_an_answer_the_cursor_stays(shop, issued, kind):
    shop.sandbox.fail("adn", kind, path="*/DFe/*")

    assert read_distribution(company_id=shop.company.pk)["waits"] == "Unavailable"

    assert nsu() == 0


def test_only_who_has_notes_that_may_change_is_asked_and_not_too_often(shop, issued):
    now = timezone.now()
    assert enqueue_due_distributions(now=now) == 1
    assert enqueue_due_distributions(now=now + timedelta(minutes=1)) == 0
    assert enqueue_due_distributions(now=now + EVERY) == 1
    assert waiting(READ_DISTRIBUTION) == 1

    Invoice.objects.update(read_next_at=None)
    assert enqueue_due_distributions(now=now + 2 * EVERY) == 0


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"gateway": "plugnotas"}, {"environment": "production"}]
)
def test_a_company_that_does_not_issue_here_is_not_asked(issued, change):
    Company.objects.update(**change)

    assert enqueue_due_distributions(now=timezone.now()) == 0


def test_without_a_certificate_nobody_is_asked(shop, issued):
    Certificate.objects.update(is_active=False)

    assert enqueue_due_distributions(now=timezone.now()) == 0
    assert read_distribution(company_id=shop.company.pk) == {"waits": "NoCertificate"}
    assert asked(shop) == 0


def test_two_firms_with_one_company_hear_of_their_own_notes(sandbox, shop, issued):
    other = make_shop(make_office(2), sandbox, "national")
    shop.sandbox.add_event(issued.invoice.access_key, "305102")

    assert read_distribution(company_id=other.company.pk)["hints"] == 0
    assert read_distribution(company_id=shop.company.pk)["hints"] == 1


# --- Reading ---------------------------------------------------------------------------------------
def batch(*items, status=200, **fields):
    return Answer(status, {"LoteDFe": list(items), **fields})


def item(nsu, kind="EVENTO"):
    return {"NSU": nsu, "ChaveAcesso": f"key{nsu}", "TipoDocumento": kind}


def test_a_batch_is_read_by_rising_nsu_and_without_what_was_read():
    found = read_batch(batch(item(9), item(3), item(7, "NFSE"), {"NSU": None}, "texto"), 3)

    assert found.documents == (Distributed(7, "KEY7", False), Distributed(9, "KEY9", True))
    assert (found.last_nsu, found.unread) == (9, 0)


def test_a_batch_moves_on_whatever_it_understood():
    """Registrations of taxpayers (CNC) have no note key; a batch of them alone once stopped the reading."""
    registrations = [{"NSU": nsu, "TipoDocumento": "CNC", "ChaveAcesso": None} for nsu in (4, 5)]

    found = read_batch(batch(*registrations), 3)

    assert (found.documents, found.last_nsu, found.unread, found.is_empty) == ((), 5, 2, False)


def test_an_nsu_may_come_as_text():
    assert read_batch(batch(item("12")), 3).last_nsu == 12


def test_the_cursor_passes_what_was_not_understood(shop, issued):
    read_distribution(company_id=shop.company.pk)
    cursor = DistributionCursor.objects.get()

    _take(cursor, Batch((), cursor.last_nsu + 50, unread=50))

    assert nsu() == cursor.last_nsu + 50


def test_nothing_new_is_an_answer():
    assert read_batch(batch(status=404, StatusProcessamento="NENHUM_DOCUMENTO_LOCALIZADO"), 3).is_empty
    assert read_batch(batch(), 3) == Batch((), 3)


@pytest.mark.parametrize(
    "answer",
    [Answer(404, None), Answer(400, {"Erros": []}), Answer(200, None), Answer(200, {}), batch(item(3))],
)
def test_what_says_nothing_is_no_answer(answer):
    with pytest.raises(Unavailable):
        read_batch(answer, 3)


def test_a_certificate_that_is_refused_is_named():
    with pytest.raises(CertificateRejected):
        read_batch(Answer(403, None), 3)

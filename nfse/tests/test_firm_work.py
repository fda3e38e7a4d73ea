"""The work of firms, run as workers run it: claimed from the queue, recorded, done once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.tests.factories import make_operator
from nfse.services.expiry import send_expiry_notices
from nfse.services.operators import TELL_FIRM_TAKEN, tell_operators
from nfse.tests.firms import make_certificate
from queue_worker.models import WorkItem
from queue_worker.tests.support import run_due

pytestmark = pytest.mark.django_db(transaction=True)


def test_expiry_letters_leave_by_the_queue(office, company):
    make_certificate(office, company, until=timezone.now() + timedelta(days=3))
    send_expiry_notices(now=timezone.now())
    run_due()
    assert {letter.to[0] for letter in mail.outbox} == {office.owner.email, office.accountant.email}
    assert set(WorkItem.objects.values_list("status", flat=True)) == {"done"}


def test_operators_are_told_once_while_the_letter_waits(office):
    operator = make_operator()
    for _ in range(2):
        tell_operators(kind=TELL_FIRM_TAKEN, key="same", firm_id=office.firm.pk)
    run_due()
    subject = "Cadastro repetido de contabilidade"
    assert [(letter.bcc, letter.subject) for letter in mail.outbox] == [([operator.email], subject)]
    assert office.firm.document in mail.outbox[0].body

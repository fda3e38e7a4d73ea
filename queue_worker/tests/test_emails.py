"""E-mails of accounts are work: accounts does not know the queue."""

import pytest
from django.core import mail
from django.utils import timezone

from accounts.services import sign_up
from queue_worker.handlers import SEND_EMAIL
from queue_worker.models import WorkItem
from queue_worker.tests.support import run_due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user():
    return sign_up(
        email="dona@nitro.example",
        password="um cavalo correto grampeia",
        full_name="Dona Maria da Silva",
        terms_accepted_at=timezone.now(),
    )


def test_signing_up_makes_work_without_address_or_token(user):
    item = WorkItem.objects.get(kind=SEND_EMAIL)

    assert item.payload == {"user_id": user.pk, "template": "confirm_email"}


def test_the_work_sends_the_mail_once(user):
    assert run_due() == 1
    assert run_due() == 0

    assert [message.to for message in mail.outbox] == [["dona@nitro.example"]]


def test_a_mail_server_that_is_down_is_tried_again(user, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    run_due()

    item = WorkItem.objects.get(kind=SEND_EMAIL)
    assert (item.status, item.attempts) == ("pending", 1)

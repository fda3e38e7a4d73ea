"""A letter from the page that asks for it, through the queue, to the link that a person opens (R35, R52)."""

import pytest
from django.core import mail
from django.db import connection

from accounts.models import User
from accounts.tests.factories import PASSWORD, make_buyer
from accounts.tests.mail import link_in
from queue_worker.models import WorkItem
from queue_worker.tests.support import make_due, run_due

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "três tigres tristes no trigal"


@pytest.fixture
def new_buyer(client):
    form = {"full_name": "João", "email": "joao@nitro.example", "password": PASSWORD, "terms": "on"}
    client.post("/criar-conta/", form)
    return client


def test_signing_up_ends_in_a_confirmed_address(new_buyer):
    run_due()
    new_buyer.get(link_in(mail.outbox[0]))
    new_buyer.post("/confirmar-email/link/")
    assert User.objects.get().is_email_confirmed


def test_a_forgotten_password_ends_in_a_new_one(client):
    make_buyer()
    client.post("/senha/esqueci/", {"email": "dona@nitro.example"})
    run_due()
    page = client.get(link_in(mail.outbox[0]), follow=True)
    client.post(page.request["PATH_INFO"], {"password": NEW})
    assert User.objects.get().check_password(NEW)


def test_the_work_holds_neither_address_nor_token(new_buyer):
    item = WorkItem.objects.get(kind="accounts.send_email")
    assert item.payload == {"user_id": User.objects.get().pk, "template": "confirm_email"}


def test_a_mail_server_that_is_down_delays_the_letter_and_keeps_the_user(new_buyer, settings):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    run_due()
    assert WorkItem.objects.get(kind="accounts.send_email").status == "pending"
    assert User.objects.count() == 1

    settings.EMAIL_BACKEND = working
    make_due()
    run_due()
    assert [letter.to for letter in mail.outbox] == [["joao@nitro.example"]]


def test_a_worker_that_dies_after_sending_does_not_send_twice(new_buyer):
    run_due()
    with connection.cursor() as cursor:  # as the reaper leaves an item whose worker was killed
        cursor.execute("UPDATE queue_worker_workitem SET status = 'pending', finished_at = NULL")
    make_due()
    run_due()
    assert len(mail.outbox) == 1


def test_signing_up_works_with_the_broker_down(client, settings):
    from config.celery import app

    working = app.conf.broker_url
    app.conf.broker_url = "redis://127.0.0.1:9/0"
    try:
        form = {"full_name": "João", "email": "joao@nitro.example", "password": PASSWORD, "terms": "on"}
        assert client.post("/criar-conta/", form).status_code == 302
    finally:
        app.conf.broker_url = working
    run_due()
    assert len(mail.outbox) == 1

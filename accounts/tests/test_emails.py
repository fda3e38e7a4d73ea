"""Letters: asked for once a minute, sent once, and again after a mail server that was down."""

import socket
import threading

import pytest
from django.core import mail

from accounts.models import AccountEmail
from accounts.services import EmailTooSoon, request_email, send_account_email
from accounts.signals import email_requested
from accounts.tests.factories import make_user
from accounts.tests.mail import deliver_mail
from core.errors import Refused, Unavailable

pytestmark = pytest.mark.django_db
Template = AccountEmail.Template


class MailServer:
    """An SMTP server that says `words` for each command, and hangs up after the last of them."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rw", newline="\r\n") as stream:
            stream.write("220 ready\r\n")
            stream.flush()
            for line in stream:
                answer = self.answers.get(line.split()[0].split(":")[0].upper(), "250 ok")
                if answer == "hang up":
                    return
                stream.write(f"{answer}\r\n")
                stream.flush()

    def close(self) -> None:
        self.listener.close()


@pytest.fixture
def mail_server(settings):
    """Makes Django talk SMTP to a server with the given answers."""
    servers = []

    def start(**answers: str) -> None:
        servers.append(MailServer(**answers))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", servers[-1].port

    yield start
    for server in servers:
        server.close()


def ask(user, template=Template.PASSWORD_RESET):
    request_email(user_id=user.pk, template=template)


@pytest.mark.parametrize("template", list(Template))
def test_every_letter_has_the_same_words_as_text_and_as_html(template):
    user = make_user(confirmed=False, new_email="nova@nitro.example", full_name="Ana & Cia")
    ask(user, template)
    deliver_mail()
    [letter] = mail.outbox
    [html] = [part.content for part in letter.alternatives]
    assert letter.to == ["nova@nitro.example" if template == Template.CONFIRM_NEW_EMAIL else user.email]
    assert "Olá, Ana" in letter.body
    assert "Olá, Ana" in html
    assert "http://127.0.0.1" in letter.body
    assert "&#x27;" not in letter.body
    for text in (letter.body, html, letter.subject):
        assert "None" not in text
        assert "{{" not in text


def test_asking_tells_the_apps_above_without_address_or_token():
    user = make_user()
    heard = []

    def hear(sender, signal, **arguments):
        heard.append(arguments)

    email_requested.connect(hear)
    ask(user)
    email_requested.disconnect(hear)
    assert heard == [{"user_id": user.pk, "template": "password_reset", "extra": {}}]


def test_the_same_letter_is_not_asked_for_twice_in_a_minute():
    user = make_user()
    ask(user)
    with pytest.raises(EmailTooSoon):
        ask(user)


def test_a_letter_handled_twice_is_sent_once():
    user = make_user()
    ask(user)
    for _ in range(2):
        send_account_email(user_id=user.pk, template="password_reset")
    assert len(mail.outbox) == 1


def test_a_taken_address_that_nobody_confirmed_is_settled_by_a_reset_not_by_a_confirmation():
    ask(make_user(confirmed=False), Template.ALREADY_REGISTERED)
    deliver_mail()
    assert "/senha/esqueci/" in mail.outbox[0].body
    assert "/confirmar-email/" not in mail.outbox[0].body


def test_a_confirmation_that_lost_its_reason_is_not_sent():
    user = make_user(confirmed=True)
    ask(user, Template.CONFIRM_EMAIL)
    deliver_mail()
    assert mail.outbox == []


def test_a_closed_user_gets_no_letter():
    user = make_user(is_active=False)
    ask(user)
    deliver_mail()
    assert mail.outbox == []


def test_a_mail_server_that_is_down_leaves_the_letter_to_send(settings):
    user = make_user()
    ask(user)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(Unavailable):
        send_account_email(user_id=user.pk, template="password_reset")
    settings.EMAIL_BACKEND = backend
    deliver_mail()
    assert len(mail.outbox) == 1


def test_a_mail_server_that_hangs_up_leaves_the_letter_to_send(mail_server):
    user = make_user()
    ask(user)
    mail_server(DATA="hang up")
    with pytest.raises(Unavailable):
        send_account_email(user_id=user.pk, template="password_reset")
    assert AccountEmail.objects.get().sent_at is None


@pytest.mark.parametrize(("answer", "failure"), [("550 no such person", Refused), ("450 later", Unavailable)])
def test_a_refused_recipient_is_for_ever_only_when_the_server_says_so(mail_server, answer, failure):
    user = make_user()
    ask(user)
    mail_server(RCPT=answer)
    with pytest.raises(failure):
        send_account_email(user_id=user.pk, template="password_reset")


def test_a_letter_that_the_server_takes_is_sent(mail_server):
    user = make_user()
    ask(user)
    mail_server(DATA="354 go on", QUIT="221 bye", **{".": "250 taken"})
    send_account_email(user_id=user.pk, template="password_reset")
    assert AccountEmail.objects.get().sent_at is not None

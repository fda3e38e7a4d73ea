"""Letters and the mail server: taken, refused for ever, or to try again."""

import socket
import threading

import pytest
from django.core import mail

from core.errors import Refused, Unavailable
from core.mail import Letter, send_letter

LETTER = Letter("dona@nitro.example", "Confirme", "Olá", "<p>Olá</p>")


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


def test_a_letter_has_the_same_words_as_text_and_as_html():
    send_letter(LETTER)

    [sent] = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["dona@nitro.example"], "Confirme", "Olá")
    assert sent.alternatives[0].content == "<p>Olá</p>"


def test_recipients_of_one_letter_do_not_see_each_other():
    send_letter(Letter("", "Aviso", "Olá", "", bcc=("a@nitro.example", "b@nitro.example")))

    [sent] = mail.outbox
    assert sent.recipients() == ["a@nitro.example", "b@nitro.example"]
    assert "nitro.example" not in (sent.message()["To"] or "")
    assert sent.message()["Bcc"] is None


def test_a_letter_that_the_server_takes_is_sent(mail_server):
    mail_server(DATA="354 go on", QUIT="221 bye", **{".": "250 taken"})

    send_letter(LETTER)


def test_a_server_that_is_down_is_tried_later(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    with pytest.raises(Unavailable):
        send_letter(LETTER)


def test_a_server_that_hangs_up_is_tried_later(mail_server):
    mail_server(DATA="hang up")

    with pytest.raises(Unavailable):
        send_letter(LETTER)


@pytest.mark.parametrize(("answer", "failure"), [("550 no such person", Refused), ("450 later", Unavailable)])
def test_a_refused_recipient_is_for_ever_only_when_the_server_says_so(mail_server, answer, failure):
    mail_server(RCPT=answer)

    with pytest.raises(failure):
        send_letter(LETTER)

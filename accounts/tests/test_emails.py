"""Letters: asked for once a minute, sent once, and not at all when their reason is gone."""

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import AccountEmail
from accounts.services import EmailTooSoon, record_account_letter, request_email
from accounts.signals import email_requested
from accounts.tests.factories import make_user
from accounts.tests.mail import deliver_mail, send_now
from core.mail import Outcome

pytestmark = pytest.mark.django_db
Template = AccountEmail.Template


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
        send_now(user.pk, "password_reset")
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


def test_a_letter_that_did_not_leave_is_still_to_send():
    user = make_user()
    ask(user)
    for outcome in (Outcome.DROPPED, Outcome.FAILED):
        record_account_letter(
            outcome=outcome, written_at=timezone.now(), user_id=user.pk, template="password_reset"
        )
    deliver_mail()
    assert len(mail.outbox) == 1


def test_a_letter_asked_for_while_the_last_one_was_sent_is_still_to_send():
    user = make_user()
    before = timezone.now()
    ask(user)
    record_account_letter(outcome=Outcome.SENT, written_at=before, user_id=user.pk, template="password_reset")
    deliver_mail()
    assert len(mail.outbox) == 1

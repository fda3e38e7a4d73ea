"""E-mails of accounts: asked for inside a transaction, written and sent later by the queue."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import AccountEmail, User
from accounts.signals import email_requested
from accounts.tokens import Purpose, make_token
from core.errors import NitroError
from core.mail import Letter, Outcome

Template = AccountEmail.Template
PAUSE = timedelta(minutes=1)


class EmailTooSoon(NitroError):
    """The same e-mail was asked for less than a minute ago."""

    message = "Acabamos de enviar este e-mail. Espere um minuto para pedir outro."


def request_email(*, user_id: int, template: AccountEmail.Template, now: datetime | None = None) -> None:
    """Ask for an e-mail to the user, inside the caller's transaction.

    Raises EmailTooSoon when the same one was asked for less than a minute ago (A1).
    """
    now = now or timezone.now()
    request, is_new = AccountEmail.objects.select_for_update().get_or_create(
        user_id=user_id, template=template, defaults={"requested_at": now}
    )
    if not is_new:
        if now - request.requested_at < PAUSE:
            raise EmailTooSoon
        request.requested_at = now
        request.save(update_fields=["requested_at"])
    email_requested.send(AccountEmail, user_id=user_id, template=str(template), extra={})


def write_account_letter(*, user_id: int, template: str) -> Letter | None:
    """Write one e-mail as it is now; None when it was sent already or its reason is gone.

    The link's token is made here, so none is ever stored.
    """
    kind = Template(template)
    user = User.objects.get(pk=user_id)
    request = AccountEmail.objects.filter(user=user, template=kind).first()
    is_sent = request is not None and request.sent_at is not None and request.sent_at >= request.requested_at
    if is_sent or not user.is_active or not _LETTERS[kind].is_due(user):
        return None
    return _write(kind, user)


def record_account_letter(*, outcome: Outcome, written_at: datetime, user_id: int, template: str) -> None:
    """Note that the letter left. One that was asked for after `written_at` is still to send."""
    if outcome == Outcome.SENT:
        AccountEmail.objects.filter(user_id=user_id, template=template).update(sent_at=written_at)


@dataclass(frozen=True)
class _LetterKind:
    subject: str
    context: Callable[[User], dict[str, Any]]
    is_due: Callable[[User], bool] = lambda _user: True
    address: Callable[[User], str] = lambda user: user.email


def _write(kind: AccountEmail.Template, user: User) -> Letter:
    letter = _LETTERS[kind]
    context = {"user": user, "site_url": settings.SITE_URL, "subject": letter.subject, **letter.context(user)}
    return Letter(
        to=letter.address(user),
        subject=letter.subject,
        text=render_to_string(f"accounts/emails/{kind}.txt", context),
        html=render_to_string(f"accounts/emails/{kind}.html", context),
    )


def _url(name: str, *args: str) -> str:
    return f"{settings.SITE_URL}{reverse(f'accounts:{name}', args=args)}"


def _confirm_email(user: User) -> dict[str, Any]:
    return {"link": _url("confirm_email_link", make_token(Purpose.CONFIRM_EMAIL, user))}


def _already_registered(_user: User) -> dict[str, Any]:
    """Without a link to confirm: who signed up first may not own the address; a password reset proves it."""
    return {"sign_in_link": _url("sign_in"), "reset_link": _url("password_reset")}


def _password_reset(user: User) -> dict[str, Any]:
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return {"link": _url("reset_password", uid, default_token_generator.make_token(user))}


def _password_changed(_user: User) -> dict[str, Any]:
    return {"reset_link": _url("password_reset"), "contact_email": settings.CONTACT_EMAIL}


def _confirm_new_email(user: User) -> dict[str, Any]:
    return {"link": _url("confirm_new_email_link", make_token(Purpose.CONFIRM_NEW_EMAIL, user))}


def _new_email_notice(user: User) -> dict[str, Any]:
    return {"new_email": _mask(user.new_email), **_password_changed(user)}


def _mask(email: str) -> str:
    name, _, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}"


_LETTERS = {
    Template.CONFIRM_EMAIL: _LetterKind(
        "Confirme seu e-mail", _confirm_email, is_due=lambda user: not user.is_email_confirmed
    ),
    Template.ALREADY_REGISTERED: _LetterKind("Você já tem uma conta no Nitro", _already_registered),
    Template.PASSWORD_RESET: _LetterKind("Crie uma nova senha", _password_reset),
    Template.PASSWORD_CHANGED: _LetterKind("Sua senha foi trocada", _password_changed),
    Template.CONFIRM_NEW_EMAIL: _LetterKind(
        "Confirme seu novo e-mail",
        _confirm_new_email,
        is_due=lambda user: bool(user.new_email),
        address=lambda user: user.new_email,
    ),
    Template.NEW_EMAIL_NOTICE: _LetterKind(
        "Pedido de troca de e-mail", _new_email_notice, is_due=lambda user: bool(user.new_email)
    ),
}

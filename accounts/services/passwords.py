"""Forgotten and changed passwords (A3, A5)."""

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils import timezone
from django.utils.encoding import DjangoUnicodeDecodeError
from django.utils.http import urlsafe_base64_decode

from accounts.models import AccountEmail, User
from accounts.selectors import find_user_by_email
from accounts.services.emails import EmailTooSoon, request_email
from accounts.services.sign_in import forget_failures
from accounts.signals import reset_requested
from accounts.tokens import LinkInvalid
from core.errors import NitroError

Template = AccountEmail.Template


class WrongPassword(NitroError):
    """The current password that was typed is not the user's."""

    message = "A senha atual não confere."


def ask_for_password_reset(*, email: str) -> None:
    """Have the address looked up by the queue: the answer then takes as long for an unknown one (A3)."""
    with transaction.atomic(durable=True):
        reset_requested.send(User, email=email)


def request_password_reset(*, email: str) -> None:
    """Send a link to a user with this address, if there is one. Called by the queue (A3)."""
    user = find_user_by_email(email)
    if user is None or not user.is_active:
        return
    try:
        with transaction.atomic(durable=True):
            request_email(user_id=user.pk, template=Template.PASSWORD_RESET)
    except EmailTooSoon:
        return


def find_reset_user(*, uid: str, token: str) -> User | None:
    """The user whose reset link this is, or None when the link is expired, used or invented."""
    user = User.objects.filter(pk=_read_uid(uid), is_active=True).first()
    return user if user is not None and default_token_generator.check_token(user, token) else None


def reset_password(*, uid: str, token: str, password: str) -> User:
    """Set the password by an e-mailed link: once, within settings.PASSWORD_RESET_TIMEOUT seconds (A3).

    The address is proved by the link, a waiting change of address is dropped, and sessions opened with the
    old password end. Raises LinkInvalid.
    """
    password_hash = make_password(password)
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update().filter(pk=_read_uid(uid), is_active=True).first()
        if user is None or not default_token_generator.check_token(user, token):
            raise LinkInvalid
        user.email_confirmed_at = user.email_confirmed_at or timezone.now()
        _set_password(user, password_hash)
        transaction.on_commit(lambda: forget_failures(email=user.email))
    return user


def change_password(*, user_id: int, current_password: str, password: str) -> User:
    """Set a new password; other sessions end. Raises WrongPassword."""
    password_hash = make_password(password)
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update().get(pk=user_id)
        if not check_password(current_password, user.password):
            raise WrongPassword
        _set_password(user, password_hash)
    return user


def _set_password(user: User, password_hash: str) -> None:
    user.password = password_hash
    user.new_email = ""
    user.save(update_fields=["password", "new_email", "email_confirmed_at"])
    try:
        request_email(user_id=user.pk, template=Template.PASSWORD_CHANGED)
    except EmailTooSoon:
        return  # told a minute ago


def _read_uid(uid: str) -> int | None:
    try:
        return int(urlsafe_base64_decode(uid).decode("ascii"))
    except (ValueError, DjangoUnicodeDecodeError):
        return None

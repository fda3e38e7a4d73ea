"""What a person changes about themselves (A5)."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.managers import normalize_email
from accounts.models import AccountEmail, User
from accounts.selectors import find_user_by_email
from accounts.services.emails import request_email
from accounts.services.passwords import WrongPassword
from accounts.services.registration import EmailTaken, tell_owner
from accounts.tokens import LinkInvalid, Purpose, read_token
from core.database import violates

Template = AccountEmail.Template


def update_profile(*, user_id: int, full_name: str, phone: str) -> User:
    """Change name and phone (E.164 or empty)."""
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update().get(pk=user_id)
        user.full_name = full_name
        user.phone = phone
        user.save(update_fields=["full_name", "phone"])
    return user


def set_theme(*, user_id: int, theme: str) -> None:
    """Keep the theme (User.Theme) that the person chose."""
    User.objects.filter(pk=user_id).update(theme=User.Theme(theme))


def request_new_email(*, user_id: int, email: str, current_password: str) -> None:
    """Ask the new address for its confirmation, and warn the present one.

    A taken address gets the words of a repeated sign-up instead, and the person the same answer.
    Raises WrongPassword, EmailTooSoon.
    """
    email = normalize_email(email)
    is_taken = find_user_by_email(email) is not None
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update().get(pk=user_id)
        if not check_password(current_password, user.password):
            raise WrongPassword
        user.new_email = email
        user.save(update_fields=["new_email"])
        request_email(user_id=user.pk, template=Template.NEW_EMAIL_NOTICE)
        if not is_taken:
            request_email(user_id=user.pk, template=Template.CONFIRM_NEW_EMAIL)
    if is_taken:
        tell_owner(email=email)


def confirm_new_email(*, user_id: int, token: str) -> User:
    """Make the confirmed address the user's. Raises LinkExpired, LinkInvalid, EmailTaken."""
    max_age = timedelta(seconds=settings.EMAIL_CONFIRMATION_TIMEOUT)
    claim = read_token(Purpose.CONFIRM_NEW_EMAIL, token, max_age=max_age)
    try:
        with transaction.atomic(durable=True):
            user = User.objects.select_for_update().get(pk=user_id)
            if not user.new_email or not claim.holds_for(user):
                raise LinkInvalid
            user.email, user.new_email = user.new_email, ""
            user.email_confirmed_at = timezone.now()
            user.save(update_fields=["email", "new_email", "email_confirmed_at"])
    except IntegrityError as error:
        if violates(error, "accounts_user_email_unique"):
            raise EmailTaken from error
        raise
    return user

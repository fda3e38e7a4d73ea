"""Sign-up and the confirmation of the address (A1)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.managers import normalize_email
from accounts.models import Account, AccountEmail, Membership, User
from accounts.selectors import find_user_by_email
from accounts.services.emails import EmailTooSoon, request_email
from accounts.signals import account_created
from accounts.tokens import Claim, LinkInvalid, Purpose, read_token
from core.database import violates
from core.errors import NitroError

Template = AccountEmail.Template


class EmailTaken(NitroError):
    """Another user has this address. For our own eyes: saying so would tell who is a customer."""

    message = "Não foi possível usar este e-mail."


def sign_up(*, email: str, password: str, full_name: str, terms_accepted_at: datetime) -> User:
    """Create the user, the buyer account, its membership and the confirmation e-mail in one transaction.

    The password was validated by the form. Raises EmailTaken (A1, R34, R102).
    """
    password_hash = make_password(password)  # slow on purpose, so before the transaction
    try:
        with transaction.atomic(durable=True):
            user = User.objects.create(
                email=normalize_email(email),
                password=password_hash,
                full_name=full_name,
                terms_accepted_at=terms_accepted_at,
            )
            account = Account.objects.create(kind=Account.Kind.BUYER, name=full_name)
            Membership.objects.create(user=user, account=account, role=Membership.Role.BUYER)
            account_created.send(Account, account_id=account.pk)
            request_email(user_id=user.pk, template=Template.CONFIRM_EMAIL)
    except IntegrityError as error:
        if violates(error, "accounts_user_email_unique"):
            raise EmailTaken from error
        raise
    return user


def sign_up_or_tell_owner(
    *, email: str, password: str, full_name: str, terms_accepted_at: datetime
) -> User | None:
    """Sign up, or tell the owner of a taken address by e-mail and return None.

    The caller answers both cases with the same words, and both cost one password hash.
    """
    try:
        return sign_up(
            email=email, password=password, full_name=full_name, terms_accepted_at=terms_accepted_at
        )
    except EmailTaken:
        tell_owner(email=email)
        return None


def tell_owner(*, email: str) -> None:
    """Write to the owner of an address that somebody tried to use again; at most once a minute."""
    user = find_user_by_email(email)
    if user is None:
        return
    try:
        with transaction.atomic(durable=True):
            request_email(user_id=user.pk, template=Template.ALREADY_REGISTERED)
    except EmailTooSoon:
        return


def check_confirmation_link(*, token: str) -> None:
    """Raise LinkExpired or LinkInvalid when the link would not confirm anything; changes nothing."""
    claim = _read_confirmation(token)
    user = User.objects.filter(pk=claim.user_id, is_active=True).first()
    if user is None or not claim.holds_for(user):
        raise LinkInvalid


def confirm_email(*, token: str) -> User:
    """Confirm the address that the link was sent to; again is the same. Raises LinkExpired, LinkInvalid."""
    claim = _read_confirmation(token)
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update().filter(pk=claim.user_id, is_active=True).first()
        if user is None or not claim.holds_for(user):
            raise LinkInvalid
        if user.email_confirmed_at is None:
            user.email_confirmed_at = timezone.now()
            user.save(update_fields=["email_confirmed_at"])
    return user


def request_email_confirmation(*, user_id: int) -> None:
    """Send the confirmation link again, unless confirmed. Raises EmailTooSoon within a minute (A1)."""
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update().get(pk=user_id)
        if not user.is_email_confirmed:
            request_email(user_id=user.pk, template=Template.CONFIRM_EMAIL)


def renew_confirmation_link(*, token: str) -> None:
    """Send a new link to whom a genuine link, however old, was sent. Raises LinkInvalid, EmailTooSoon."""
    claim = read_token(Purpose.CONFIRM_EMAIL, token, max_age=None)
    user = User.objects.filter(pk=claim.user_id, is_active=True).first()
    if user is None or not claim.holds_for(user):
        raise LinkInvalid
    request_email_confirmation(user_id=user.pk)


def _read_confirmation(token: str) -> Claim:
    max_age = timedelta(seconds=settings.EMAIL_CONFIRMATION_TIMEOUT)
    return read_token(Purpose.CONFIRM_EMAIL, token, max_age=max_age)

"""The use cases of accounts. Each opens its own transaction unless its docstring says otherwise."""

from accounts.services.emails import (
    EmailTooSoon,
    record_account_letter,
    request_email,
    write_account_letter,
)
from accounts.services.kept_forms import clear_kept_forms, forget_form, forget_forms, keep_form
from accounts.services.operators import write_to_operators
from accounts.services.passwords import (
    WrongPassword,
    ask_for_password_reset,
    change_password,
    find_reset_user,
    request_password_reset,
    reset_password,
)
from accounts.services.profile import confirm_new_email, request_new_email, set_theme, update_profile
from accounts.services.registration import (
    EmailTaken,
    check_confirmation_link,
    confirm_email,
    renew_confirmation_link,
    request_email_confirmation,
    sign_up,
    sign_up_or_tell_owner,
    tell_owner,
)
from accounts.services.sessions import clear_sessions
from accounts.services.sign_in import TooManyFailures, WrongCredentials, check_credentials, forget_failures

__all__ = [
    "EmailTaken",
    "EmailTooSoon",
    "TooManyFailures",
    "WrongCredentials",
    "WrongPassword",
    "ask_for_password_reset",
    "change_password",
    "check_confirmation_link",
    "check_credentials",
    "clear_kept_forms",
    "clear_sessions",
    "confirm_email",
    "confirm_new_email",
    "find_reset_user",
    "forget_failures",
    "forget_form",
    "forget_forms",
    "keep_form",
    "record_account_letter",
    "renew_confirmation_link",
    "request_email",
    "request_email_confirmation",
    "request_new_email",
    "request_password_reset",
    "reset_password",
    "set_theme",
    "sign_up",
    "sign_up_or_tell_owner",
    "tell_owner",
    "update_profile",
    "write_account_letter",
    "write_to_operators",
]

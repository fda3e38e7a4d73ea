"""The pages of accounts."""

from accounts.views.confirmation import (
    confirm_email,
    confirm_email_from_link,
    confirm_new_email,
    open_confirmation_link,
    open_new_email_link,
    renew_confirmation,
    resend_confirmation,
)
from accounts.views.old_pages import csrf_failure
from accounts.views.passwords import (
    ResetPasswordView,
    admin_password_change,
    change_password,
    password_reset,
    password_reset_sent,
)
from accounts.views.profile import change_email, change_theme, profile
from accounts.views.sign_in import admin_sign_in, home, sign_in, sign_out
from accounts.views.sign_up import sign_up, sign_up_done, terms

__all__ = [
    "ResetPasswordView",
    "admin_password_change",
    "admin_sign_in",
    "change_email",
    "change_password",
    "change_theme",
    "confirm_email",
    "confirm_email_from_link",
    "confirm_new_email",
    "csrf_failure",
    "home",
    "open_confirmation_link",
    "open_new_email_link",
    "password_reset",
    "password_reset_sent",
    "profile",
    "renew_confirmation",
    "resend_confirmation",
    "sign_in",
    "sign_out",
    "sign_up",
    "sign_up_done",
    "terms",
]

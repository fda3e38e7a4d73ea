"""What accounts tell the apps above them. These signals are sent inside the caller's transaction."""

from django.dispatch import Signal

# Arguments: account_id. A receiver inserts its own row (credits opens a wallet).
account_created = Signal()

# Arguments: user_id, template (a services.emails template name) and extra (a JSON-able dict, usually empty).
# A receiver makes a work item whose letter is services.write_account_letter: no address and no token is
# stored with the work.
email_requested = Signal()

# Arguments: email. A receiver makes a work item whose handler calls services.request_password_reset; the
# address is stored encrypted.
reset_requested = Signal()

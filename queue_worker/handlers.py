"""Work of apps below the queue, which do not know it."""

from accounts.services import record_account_letter, request_password_reset, write_account_letter
from core.crypto import decrypt
from queue_worker.letters import LetterKind
from queue_worker.policy import Handler

SEND_EMAIL = "accounts.send_email"
REQUEST_RESET = "accounts.request_reset"


def answer_reset(*, email: str) -> None:
    """Look up an address, encrypted, for which somebody forgot a password; nobody waits for the answer."""
    request_password_reset(email=decrypt(email))


HANDLERS = (Handler(REQUEST_RESET, answer_reset),)
LETTERS = (LetterKind(SEND_EMAIL, write_account_letter, record_account_letter),)

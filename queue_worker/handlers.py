"""Work of apps below the queue, which do not know it."""

from accounts.services import record_account_letter, write_account_letter
from queue_worker.letters import LetterKind

SEND_EMAIL = "accounts.send_email"

LETTERS = (LetterKind(SEND_EMAIL, write_account_letter, record_account_letter),)

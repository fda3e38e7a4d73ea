"""Work that belongs to apps below the queue, which do not know it."""

from accounts.services import send_account_email
from queue_worker.policy import Backoff
from queue_worker.registry import handler
from queue_worker.work import Work

SEND_EMAIL = "accounts.send_email"


@handler(SEND_EMAIL, max_attempts=8, backoff=Backoff(first=5, factor=3, cap=3600))
def send_email(work: Work) -> None:
    """Send one e-mail of accounts; sent twice at worst, when the mail server's answer is lost."""
    send_account_email(user_id=work.payload["user_id"], template=work.payload["template"])

"""E-mails as work: one handler, and a table of the kinds of letters. Each app lists its own as LETTERS.

The work of a letter holds ids only. What it says, and to whom, is read when it is sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.mail import Letter, Outcome, send_letter
from queue_worker.models import WorkItem
from queue_worker.policy import Backoff, Handler, call
from queue_worker.work import Work

BACKOFF = Backoff(first=5, factor=3, cap=3600)


@dataclass(frozen=True)
class LetterKind:
    """One line of an app's table LETTERS.

    kind: "app.verb_noun", of the work. write: is given the payload and returns the letter, or None when it
    is not to be sent any more; it may raise what a handler may. record: is given the payload, `outcome`
    (core.mail.Outcome) and, if it takes it, `written_at`, the moment before `write` (None for FAILED), in the
    transaction that ends the work. max_attempts: how often the mail server is tried.
    """

    kind: str
    write: Callable[..., Letter | None]
    record: Callable[..., object] | None = None
    max_attempts: int = 8

    def as_handler(self) -> Handler:
        """Return the handler of this kind of work."""
        return Handler(
            self.kind, self._send, max_attempts=self.max_attempts, backoff=BACKOFF, on_dead=self._give_up
        )

    def _send(self, *, work: Work, **ids: Any) -> None:
        """Write the letter and send it. Twice at worst, when the mail server's answer is lost."""
        written_at = timezone.now()
        letter = self.write(**ids)
        if letter is not None:
            work.check()
            send_letter(letter)
        outcome = Outcome.SENT if letter else Outcome.DROPPED
        with transaction.atomic(durable=True):
            self._record(outcome, written_at, ids)
            work.finish({"outcome": outcome})

    def _give_up(self, *, item: WorkItem) -> None:
        self._record(Outcome.FAILED, None, item.payload)

    def _record(self, outcome: Outcome, written_at: datetime | None, ids: dict[str, Any]) -> None:
        if self.record is not None:
            call(self.record, ids, outcome=outcome, written_at=written_at)

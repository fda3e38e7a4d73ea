"""What a handler may raise, and what the queue itself refuses."""


class QueueError(Exception):
    """Base of everything that the queue raises."""


class RetryLater(QueueError):
    """Certainly not done: run again after `seconds`, or after the handler's own back-off when None."""

    def __init__(self, seconds: float | None = None, reason: str = "") -> None:
        self.seconds = seconds
        self.reason = reason
        super().__init__(reason or "tentar de novo mais tarde")


class Snooze(QueueError):
    """Nothing was done and nothing failed: what the work waits for is not there yet.

    The item runs again after `seconds` and the run does not count as an attempt. The handler that raises it
    must stop by a moment of its own: the queue would go on for ever.
    """

    def __init__(self, seconds: float, reason: str) -> None:
        self.seconds = seconds
        self.reason = reason
        super().__init__(reason)


class GiveUp(QueueError):
    """Permanent: the item dies now and `on_dead` runs."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class AskFirst(QueueError):
    """Sent, and the outcome is unknown: the next run has `work.must_ask` and asks before it repeats."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class LeaseLost(QueueError):
    """The item belongs to somebody else by now: roll everything back and stop."""


class UnknownKind(QueueError):
    """No handler is registered under this kind."""


class EnqueuedOutsideTransaction(QueueError):
    """Work is enqueued in the transaction that makes it necessary, or one of the two gets lost."""

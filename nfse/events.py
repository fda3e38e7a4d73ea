"""What can happen to an invoice request: the names of the lines of its history (R88). Pure.

The values are stored in histories, which are immutable: a name may change, a value never. How each is told
to people is in `portal.history_words`.
"""

from enum import StrEnum


class Event(StrEnum):
    """One kind of line of a request's history (`RequestEvent.event`)."""

    CONFIRMED = "confirmed"
    ATTEMPT = "attempt"
    ACCEPTED = "accepted"
    ISSUED = "issued"
    ADOPTED = "adopted"
    """Found at the gateway after a doubt, with our content."""
    REJECTED = "rejected"
    ENDED_BY_GATEWAY = "ended_by_gateway"
    """The gateway closed the request without a note; a person has to look."""
    UNAVAILABLE = "unavailable"
    ANSWER_LOST = "answer_lost"
    RUN_LOST = "run_lost"
    """The worker that was sending died."""
    UNRECOGNIZED_STATE = "unrecognized_state"
    VANISHED = "vanished"
    """The gateway had accepted it and no longer knows it."""
    PROVED_ABSENT = "proved_absent"
    RETRIES_SPENT = "retries_spent"
    RETRY = "retry"
    WITHDRAWN = "withdrawn"
    CLOCK_AHEAD = "clock_ahead"
    CERTIFICATE_MISSING = "certificate_missing"
    """No certificate that may sign, when something had to be sent."""
    CERTIFICATE_TROUBLE = "certificate_trouble"
    """No certificate that may sign, when the gateway had to be asked."""
    GATEWAY_TROUBLE = "gateway_trouble"
    """The gateway refused our credentials when it was asked."""
    GATEWAY_REFUSES_US = "gateway_refuses_us"
    """The gateway refused our credentials when something was sent."""
    NUMBER_TAKEN = "number_taken"
    """The number belongs to a note of other content."""
    TAKEN_SETTLED = "taken_settled"
    """A person gave up the request whose number was taken."""
    REISSUED = "reissued"
    REISSUE_OF = "reissue_of"

    CANCEL_ASKED = "cancel_asked"
    CANCELED = "canceled"
    CANCELED_BY_CITY = "canceled_by_city"
    CANCEL_REJECTED = "cancel_rejected"
    CANCEL_OVERTAKEN = "cancel_overtaken"
    """Something else became of the note before the cancellation was answered."""
    ANALYSIS_ASKED = "analysis_asked"
    ANALYSIS_PENDING = "analysis_pending"
    ANALYSIS_DENIED = "analysis_denied"
    REPLACED = "replaced"
    LOCKS_CHANGED = "locks_changed"

    EMAIL_ASKED = "email_asked"
    EMAILED = "emailed"
    EMAIL_FAILED = "email_failed"
    TAKER_EMAIL_ASKED = "taker_email_asked"
    TAKER_EMAILED = "taker_emailed"
    TAKER_EMAIL_FAILED = "taker_email_failed"
    TAKER_EMAIL_DROPPED = "taker_email_dropped"


LETTERS = frozenset({Event.EMAIL_ASKED, Event.EMAILED, Event.EMAIL_FAILED})
"""A note that a person had sent by e-mail."""
REISSUES = frozenset({Event.REISSUED, Event.REISSUE_OF})
"""Lines that name another request (`data["request_id"]`)."""

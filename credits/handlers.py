"""Work of credits."""

from credits.services.checking import CHECK_LEDGER, TELL_DIFFERENCES, count_differences, write_differences
from credits.services.letters import write_low_balance, write_paid
from credits.services.low_balance import TELL_LOW_BALANCE
from credits.services.orders import OPEN_CHECKOUT, give_up_checkout, open_checkout
from credits.services.reconciling import CHECK_ORDER, check_order
from credits.services.refunding import SEND_REFUND, give_up_refund, send_refund
from credits.services.reversals import LOOK_FOR_REVERSALS, look_for_reversals
from credits.services.settling import TELL_PAID
from credits.services.stripe_events import HANDLE_EVENT, handle_event
from inbox.services import record_death
from queue_worker.letters import LetterKind
from queue_worker.policy import Backoff, Handler

HANDLERS = (
    # The buyer waits for the payment page, so that the first repetitions come soon.
    Handler(
        OPEN_CHECKOUT,
        open_checkout,
        max_attempts=8,
        backoff=Backoff(first=1, factor=2, cap=60),
        on_dead=give_up_checkout,
    ),
    # For hours if Stripe is away: nobody else tells of a payment.
    Handler(
        HANDLE_EVENT,
        handle_event,
        max_attempts=12,
        backoff=Backoff(first=2, factor=2.5, cap=3600),
        on_dead=record_death,
    ),
    Handler(CHECK_ORDER, check_order),
    Handler(LOOK_FOR_REVERSALS, look_for_reversals),
    Handler(
        SEND_REFUND,
        send_refund,
        max_attempts=10,
        backoff=Backoff(first=2, factor=3, cap=3600),
        on_dead=give_up_refund,
    ),
    Handler(CHECK_LEDGER, count_differences, max_attempts=2),
)
LETTERS = (
    LetterKind(TELL_DIFFERENCES, write_differences),
    LetterKind(TELL_PAID, write_paid),
    LetterKind(TELL_LOW_BALANCE, write_low_balance),
)

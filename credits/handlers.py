"""Work of credits (queue_worker.registry)."""

from credits.services.checking import ALERT_OPERATORS, CHECK_LEDGER, check_ledger_and_act, write_to_operators
from credits.services.letters import tell_paid
from credits.services.orders import OPEN_CHECKOUT, give_up_checkout, open_checkout
from credits.services.reconciling import CHECK_ORDER, check_order
from credits.services.refunding import SEND_REFUND, give_up_refund, send_refund
from credits.services.settling import TELL_PAID
from credits.services.stripe_events import HANDLE_EVENT, handle_event
from inbox.services import record_death
from queue_worker.policy import Backoff
from queue_worker.registry import handler
from queue_worker.work import Work


@handler(ALERT_OPERATORS, max_attempts=8, backoff=Backoff(first=30, factor=3, cap=3600))
def alert_operators(work: Work) -> None:
    """Write to the operators about differences in the ledger, until the mail server takes it."""
    write_to_operators(report=work.payload)


@handler(OPEN_CHECKOUT, max_attempts=8, backoff=Backoff(first=1, factor=2, cap=60), on_dead=give_up_checkout)
def make_checkout(work: Work) -> dict[str, str]:
    """Make an order's payment page: the buyer waits, so the first repetitions come soon."""
    return {"state": open_checkout(order_id=work.payload["order_id"])}


@handler(HANDLE_EVENT, max_attempts=12, backoff=Backoff(first=2, factor=2.5, cap=3600), on_dead=record_death)
def settle_event(work: Work) -> None:
    """Settle the order of a delivery, for hours if Stripe is away: nobody else tells of it."""
    handle_event(delivery_id=work.payload["delivery_id"])


@handler(CHECK_ORDER, max_attempts=5)
def ask_stripe(work: Work) -> dict[str, str]:
    """Read an order's payment again."""
    return {"state": check_order(order_id=work.payload["order_id"])}


@handler(SEND_REFUND, max_attempts=10, backoff=Backoff(first=2, factor=3, cap=3600), on_dead=give_up_refund)
def refund_payment(work: Work) -> dict[str, str]:
    """Give a payment back, as an operator asked."""
    return {"status": send_refund(refund_id=work.payload["refund_id"])}


@handler(TELL_PAID, max_attempts=8, backoff=Backoff(first=30, factor=3, cap=3600))
def write_to_buyer(work: Work) -> None:
    """Tell the buyer of a late payment, until the mail server takes it."""
    tell_paid(order_id=work.payload["order_id"])


@handler(CHECK_LEDGER, max_attempts=2)
def prove_ledger(_work: Work) -> dict[str, int]:
    """Prove the ledger because an operator asked for it."""
    return {"differences": check_ledger_and_act().differences}

"""Stripe Checkout: pages to pay on, what became of payments, refunds (contracts/leads/stripe.md).

The only modules that import the SDK are this one, its transport, and credits.gateways.stripe_events. Each
write carries a key made from the order, so that a lost answer is repeated without harm: nothing is Unknown.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import stripe
import structlog
from django.conf import settings

from core.errors import ProviderAccountTrouble, Refused, Unavailable, Unreadable
from credits.formatting import describe_credits
from credits.gateways.payments import Checkout, CheckoutRequest, Disputed, Payment, Refunded, Reversal
from credits.gateways.transport import Transport, as_unavailable

Result = TypeVar("Result")

NETWORK_RETRIES = 2
BOLETO_DAYS = 3
PIX_SECONDS = 3600
LISTED = 100
MOST_PAGES = 100
CODE_LENGTH = 500
REQUEST = "request"
"""Metadata of a refund: the key of the request that made it."""

stripe.enable_telemetry = False
log = structlog.get_logger(__name__)


class MethodRefused(Refused):
    """Stripe refused the checkout because of a payment method that the account lacks."""


class NothingToRefund(Refused):
    """Stripe does not refund this payment, or not this much of it: a boleto, or refunded already."""

    message = "A Stripe não devolve este pagamento, ou não este valor."


def is_live() -> bool:
    """Whether the key takes real money."""
    return str(settings.STRIPE_SECRET_KEY).startswith(("sk_live_", "rk_live_"))


class StripePayments:
    """The account of settings.STRIPE_SECRET_KEY. Cheap to build; not to be used inside a transaction."""

    def __init__(self) -> None:
        self._client = stripe.StripeClient(
            settings.STRIPE_SECRET_KEY.strip(),
            base_addresses={"api": settings.STRIPE_BASE_URL},
            max_network_retries=NETWORK_RETRIES,
            http_client=Transport(),
        )

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """Make the page on which the order is paid; the same request again is the same page.

        Raises MethodRefused (ask again with fewer methods), Refused, Unavailable.
        """
        session = _ask(
            lambda: self._client.v1.checkout.sessions.create(
                _session_parameters(request),  # type: ignore[arg-type]
                {"idempotency_key": f"checkout-{request.order_id}-{'-'.join(request.methods)}"},
            )
        )
        return Checkout(
            session_id=session["id"],
            url=session["url"] or "",
            methods=tuple(session.get("payment_method_types") or ()),
        )

    def read_payment(self, session_id: str) -> Payment:
        """Return what Stripe says now. Raises Refused (code "resource_missing"), Unavailable, Unreadable."""
        session = _ask(
            lambda: self._client.v1.checkout.sessions.retrieve(
                session_id, {"expand": ["payment_intent.latest_charge"]}
            )
        )
        intent = session.get("payment_intent") or {}
        charge = intent.get("latest_charge") or {}
        refunds, disputes = ([], []) if not charge else self._list_reversals(intent["id"])
        return _read(session, intent, charge, refunds, disputes)

    def find_session_id(self, payment_intent_id: str) -> str:
        """Return the checkout of a payment, "" when it came from none. Raises Refused, Unavailable."""
        found = _ask(
            lambda: self._client.v1.checkout.sessions.list({"payment_intent": payment_intent_id, "limit": 1})
        )
        return str(found["data"][0]["id"]) if found["data"] else ""

    def refund(self, *, payment_intent_id: str, cents: int, key: str) -> Refunded:
        """Give money of a payment back; the same `key` again is the same refund.

        Raises NothingToRefund, Refused, Unavailable.
        """
        try:
            refund = _ask(
                lambda: self._client.v1.refunds.create(
                    {"payment_intent": payment_intent_id, "amount": cents, "metadata": {REQUEST: key}},
                    {"idempotency_key": key},
                )
            )
        except MethodRefused:
            raise
        except ProviderAccountTrouble:
            raise
        except Refused as error:
            raise NothingToRefund(error.code, detail=error.detail) from error
        return _read_refund(refund)

    def list_reversals(self, since: datetime) -> Iterator[list[Reversal]]:
        """Yield the refunds and the disputes made since then, page by page, newest first.

        Raises Unavailable, Refused, Unreadable.
        """
        for listed in (self._client.v1.refunds.list, self._client.v1.disputes.list):
            yield from _list_pages(listed, int(since.timestamp()))

    def _list_reversals(self, payment_intent_id: str) -> tuple[list[Any], list[Any]]:
        asked: Any = {"payment_intent": payment_intent_id, "limit": LISTED}
        refunds = _ask(lambda: self._client.v1.refunds.list(asked))
        disputes = _ask(lambda: self._client.v1.disputes.list(asked))
        return refunds["data"], disputes["data"]


def _list_pages(listed: Callable[[Any], Any], since: int) -> Iterator[list[Reversal]]:
    asked: dict[str, Any] = {"created": {"gte": since}, "limit": LISTED}
    for _ in range(MOST_PAGES):
        page = _ask(partial(listed, asked))
        rows = page["data"]
        yield [Reversal(r["id"], r.get("payment_intent") or "", r.get("status") or "pending") for r in rows]
        if not page["has_more"] or not rows:
            return
        asked = {**asked, "starting_after": rows[-1]["id"]}
    log.error("stripe_list_cut", pages=MOST_PAGES)


def _session_parameters(request: CheckoutRequest) -> dict[str, Any]:
    """The same for the same order, whenever it is asked: else Stripe refuses the repeated key."""
    reference = {"order_id": str(request.order_id)}
    options: dict[str, Any] = {
        "boleto": {"expires_after_days": BOLETO_DAYS},
        "pix": {"expires_after_seconds": PIX_SECONDS},
    }
    return {
        "mode": "payment",
        "client_reference_id": str(request.order_id),
        "metadata": reference,
        "payment_intent_data": {"metadata": reference},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.currency,
                    "unit_amount": request.cents,
                    "product_data": {"name": describe_credits(request.credits)},
                },
            }
        ],
        "allowed_payment_method_types": list(request.methods),
        "payment_method_options": {name: options[name] for name in request.methods if name in options},
        "customer_email": request.email,
        "expires_at": int(request.deadline.timestamp()),
        "locale": "pt-BR",
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
    }


def _ask(call: Callable[[], Any]) -> Any:
    """Call Stripe and return plain JSON, or one of the three answers of DESIGN.md §4."""
    try:
        return json.loads(str(call()))
    except stripe.APIConnectionError as error:
        raise as_unavailable(error) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise ProviderAccountTrouble(_code(error), detail=f"stripe: {_code(error)}") from error
    except stripe.RateLimitError as error:
        raise Unavailable(detail="stripe: too many requests") from error
    except stripe.StripeError as error:
        raise _refusal(error) from error
    except ValueError as error:
        raise Unreadable(detail="stripe: an answer that is not JSON") from error


def _refusal(error: stripe.StripeError) -> Refused | Unavailable:
    """A refusal is a 4xx other than 409; whatever else came is no answer, and may be asked for again."""
    code, status = _code(error), error.http_status or 0
    if status == 409 or not 400 <= status < 500:
        return Unavailable(detail=f"stripe: HTTP {status} {code}")
    parameter = str(getattr(error, "param", None) or "")
    if "payment_method" in code or "payment_method" in parameter:
        return MethodRefused(code, detail=f"stripe: {code} {parameter}")
    return Refused(code, detail=f"stripe: {code} {parameter}".strip())


def _code(error: stripe.StripeError) -> str:
    """Stripe's own code; `error.code` is filled for some statuses only (contract §7)."""
    inner = error.error
    code = getattr(inner, "code", None) or getattr(inner, "type", None) if inner else None
    return str(code or error.http_status or "unknown")


def _read(
    session: Mapping[str, Any],
    intent: Mapping[str, Any],
    charge: Mapping[str, Any],
    refunds: list[Any],
    disputes: list[Any],
) -> Payment:
    metadata = (session.get("metadata") or {}).get("order_id")
    named = {str(each) for each in (session.get("client_reference_id"), metadata) if each}
    waits_for, voucher_url, pay_until = _read_voucher(intent.get("next_action") or {})
    kinds = intent.get("payment_method_types") or []
    used = (charge.get("payment_method_details") or {}).get("type")
    return Payment(
        session_id=session["id"],
        status=session["status"],
        is_paid=session["payment_status"] in ("paid", "no_payment_required"),
        cents=session["amount_total"],
        currency=session["currency"],
        is_live=bool(session["livemode"]),
        order_ids=tuple(sorted(named)),
        payment_intent_id=intent.get("id") or "",
        method=used or waits_for or (kinds[0] if len(kinds) == 1 else ""),
        methods=tuple(session.get("payment_method_types") or ()),
        voucher_url=voucher_url,
        pay_until=pay_until,
        failure=((intent.get("last_payment_error") or {}).get("code") or "")[:CODE_LENGTH],
        refunds=tuple(_read_refund(refund) for refund in refunds),
        disputes=tuple(Disputed(d["id"], d["amount"], d["status"], d.get("reason") or "") for d in disputes),
    )


def _read_refund(refund: Mapping[str, Any]) -> Refunded:
    request = (refund.get("metadata") or {}).get(REQUEST)
    return Refunded(refund["id"], refund["amount"], refund.get("status") or "pending", request or "")


def _read_voucher(action: Mapping[str, Any]) -> tuple[str, str, datetime | None]:
    """Return the method that waits to be paid, where its boleto or code is, and until when."""
    boleto, pix = action.get("boleto_display_details"), action.get("pix_display_qr_code")
    details, method = boleto or pix or {}, "boleto" if boleto else "pix" if pix else ""
    url = details.get("hosted_voucher_url") or details.get("hosted_instructions_url") or ""
    expires_at = details.get("expires_at")
    return method, url, datetime.fromtimestamp(expires_at, UTC) if expires_at else None

"""Tags by which pages of any app show the balance."""

from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings

from core.money import format_number
from credits.models import LedgerEntry, Order
from credits.selectors import get_balance
from credits.selectors.ledger import find_low_balance

register = template.Library()

TONES = {
    LedgerEntry.Kind.PURCHASE: "success",
    LedgerEntry.Kind.REFUND: "info",
    LedgerEntry.Kind.ADJUSTMENT: "warning",
    LedgerEntry.Kind.REVERSAL: "danger",
    LedgerEntry.Kind.DEBT_SETTLEMENT: "danger",
}

ORDER_TONES = {
    Order.State.CREATED: "neutral",
    Order.State.AWAITING_PAYMENT: "warning",
    Order.State.PAID: "success",
    Order.State.FAILED: "danger",
    Order.State.REFUNDED: "info",
    Order.State.DISPUTED: "danger",
}


@register.filter
def signed(value: int) -> str:
    """Credits with their sign: +1.000, −25."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{format_number(abs(value))}"


@register.filter
def kind_tone(kind: str) -> str:
    """The tone of a kind's badge."""
    return TONES.get(LedgerEntry.Kind(kind), "neutral")


@register.filter
def order_tone(state: str) -> str:
    """The tone of an order's badge."""
    return ORDER_TONES.get(Order.State(state), "neutral")


@register.filter
def unit_price(price: Decimal) -> str:
    """The price of one credit, to the digits that matter: R$ 0,36, R$ 0,2725."""
    text = f"{price:.4f}"
    whole, _, fraction = text.partition(".")
    return f"R$ {whole},{fraction[:2]}{fraction[2:].rstrip('0')}"


@register.filter
def leads_for(credits: int, price: int) -> int:
    """How many companies a quantity of credits buys."""
    return credits // price


@register.inclusion_tag("credits/_balance.html", takes_context=True)
def credit_balance(context: template.Context, oob: bool = False) -> dict[str, Any]:
    """The balance in the header, one query; nothing for who has no buyer account. `oob` for htmx answers."""
    account = getattr(context.get("request"), "account", None)
    if not account:
        return {"balance": None}
    balance = get_balance(account.pk)
    return {"balance": balance, "is_low": balance < settings.CREDITS_LOW_BALANCE, "oob": oob}


@register.inclusion_tag("credits/_low_balance.html", takes_context=True)
def low_balance_notice(context: template.Context) -> dict[str, Any]:
    """Point out a low balance, once per crossing (C13)."""
    request = context.get("request")
    account = getattr(request, "account", None)
    return {
        "low_balance": find_low_balance(account.pk) if account else None,
        "request": request,
    }

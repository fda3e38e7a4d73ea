"""A ledger that began before today, for the demo alone: the same door, at times that are over."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from credits.models import LedgerEntry, Order
from credits.selectors.catalog import get_price_list
from credits.services.wallets import lock_wallet
from credits.services.writer import Draft, append_entries
from credits.values import Debit, Reference


class NoPastInProduction(RuntimeError):
    """Times of entries are facts; only a demo invents them."""


def buy_in_the_past(
    *, account_id: int, user_id: int, credits: int, at: datetime, form_key: uuid.UUID
) -> Order:
    """Write an order paid by card at `at`, with its entry. Joins the caller's transaction."""
    _require_demo()
    offer = get_price_list().quote(credits)
    with transaction.atomic():
        wallet = lock_wallet(account_id=account_id)
        order = Order.objects.create(
            account_id=account_id,
            user_id=user_id,
            form_key=form_key,
            credits=credits,
            cents=offer.cents,
            catalog_id=offer.catalog_id,
            session_deadline=at,
            method=Order.Method.CARD,
            methods=[Order.Method.CARD],
            created_at=at,
        )
        draft = Draft(
            credits, f"order:{order.pk}", Reference("order", str(order.pk)), f"Compra de {credits} créditos"
        )
        order.purchase = append_entries(wallet, LedgerEntry.Kind.PURCHASE, [draft], at=at)[0]
        order.state, order.paid_at, order.checked_at = Order.State.PAID, at, at
        order.save()
    return order


def debit_in_the_past(
    *, account_id: int, debits: Sequence[Debit], at: datetime, actor_id: int, tariff_version: int
) -> list[LedgerEntry]:
    """Take several debits at `at`, all or none, in the caller's transaction; entries come in order."""
    _require_demo()
    drafts = [Draft(-debit.amount, debit.operation_key, debit.reference, debit.text) for debit in debits]
    with transaction.atomic():
        wallet = lock_wallet(account_id=account_id)
        return append_entries(
            wallet, LedgerEntry.Kind.SPEND, drafts, actor_id=actor_id, tariff_version=tariff_version, at=at
        )


def _require_demo() -> None:
    if settings.PRODUCTION:
        raise NoPastInProduction

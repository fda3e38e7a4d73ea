"""Periodic tasks of credits (credits/schedule.py). Each is safe to run twice."""

from celery import shared_task

from credits.services.checking import check_ledger_and_act
from credits.services.reconciling import ask_about_open_orders
from credits.services.wallets import open_missing_wallets


@shared_task(name="credits.check_ledger")
def check_ledger_task() -> str:
    report = check_ledger_and_act()
    return f"{report.entries} lançamentos, {report.differences} diferenças"


@shared_task(name="credits.open_missing_wallets")
def open_missing_wallets_task() -> str:
    return f"{open_missing_wallets()} abertas"


@shared_task(name="credits.ask_about_open_orders")
def ask_about_open_orders_task() -> str:
    return f"{ask_about_open_orders()} pedidos"

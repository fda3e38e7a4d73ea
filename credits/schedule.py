"""What beat starts for credits."""

from datetime import time, timedelta

from core.schedule import Periodic
from credits.services.checking import check_ledger_and_act
from credits.services.reconciling import ask_about_open_orders
from credits.services.wallets import open_missing_wallets

CHECK_LEDGER = Periodic(
    "credits.check_ledger",
    "Conferir o extrato de créditos",
    time(3, 40),
    check_ledger_and_act,
    "{0.entries} lançamentos, {0.differences} diferenças",
)
OPEN_WALLETS = Periodic(
    "credits.open_missing_wallets",
    "Contas sem carteira",
    timedelta(minutes=10),
    open_missing_wallets,
    "{} abertas",
)
ASK_ABOUT_ORDERS = Periodic(
    "credits.ask_about_open_orders",
    "Pedidos sem notícia da Stripe",
    timedelta(minutes=10),
    ask_about_open_orders,
    "{} pedidos",
)
SCHEDULE = [CHECK_LEDGER, ASK_ABOUT_ORDERS, OPEN_WALLETS]

"""What beat starts for credits."""

from datetime import time, timedelta

from core.schedule import Periodic
from credits.services.checking import check_ledger_and_act
from credits.services.reconciling import ask_about_open_orders
from credits.services.reversals import ask_for_reversals
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
ASK_FOR_REVERSALS = Periodic(
    "credits.ask_for_reversals",
    "Devoluções e contestações na Stripe",
    time(4, 10),
    ask_for_reversals,
    "{} leitura pedida",
)
SCHEDULE = [CHECK_LEDGER, ASK_ABOUT_ORDERS, ASK_FOR_REVERSALS, OPEN_WALLETS]

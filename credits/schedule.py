"""What beat starts for credits."""

from datetime import time, timedelta

from core.schedule import Periodic

SCHEDULE = [
    Periodic("credits.check_ledger", "Conferir o extrato de créditos", time(3, 40)),
    Periodic("credits.ask_about_open_orders", "Pedidos sem notícia da Stripe", timedelta(minutes=10)),
    Periodic("credits.open_missing_wallets", "Contas sem carteira", timedelta(minutes=10)),
]

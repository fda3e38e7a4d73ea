"""Debits per second: credits.services against pgbench sending the statements that Django sends.

The statements are taken from one real debit; wallet, key and balance become pgbench's variables. Both run the
same number of clients on the same server, which does not wait for its disk: what is measured is the product's
own time, and a server that waits would hide it.
"""

import itertools
import re
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.figures import Figure, alternate
from embedded.servers import POSTGRES_BIN

CLIENTS = 4
WALLETS = 64
SECONDS = 2
CREDITS = 10**9


def run() -> list[Figure]:
    accounts = _make_accounts()
    return [
        _compare("debit_credits, 4 clients, 64 wallets", accounts, goal=0.2),
        _compare("debit_credits, 4 clients, one wallet", accounts[:1], goal=0.2),
        _compare("debit_many of 25, 4 clients, 64 wallets", accounts, batch=25, goal=0.2),
    ]


def _compare(name: str, accounts: list[int], *, batch: int = 1, goal: float) -> Figure:
    keys = itertools.count()
    with tempfile.TemporaryDirectory(prefix="nitro-bench-") as home:
        script = Path(home) / "debit.sql"
        script.write_text(_pgbench_script(accounts, batch))
        ours, reference = alternate(
            lambda: _calls_per_second(accounts, keys, batch) * batch, lambda: _pgbench(script) * batch
        )
    return Figure.rate(name, ours=ours, reference=reference, unit="debits/s", goal=goal)


def _make_accounts() -> list[int]:
    from accounts.models import Account
    from credits.services import Reference, grant_credits

    accounts = Account.objects.bulk_create(Account(kind="buyer", name=f"bench {n}") for n in range(WALLETS))
    for account in accounts:
        grant_credits(
            account_id=account.pk,
            amount=CREDITS,
            operation_key="bench",
            kind="purchase",
            reference=Reference("bench", "1"),
            text="Compra de créditos",
        )
    return [account.pk for account in accounts]


def _calls_per_second(accounts: list[int], keys: "itertools.count[int]", batch: int) -> float:
    """Threads of one process, each with its own connection, as a gunicorn worker has them."""
    ends = time.monotonic() + SECONDS

    def work(client: int) -> int:
        from django.db import connection

        done = 0
        while time.monotonic() < ends:
            _debit(accounts[(client + done) % len(accounts)], f"ours:{batch}:{next(keys)}", batch)
            done += 1
        connection.close()
        return done

    with ThreadPoolExecutor(CLIENTS) as pool:
        return sum(pool.map(work, range(CLIENTS))) / SECONDS


def _debit(account_id: int, key: str, batch: int) -> None:
    from django.db import transaction

    from credits.services import Debit, Reference, debit_credits, debit_many

    reference, text = Reference("search", "7"), "Empresa da busca nº 7"
    with transaction.atomic():
        if batch == 1:
            debit_credits(account_id=account_id, amount=1, operation_key=key, reference=reference, text=text)
        else:
            debits = [Debit(1, f"{key}:{number}", reference, text) for number in range(batch)]
            debit_many(account_id=account_id, debits=debits)


def _pgbench_script(accounts: list[int], batch: int) -> str:
    """What Django sends for one call, with variables in the places of the account, wallet and key."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from credits.models import Wallet

    wallet = Wallet.objects.get(account_id=accounts[0])
    with CaptureQueriesContext(connection) as captured:
        _debit(accounts[0], f"template:{time.monotonic_ns()}", batch)
    statements = [query["sql"] for query in captured if not query["sql"].startswith(("BEGIN", "COMMIT"))]
    key = re.search(r"template:\d+", statements[-1])[0]  # type: ignore[index]
    gap = accounts[0] - wallet.pk
    lines = [
        rf"\set account random({accounts[0]}, {accounts[-1]})",
        rf"\set wallet :account - {gap}",
        r"\set key random(1, 9000000000000000000)",
        "BEGIN;",
    ]
    for number, sql in enumerate(statements):
        variable = ":account" if number == 0 else ":wallet"
        value = accounts[0] if number == 0 else wallet.pk
        sql = sql.replace(key, "pgbench-:key").replace("\n", " ")
        lines.append(
            re.sub(rf"(\"?(?:account_id|wallet_id|id)\"? = ){value}\b", rf"\g<1>{variable}", sql) + ";"
        )
    return "\n".join([*lines, "COMMIT;"]) + "\n"


def _pgbench(script: Path) -> float:
    from django.conf import settings

    database = settings.DATABASES["default"]
    address = ["-h", database["HOST"], "-p", str(database["PORT"]), "-U", database["USER"]]
    command = [
        str(POSTGRES_BIN / "pgbench"),
        *address,
        "--no-vacuum",
        "--client",
        str(CLIENTS),
        "--jobs",
        "2",
    ]
    load = ["--time", str(SECONDS), "--file", str(script), database["NAME"]]
    printed = subprocess.run([*command, *load], check=True, capture_output=True, text=True).stdout
    found = re.search(r"tps = ([\d.]+)", printed)
    if found is None or "number of failed transactions: 0" not in printed:
        raise RuntimeError(f"pgbench failed:\n{printed}")
    return float(found[1])

"""Debits and grants per second: credits.services against pgbench sending the statements that Django sends.

The statements are taken from one real call; wallet, key and balance become pgbench's variables. Both run the
same number of clients on the same server, which does not wait for its disk: what is measured is the product's
own time, and a server that waits would hide it.
"""

import itertools
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.figures import Figure, alternate
from embedded.servers import POSTGRES_BIN

CLIENTS = (1, 8, 32)
WALLETS = 64
SECONDS = 2
CREDITS = 10**9
GOAL = 0.2
BATCH = 25

Call = Callable[[int, str], None]


def run() -> list[Figure]:
    accounts = _make_accounts()
    figures = [
        _compare(f"{call.__name__.strip('_')}, {clients} clients, 64 wallets", accounts, call, clients)
        for call in (_debit, _grant)
        for clients in CLIENTS
    ]
    return [
        *figures,
        _compare("debit, 8 clients, one wallet", accounts[:1], _debit, 8),
        _compare("debit_many of 25, 8 clients, 64 wallets", accounts, _debit_many, 8, batch=25),
    ]


def _compare(name: str, accounts: list[int], call: Call, clients: int, *, batch: int = 1) -> Figure:
    keys = itertools.count()
    with tempfile.TemporaryDirectory(prefix="nitro-bench-") as home:
        script = Path(home) / "call.sql"
        script.write_text(_pgbench_script(accounts, call))
        ours, reference = alternate(
            lambda: _calls_per_second(accounts, keys, call, clients) * batch,
            lambda: _pgbench(script, clients) * batch,
        )
    return Figure.rate(name, ours=ours, reference=reference, unit="entries/s", goal=GOAL)


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


def _calls_per_second(accounts: list[int], keys: "itertools.count[int]", call: Call, clients: int) -> float:
    """Threads of one process, each with its own connection, as a gunicorn worker has them."""
    ends = time.monotonic() + SECONDS

    def work(client: int) -> int:
        from django.db import connection

        done = 0
        while time.monotonic() < ends:
            call(accounts[(client + done) % len(accounts)], f"ours:{call.__name__}:{clients}:{next(keys)}")
            done += 1
        connection.close()
        return done

    with ThreadPoolExecutor(clients) as pool:
        return sum(pool.map(work, range(clients))) / SECONDS


def _debit(account_id: int, key: str) -> None:
    from django.db import transaction

    from credits.services import Reference, debit_credits

    with transaction.atomic():
        debit_credits(
            account_id=account_id,
            amount=1,
            operation_key=key,
            reference=Reference("search", "7"),
            text="Empresa da busca nº 7",
        )


def _debit_many(account_id: int, key: str) -> None:
    from django.db import transaction

    from credits.services import Debit, Reference, debit_many

    reference, text = Reference("search", "7"), "Empresa da busca nº 7"
    with transaction.atomic():
        debit_many(
            account_id=account_id,
            debits=[Debit(1, f"{key}:{number}", reference, text) for number in range(BATCH)],
        )


def _grant(account_id: int, key: str) -> None:
    from credits.services import Reference, grant_credits

    grant_credits(
        account_id=account_id,
        amount=500,
        operation_key=key,
        kind="purchase",
        reference=Reference("bench", "7"),
        text="Compra de 500 créditos",
    )


def _pgbench_script(accounts: list[int], call: Call) -> str:
    """What Django sends for one call, with variables in the places of the account, wallet and key."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from credits.models import Wallet

    wallet = Wallet.objects.get(account_id=accounts[0])
    with CaptureQueriesContext(connection) as captured:
        call(accounts[0], f"template:{time.monotonic_ns()}")
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


def _pgbench(script: Path, clients: int) -> float:
    from django.conf import settings

    database = settings.DATABASES["default"]
    address = ["-h", database["HOST"], "-p", str(database["PORT"]), "-U", database["USER"]]
    command = [
        str(POSTGRES_BIN / "pgbench"),
        *address,
        "--no-vacuum",
        "--client",
        str(clients),
        "--jobs",
        str(min(2, clients)),
    ]
    load = ["--time", str(SECONDS), "--file", str(script), database["NAME"]]
    printed = subprocess.run([*command, *load], check=True, capture_output=True, text=True).stdout
    found = re.search(r"tps = ([\d.]+)", printed)
    if found is None or "number of failed transactions: 0" not in printed:
        raise RuntimeError(f"pgbench failed:\n{printed}")
    return float(found[1])

"""Proof that the ledger is whole (C14, contracts' Q1-Q5). Other apps register what only they can compare.

Every check is one statement read through a server-side cursor: its own snapshot, constant memory.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import connection

MAX_EXAMPLES = 20


@dataclass(frozen=True)
class Difference:
    """Something that does not add up: a sentence for operators, and the account that it concerns, if one."""

    detail: str
    account_id: int | None = None


@dataclass(frozen=True)
class CheckResult:
    """What one check found: how many differences, and the first of them."""

    name: str
    count: int
    examples: tuple[str, ...]


Find = Callable[[], Iterable[Difference]]

# Each query: the account (or NULL) and a sentence.
QUERIES = {
    "wallets": """
        SELECT a.id, format('a conta %s não tem carteira', a.id)
        FROM accounts_account a LEFT JOIN credits_wallet w ON w.account_id = a.id WHERE w.id IS NULL""",
    "balance": """
        SELECT w.account_id, format('a carteira %s diz %s, os lançamentos somam %s', w.id, w.balance, e.total)
        FROM credits_wallet w CROSS JOIN LATERAL
          (SELECT coalesce(sum(amount), 0) AS total FROM credits_ledgerentry WHERE wallet_id = w.id) e
        WHERE w.balance <> e.total""",
    "running_balance": """
        SELECT w.account_id, format('o lançamento %s diz saldo %s, a soma até ele é %s',
                                    e.id, e.balance_after, e.sum)
        FROM (SELECT id, wallet_id, balance_after, sum(amount) OVER (PARTITION BY wallet_id ORDER BY seq)
              FROM credits_ledgerentry) e
        JOIN credits_wallet w ON w.id = e.wallet_id WHERE e.balance_after <> e.sum""",
    "sequence": """
        SELECT w.account_id, format('a carteira %s conta %s lançamentos, tem %s, o último é o nº %s',
                                    w.id, w.last_seq, e.entries, e.last)
        FROM credits_wallet w CROSS JOIN LATERAL
          (SELECT count(*) AS entries, coalesce(max(seq), 0) AS last
           FROM credits_ledgerentry WHERE wallet_id = w.id) e
        WHERE w.last_seq <> e.last OR e.last <> e.entries""",
    "owed": """
        SELECT w.account_id, format('a carteira %s diz %s a acertar, os lançamentos somam %s',
                                    w.id, w.owed, e.total)
        FROM credits_wallet w CROSS JOIN LATERAL
          (SELECT coalesce(sum(owed_change), 0) AS total FROM credits_ledgerentry WHERE wallet_id = w.id) e
        WHERE w.owed <> e.total""",
    "running_owed": """
        SELECT w.account_id, format('o lançamento %s diz %s a acertar, a soma até ele é %s',
                                    e.id, e.owed_after, e.sum)
        FROM (SELECT id, wallet_id, owed_after, sum(owed_change) OVER (PARTITION BY wallet_id ORDER BY seq)
              FROM credits_ledgerentry) e
        JOIN credits_wallet w ON w.id = e.wallet_id WHERE e.owed_after <> e.sum""",
    "reversals": """
        SELECT w.account_id, format('da compra %s de %s estão devolvidos %s', p.id, p.amount, r.taken)
        FROM (SELECT reverses_id, wallet_id, sum(owed_change - amount) AS taken
              FROM credits_ledgerentry WHERE reverses_id IS NOT NULL GROUP BY reverses_id, wallet_id) r
        JOIN credits_ledgerentry p ON p.id = r.reverses_id JOIN credits_wallet w ON w.id = p.wallet_id
        WHERE p.kind <> 'purchase' OR r.taken NOT BETWEEN 0 AND p.amount OR p.wallet_id <> r.wallet_id""",
    "refunds": """
        SELECT w.account_id, format('o estorno %s de %s não cabe no uso %s', r.id, r.amount, d.id)
        FROM credits_ledgerentry r JOIN credits_ledgerentry d ON d.id = r.refunds_id
        JOIN credits_wallet w ON w.id = r.wallet_id
        WHERE r.kind = 'refund'
          AND (r.amount > -d.amount OR d.kind <> 'spend' OR d.wallet_id <> r.wallet_id)""",
    "orders": """
        SELECT o.account_id, format('o pedido %s de %s créditos e o lançamento %s não combinam',
                                    o.id, o.credits, coalesce(e.id, o.purchase_id))
        FROM credits_order o LEFT JOIN credits_ledgerentry e ON e.id = o.purchase_id
        LEFT JOIN credits_wallet w ON w.id = e.wallet_id
        WHERE o.purchase_id IS NOT NULL
          AND (e.kind <> 'purchase' OR e.amount <> o.credits OR w.account_id <> o.account_id
               OR e.reference_type <> 'order' OR e.reference_id <> o.id::text)
        UNION ALL
        SELECT w.account_id, format('a compra %s não tem pedido', e.id)
        FROM credits_ledgerentry e JOIN credits_wallet w ON w.id = e.wallet_id
        LEFT JOIN credits_order o ON o.purchase_id = e.id
        WHERE e.kind = 'purchase' AND e.reference_type = 'order' AND o.id IS NULL""",
    "payments_given_back": """
        SELECT o.account_id, format('do pedido %s devem estar devolvidos %s créditos, estão %s',
                                    o.id, o.credits * least(o.cents, gone.cents) / o.cents, taken.credits)
        FROM credits_order o
        CROSS JOIN LATERAL (SELECT coalesce(sum(cents), 0) AS cents FROM (
            SELECT cents FROM credits_paymentrefund WHERE order_id = o.id AND is_taken AND NOT is_returned
            UNION ALL
            SELECT cents FROM credits_dispute WHERE order_id = o.id AND is_taken AND NOT is_returned) r) gone
        CROSS JOIN LATERAL (SELECT coalesce(sum(owed_change - amount), 0) AS credits
            FROM credits_ledgerentry WHERE reverses_id = o.purchase_id) taken
        WHERE o.purchase_id IS NOT NULL
          AND taken.credits <> o.credits * least(o.cents, gone.cents) / o.cents""",
    "guards": """
        SELECT NULL, format('o gatilho %s não existe ou está desligado', wanted.name)
        FROM unnest(ARRAY['credits_entry_no_change', 'credits_entry_no_truncate',
                          'credits_entry_refund_fits_debit', 'credits_entry_reversal_fits_purchase',
                          'credits_wallet_follows_ledger',
                          'credits_tariff_no_change', 'credits_tariff_no_truncate',
                          'credits_catalog_no_change', 'credits_package_no_change',
                          'credits_pricepoint_no_change', 'credits_order_keeps_price']) AS wanted(name)
        LEFT JOIN pg_trigger t ON t.tgname = wanted.name AND t.tgenabled IN ('O', 'A')
        WHERE t.oid IS NULL""",
}

_registered: dict[str, Find] = {}


def register(name: str, find: Find) -> None:
    """Add a check to check_ledger. `find` yields differences; it runs outside any transaction.

    Call it from AppConfig.ready. A second function for a name raises ValueError.
    """
    if name in QUERIES or _registered.get(name, find) is not find:
        raise ValueError(f"two ledger checks are called {name!r}")
    _registered[name] = find


def list_checks() -> dict[str, Find]:
    """Return every check by name: the ledger's own, then those of other apps."""
    return {name: _query(sql) for name, sql in QUERIES.items()} | _registered


def run_check(name: str, find: Find, on_difference: Callable[[Difference], None]) -> CheckResult:
    """Run one check, tell `on_difference` of each difference, keep the first sentences."""
    count = 0
    examples: list[str] = []
    for difference in find():
        count += 1
        if count <= MAX_EXAMPLES:
            examples.append(difference.detail)
        on_difference(difference)
    return CheckResult(name, count, tuple(examples))


def _query(sql: str) -> Find:
    def find() -> Iterator[Difference]:
        with connection.chunked_cursor() as cursor:
            cursor.execute(sql)
            for account_id, detail in cursor:
                yield Difference(detail, account_id)

    return find

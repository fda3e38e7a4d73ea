"""What the ledger and the deliveries must agree on (R3, contracts/whatsapp/ledger.md Q5)."""

from collections.abc import Iterator

from django.db import connection

from credits.checks import Difference

# Refunded deliveries stay owned (R11) but count on neither side.
_PER_SEARCH = """
WITH delivered AS (
  SELECT a.search_id, sum(a.credits_charged) AS credits
  FROM leads_leadaccess a
  LEFT JOIN credits_ledgerentry r ON r.refunds_id = a.entry_id AND r.kind = 'refund'
  WHERE a.kind = 'search' AND r.id IS NULL
  GROUP BY a.search_id
), charged AS (
  SELECT reference_id::bigint AS search_id, -sum(amount) AS credits
  FROM credits_ledgerentry WHERE reference_type = 'search' GROUP BY reference_id
)
SELECT s.account_id, format('a busca %s entregou %s créditos em empresas e cobrou %s', search_id,
                            coalesce(d.credits, 0), coalesce(c.credits, 0))
FROM delivered d FULL JOIN charged c USING (search_id) LEFT JOIN leads_search s ON s.id = search_id
WHERE coalesce(d.credits, 0) <> coalesce(c.credits, 0)
"""

_PER_DELIVERY = """
SELECT a.account_id, format('o acesso %s não é o que o lançamento %s pagou', a.id, e.id)
FROM leads_leadaccess a
JOIN credits_ledgerentry e ON e.id = a.entry_id
JOIN credits_wallet w ON w.id = e.wallet_id
WHERE e.kind <> 'spend' OR -e.amount <> a.credits_charged OR w.account_id <> a.account_id
   OR (a.kind = 'search'
       AND e.operation_key <> format('lead:%s:%s', a.search_id, a.company_id))
UNION ALL
SELECT w.account_id, format('o lançamento %s pagou uma empresa que não foi entregue', e.id)
FROM credits_ledgerentry e
JOIN credits_wallet w ON w.id = e.wallet_id
LEFT JOIN leads_leadaccess a ON a.entry_id = e.id
WHERE e.reference_type = 'search' AND e.kind = 'spend' AND a.id IS NULL
"""


def find_delivery_differences() -> Iterator[Difference]:
    """Searches whose deliveries are not their debits less refunds, and entries that paid for nothing."""
    for sql in (_PER_SEARCH, _PER_DELIVERY):
        with connection.chunked_cursor() as cursor:
            cursor.execute(sql)
            for account_id, detail in cursor:
                yield Difference(detail, account_id)

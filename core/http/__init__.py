"""The only door to outside systems (DESIGN.md §4): three answers, time-outs, limits; logs hold no data.

    client = ProviderClient("serper", settings.SERPER_BASE_URL, timeout=Timeout(3, 10), max_concurrency=6)
    response = client.request("POST", "/maps", json={"q": "…"}, idempotent=True)

Raises Refused (permanent), Unavailable (certainly not done, or harmless to repeat) or Unknown (sent, no
answer: ask before repeating). Answers of 2xx come back; redirects are refused, never followed.
"""

from core.breaker import CircuitOpen
from core.http.answers import Response
from core.http.client import CERTIFICATE_REFUSED, CalledInsideTransaction, ProviderClient, Uploaded
from core.http.connections import ClientIdentity
from core.http.providers import close_providers
from core.http.reports import report_account_trouble
from core.http.times import Deadline, Timeout

__all__ = [
    "CERTIFICATE_REFUSED",
    "CalledInsideTransaction",
    "CircuitOpen",
    "ClientIdentity",
    "Deadline",
    "ProviderClient",
    "Response",
    "Timeout",
    "Uploaded",
    "close_providers",
    "report_account_trouble",
]

"""What other apps hear of notes. Sent inside the transaction: receivers only insert rows of theirs."""

from django.dispatch import Signal

request_moved = Signal()
"""A request changed its state. Arguments: request_id: int, firm_id: int, before: str, after: str
(nfse.states.State; before is "" for a new one)."""

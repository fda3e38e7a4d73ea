"""What other apps hear of the registry. Sent inside the transaction: receivers only change rows of theirs."""

from django.dispatch import Signal

cnpj_looked_up = Signal()
"""A look-up ended, whatever it found: who waits for it may go on.

Arguments: cnpj: str (14 characters), state: CnpjRecord.State (never pending), status: str (the Receita's two
digits; empty without data), fetched_at: datetime or None (of the data, or of the proof that there are none).
"""

"""What other apps hear of the registry. Sent inside the transaction: receivers only change rows of theirs."""

from django.dispatch import Signal

cnpj_recorded = Signal()
"""A CNPJ was found. Arguments: cnpj: str (14 characters), status: str (two digits), fetched_at: datetime."""

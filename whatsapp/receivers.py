"""What the chat hears from below: notes that moved, files that came, the registry's answers."""

from typing import Any

from django.dispatch import receiver

from nfse.signals import pdf_ready, request_moved
from registry.signals import cnpj_looked_up
from whatsapp.services.talking.listening import (
    enqueue_files,
    enqueue_hearing,
    enqueue_request,
    list_sessions_of_lookup,
)


@receiver(request_moved)
def hear_of_request(request_id: int, before: str, **_kwargs: Any) -> None:
    """A request that a conversation waits for changed its state; the row itself says how."""
    if before:
        enqueue_request(request_id=request_id)


@receiver(pdf_ready)
def hear_of_file(request_id: int, status: str, **_kwargs: Any) -> None:
    """The PDF of a note can be had: what waits for it goes on at once."""
    enqueue_files(request_id=request_id, status=status)


@receiver(cnpj_looked_up)
def hear_of_registry(cnpj: str, **_kwargs: Any) -> None:
    """A look-up ended: the sessions that wait for this client go on."""
    for session in list_sessions_of_lookup(cnpj):
        enqueue_hearing(session)

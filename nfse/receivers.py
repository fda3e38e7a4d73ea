"""What follows changes elsewhere: kept figures are forgotten (A11), takers learn of the Receita (N9)."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from credits.signals import purchase_settled
from nfse.models import ChangeRecord
from nfse.selectors.firm_cache import forget
from nfse.services.purchase_notes import ask_for_note
from nfse.services.takers import update_registry_status
from nfse.signals import request_moved
from registry.models import CnpjRecord
from registry.signals import cnpj_looked_up


@receiver(request_moved)
def forget_figures(firm_id: int, **_kwargs: Any) -> None:
    """A request moved."""
    _forget_after_commit(firm_id)


@receiver(post_save, sender=ChangeRecord)
def forget_figures_of_trail(instance: ChangeRecord, **_kwargs: Any) -> None:
    """A company, profile, service, taker, certificate or the firm changed: each change writes its line."""
    _forget_after_commit(instance.firm_id)


def _forget_after_commit(firm_id: int) -> None:
    transaction.on_commit(partial(forget, firm_id), robust=True)


@receiver(purchase_settled)
def write_purchase_note(order_id: int, **_kwargs: Any) -> None:
    """Credits were paid: where it is switched on, Nitro's own company issues a note."""
    ask_for_note(order_id=order_id)


@receiver(cnpj_looked_up)
def update_takers(cnpj: str, state: str, status: str, fetched_at: datetime, **_kwargs: Any) -> None:
    """The Receita answered about a CNPJ: a taker that it closed can be billed no more (N9)."""
    if state == CnpjRecord.State.FOUND:
        update_registry_status(cnpj=cnpj, status=status, fetched_at=fetched_at)

"""What follows a change of a firm: its kept figures are forgotten once the change is committed (A11)."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from nfse.models import ChangeRecord
from nfse.selectors.firm_cache import forget
from nfse.signals import request_moved


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

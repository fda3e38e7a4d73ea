"""What credits does when others say that something happened."""

from typing import Any

from django.db.models.signals import post_migrate
from django.dispatch import receiver

from accounts.signals import account_created
from credits.services.catalog import ensure_first_catalog
from credits.services.tariff import ensure_first_tariff
from credits.services.wallets import ensure_wallet


@receiver(account_created)
def give_wallet(account_id: int, **_: Any) -> None:
    """An account is born with its wallet, in the same transaction."""
    ensure_wallet(account_id=account_id)


def write_first_tariff(**_: Any) -> None:
    """Prices exist wherever the tables do, also after a test has emptied them."""
    ensure_first_tariff()
    ensure_first_catalog()


def connect(config: Any) -> None:
    post_migrate.connect(write_first_tariff, sender=config, dispatch_uid="credits.first_tariff")

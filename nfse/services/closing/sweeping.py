"""The end of packages: files go after 30 days, and nothing stays half made; called by beat."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from core.private_files import delete_private, delete_strays
from nfse.models import Package
from nfse.services.closing.making import FOLDER
from nfse.services.closing.requesting import enqueue_making

BATCH = 200
STRAY_AFTER = timedelta(hours=2)
LOST_AFTER = timedelta(minutes=10)


class Swept(NamedTuple):
    """How many packages ended, got their work again, and how many files without a package were removed."""

    expired: int
    lost: int
    strays: int


def sweep_packages(*, now: datetime) -> Swept:
    """End the packages whose time is over, give lost ones their work again, and tidy the disk."""
    return Swept(delete_expired_packages(now=now), requeue_lost_packages(now=now), delete_stray_files())


def delete_expired_packages(*, now: datetime, limit: int = BATCH) -> int:
    """Forget the keys and remove the files of packages whose time is over; return how many.

    The row goes first: a file that stays behind opens no more, and is removed with other leftovers.
    """
    with transaction.atomic(durable=True):
        due = list(
            Package.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(state=Package.State.READY, expires_at__lte=now)
            .only("file_path")[:limit]
        )
        Package.objects.filter(pk__in=[package.pk for package in due]).update(
            state=Package.State.EXPIRED, file_path="", file_key=""
        )
    for package in due:
        delete_private(package.file_path)
    return len(due)


def delete_stray_files() -> int:
    """Remove what killed workers left on the disk, once nobody can be writing it; return how many."""
    known = set(Package.objects.exclude(file_path="").values_list("file_path", flat=True))
    return delete_strays(FOLDER, known=known, older_than_seconds=STRAY_AFTER.total_seconds())


def requeue_lost_packages(*, now: datetime) -> int:
    """Give packages that wait for long their work again, in case it was lost; return how many."""
    with transaction.atomic(durable=True):
        waiting = Package.objects.select_for_update(of=("self",), skip_locked=True)
        lost = list(
            waiting.filter(state__in=Package.OPEN, created_at__lt=now - LOST_AFTER)
            .only("firm")
            .order_by("pk")[:BATCH]
        )
        for package in lost:
            enqueue_making(package)
    return len(lost)

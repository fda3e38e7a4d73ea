"""What was typed into a form that was not accepted: kept for hours, for its own user (R117)."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import KeptForm, User

Typed = Sequence[tuple[str, str]]
LIFE = timedelta(hours=2)
MOST_OF_A_USER = 20
LONGEST_PAGE = 200
LONGEST = 64 * 1024
"""Characters of names and values together: more than any of our forms takes."""


def keep_form(
    *, user_id: int, page: str, typed: Typed, key: uuid.UUID | None = None, now: datetime | None = None
) -> uuid.UUID | None:
    """Keep a form for two hours and return its key; None when it or its page's path is too long, or its
    user is closed.

    Of more than twenty of a user the oldest go. `key`: a new one, when the page has named it already.
    """
    now = now or timezone.now()
    if len(page) > LONGEST_PAGE or sum(len(name) + len(value) for name, value in typed) > LONGEST:
        return None
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update(no_key=True).filter(pk=user_id, is_active=True).first()
        if user is None:
            return None
        kept = KeptForm.objects.create(
            key=key or uuid.uuid4(),
            user=user,
            page=page,
            typed=[list(pair) for pair in typed],
            expires_at=now + LIFE,
        )
        newest = KeptForm.objects.filter(user=user).order_by("-created_at", "-pk").values("pk")
        KeptForm.objects.filter(user=user).exclude(pk__in=newest[:MOST_OF_A_USER]).delete()
    return kept.key


def forget_form(*, user_id: int, key: uuid.UUID) -> None:
    """Erase a form that was taken."""
    KeptForm.objects.filter(user_id=user_id, key=key).delete()


def forget_forms(*, user_id: int) -> None:
    """Erase everything that was kept for a user, who signs out."""
    KeptForm.objects.filter(user_id=user_id).delete()


def clear_kept_forms(now: datetime) -> int:
    """Erase the forms whose time is over and return how many; again is harmless."""
    return KeptForm.objects.filter(expires_at__lte=now).delete()[0]

"""Move stored values to the first encryption key, so that an old key can be withdrawn."""

from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Cast

from core import crypto
from core.fields import EncryptedTextField


@dataclass
class Counts:
    """Stored values of one field: `current` were made by the first key already, `failed` no key opens."""

    current: int = 0
    rotated: int = 0
    failed: int = 0

    @property
    def read(self) -> int:
        return self.current + self.rotated + self.failed


def list_encrypted_fields() -> list[tuple[type[models.Model], EncryptedTextField]]:
    """Return every encrypted field of every installed model."""
    return [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def reencrypt_field(model: type[models.Model], field: EncryptedTextField, *, batch_size: int = 500) -> Counts:
    """Re-encrypt one field of all rows with the first key and return the counts.

    Each batch is one transaction that locks its rows, so it may run beside the product, be stopped and be
    run again. Values that no key opens are counted and left as they are.
    """
    counts, last_pk = Counts(), None
    while True:
        with transaction.atomic(durable=True):
            rows = _lock_batch(model, field, last_pk, batch_size)
            for pk, stored in rows:
                _rotate(model, field, pk, stored, counts)
        if not rows:
            return counts
        last_pk = rows[-1][0]


def _lock_batch(
    model: type[models.Model], field: EncryptedTextField, last_pk: object, batch_size: int
) -> list[tuple[object, str]]:
    """Return the keys and the stored text of the next rows; the cast keeps the field from decrypting it."""
    after = Q() if last_pk is None else Q(pk__gt=last_pk)
    rows = (
        model._base_manager.filter(after, **{f"{field.name}__isnull": False})
        .annotate(stored=Cast(F(field.name), TextField()))
        .order_by("pk")
        .select_for_update()
        .values_list("pk", "stored")
    )
    return list(rows[:batch_size])


def _rotate(
    model: type[models.Model], field: EncryptedTextField, pk: object, stored: str, counts: Counts
) -> None:
    if crypto.is_current(stored, field.keys):
        counts.current += 1
        return
    try:
        renewed = crypto.encrypt(crypto.decrypt(stored, field.keys), field.keys)
    except crypto.DecryptionFailed:
        counts.failed += 1
        return
    model._base_manager.filter(pk=pk).update(**{field.name: Value(renewed, TextField())})
    counts.rotated += 1

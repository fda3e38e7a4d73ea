"""Writing the trail of changes (A30)."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from core.crypto import blind_index
from core.documents import compact_document, is_cpf, mask_cpf
from core.fields import EncryptedTextField
from core.request_ids import current_request_id
from nfse.models import ChangeRecord
from nfse.models.trail import HIDDEN, INDEX, SHOWN

Action = ChangeRecord.Action


def describe(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """Return what the trail may keep of a row's fields: encrypted ones and CPFs by `mask`, JSON-ready."""
    return {name: _shown(row, name) for name in names}


def mask(value: str, shown: str) -> dict[str, str] | str:
    """Return what the trail keeps of a value that it may not hold: how it is shown, and a keyed hash.

    Two values with the same mask are then seen to be two. Empty text stays empty.
    """
    return {SHOWN: shown, INDEX: blind_index(value, "nfse.changerecord")} if value else ""


def record_change(
    *,
    firm_id: int,
    actor_id: int | None,
    action: ChangeRecord.Action,
    subject: str,
    subject_id: int,
    label: str = "",
    company_id: int | None = None,
    phone_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> ChangeRecord | None:
    """Add one line to the trail, inside the caller's transaction; None when nothing changed.

    `actor_id` is the user who did it, `phone_id` the authorised phone; neither when it was Nitro itself.
    `before` and `after` come from `describe`; of a change only the fields that differ are kept.
    """
    before, after = dict(before or {}), dict(after or {})
    if action == Action.CHANGED:
        differing = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        if not differing:
            return None
        before = {name: before.get(name) for name in differing}
        after = {name: after.get(name) for name in differing}
    return ChangeRecord.objects.create(
        firm_id=firm_id,
        actor_id=actor_id,
        actor_phone_id=phone_id,
        action=action,
        subject=subject,
        subject_id=subject_id,
        subject_label=label[:160],
        company_id=company_id,
        before=before,
        after=after,
        request_id=current_request_id(),
    )


def _shown(row: models.Model, name: str) -> Any:
    value = getattr(row, name)
    if name in {field.name for field in row._meta.fields if isinstance(field, EncryptedTextField)}:
        return mask(str(value or ""), HIDDEN)
    if isinstance(value, str) and is_cpf(value):
        return mask(compact_document(value), mask_cpf(value))
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else value

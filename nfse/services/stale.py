"""A save from a form that is older than what is stored is refused, with what changed and by whom (R116).

The trail is the version: a form carries the number of the newest change of its row when it was opened
(`selectors.clashes.find_newest_change`), and a save asks under the row's lock for changes after that one.
"""

from collections.abc import Mapping
from typing import Any

from core.errors import NitroError
from nfse.models import ChangeRecord
from nfse.selectors.clashes import Clash


class ChangedMeanwhile(NitroError):
    """Somebody saved after the form was opened. `newest` is the number of the latest change."""

    message = "Este cadastro mudou depois que você abriu a página. Nada foi salvo; veja abaixo o que mudou."

    def __init__(self, clashes: tuple[Clash, ...], newest: int) -> None:
        self.clashes = clashes
        self.newest = newest
        super().__init__()


def refuse_stale(
    *,
    firm_id: int,
    subject: str,
    subject_id: int,
    seen: int | None,
    stored: Mapping[str, Any],
    typed: Mapping[str, Any],
) -> None:
    """Raise ChangedMeanwhile when the row changed after change `seen` in fields that would change back.

    Inside the caller's transaction, with the row locked: changes of one row are then recorded in their order.
    Fields in which both agree are no clash, so the same form sent twice is saved once and refused never.

    Args:
        seen: the newest change that the form showed, 0 for none; None: there was no form, nothing is asked.
        stored: what `trail.describe` says of the row now.
        typed: the same of the row as the form would leave it.
    """
    if seen is None:
        return
    later = ChangeRecord.objects.filter(
        firm_id=firm_id, subject=subject, subject_id=subject_id, pk__gt=seen
    ).select_related("actor", "actor_phone")
    opened: dict[str, Any] = {}
    latest: dict[str, ChangeRecord] = {}
    for record in later.order_by("pk"):
        for name in {**record.before, **record.after}:
            if name in typed and stored.get(name) != typed[name]:
                opened.setdefault(name, record.before.get(name))
                latest[name] = record
    if latest:
        clashes = (
            Clash(name, opened[name], stored.get(name), typed[name], record)
            for name, record in latest.items()
        )
        raise ChangedMeanwhile(tuple(clashes), max(record.pk for record in later))

"""What goes before an answer: that messages came late, and what of them was not read (§5.9, W20)."""

from dataclasses import replace

from whatsapp.services.talking.batches import Batch
from whatsapp.services.talking.phrasing import phrase
from whatsapp.services.talking.talk import Said, Talk

PREFACES = ("ARRIVED_LATE", "NO_FILES", "TEXT_CUT")


def put_prefaces(talk: Talk) -> None:
    """Put what is to be known of the messages before what is said.

    An answer that waits for the registry comes in a later turn: until then the session keeps what goes first.
    """
    due = {*talk.data.owed, *(_list_due(talk.batch) if talk.batch else ())}
    keys = tuple(key for key in PREFACES if key in due)
    if talk.said:
        talk.said[:0] = [Said(key, phrase(talk, key)) for key in keys]
        keys = ()
    session = talk.session
    if session is not None and session.pk and keys != talk.data.owed:
        talk.data = replace(talk.data, owed=keys)
        session.data = talk.data.to_dict()
        session.save(update_fields=["data"])


def _list_due(batch: Batch) -> set[str]:
    due = set()
    if batch.is_late and any(one.text.strip() for one in batch.heard):
        due.add("ARRIVED_LATE")
    if "NO_FILES" in batch.notices:
        due.add("NO_FILES")
    if batch.is_cut:
        due.add("TEXT_CUT")
    return due

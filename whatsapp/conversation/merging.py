"""How what was read changes a draft: a good value is replaced only by a good one (PRODUCT.md §5.4, R69)."""

import re
from collections.abc import Collection
from dataclasses import replace

from whatsapp.conversation.draft import ANYTHING, Draft, Trouble
from whatsapp.reading.canvas import fold_letters, normalize
from whatsapp.reading.service_words import MAX_DESCRIPTION, MIN_DESCRIPTION, is_generic, is_offensive
from whatsapp.reading.values import Asked, Reading, Reason, Status, TextRead
from whatsapp.vocabulary.mirror import Field

ALL = frozenset(Field)
_APPENDS = re.compile(
    r"\b(?:acrescent\w+|adicion\w+|inclu(?:a|i|ir|indo)|soma\w* (?:n?a )?descricao|"
    r"(?:coloc|bot|poe|escrev)\w* (?:tambem|junto|mais))\b"
)


def merge(draft: Draft, reading: Reading, text: str, fields: Collection[Field] = ALL) -> Draft:
    """Return the draft after one batch, of which only `fields` are taken."""
    if Field.DOCUMENT in fields:
        draft = _merge_document(draft, reading)
    if Field.DOCUMENT in fields or Field.TAKER_NAME in fields:
        draft = _merge_name(draft, reading.taker_name)
    if Field.AMOUNT in fields:
        draft = _merge_amount(draft, reading)
    if Field.DESCRIPTION in fields:
        draft = _merge_description(draft, reading.description, text)
    if Field.COMPETENCE in fields:
        draft = _merge_competence(draft, reading)
    return _merge_address(draft, reading)


def complain(draft: Draft, fields: Collection[Field]) -> Draft:
    """Return the draft after "está errado": the named field, or any, must be said anew."""
    name = next((field.value for field in fields), ANYTHING)
    return draft.with_trouble(Trouble(name))


def keep_old(draft: Draft) -> tuple[Draft, list[str]]:
    """Take corrections back whose old value is good; return what is kept as it was (T62)."""
    kept = [trouble.field for trouble in draft.troubles if _has_old(draft, trouble.field)]
    return draft.without_trouble(*kept), [field for field in kept if field]


def list_changes(before: Draft, after: Draft) -> list[str]:
    """Return the fields whose value changed, by their names in `texts.FIELD_NAMES` (T25)."""
    changed = {
        "taker_document": before.document != after.document,
        "taker_name": before.document == after.document and before.taker_name != after.taker_name,
        "amount": before.cents != after.cents,
        "description": before.description != after.description,
        "competence": before.competence != after.competence,
        "postal_code": before.postal_code != after.postal_code and after.postal_code != "",
        "street_number": before.street_number != after.street_number and after.street_number != "",
    }
    return [field for field, is_changed in changed.items() if is_changed]


def with_taker(draft: Draft, *, document: str, taker_id: int | None = None, name: str = "") -> Draft:
    """Return the draft for another client; what was known of the former one is forgotten."""
    if document == draft.document and document:
        return replace(
            draft, taker_id=taker_id or draft.taker_id, taker_name=name or draft.taker_name
        ).without_trouble(Asked.TAKER)
    return replace(
        draft,
        document=document,
        taker_id=taker_id,
        taker_name=name,
        called="",
        registry="",
        waits_aloud=False,
        asked_registry=0,
        accepts_status=False,
        suggestion="",
        refuses_suggestion=False,
        postal_code="",
        street_number="",
    ).without_trouble(Asked.TAKER, Asked.TAKER_NAME)


def _has_old(draft: Draft, field: str) -> bool:
    values = {
        Asked.TAKER.value: draft.document or draft.taker_id,
        Asked.TAKER_NAME.value: draft.taker_name,
        Asked.AMOUNT.value: draft.cents,
        Asked.DESCRIPTION.value: draft.description,
        Asked.COMPETENCE.value: True,
        ANYTHING: True,
    }
    return bool(values.get(field))


def _merge_document(draft: Draft, reading: Reading) -> Draft:
    read = reading.document
    if read.status is Status.VALID:
        return with_taker(draft, document=read.value)
    if read.status is Status.INVALID:
        return draft.with_trouble(Trouble(Asked.TAKER, read.reason or "", read.value))
    if read.status in {Status.AMBIGUOUS, Status.TO_CONFIRM}:
        reason = "CHOOSE_DOCUMENT" if len(read.options) > 1 else "DOCUMENT_OR_PHONE"
        return draft.with_trouble(Trouble(Asked.TAKER, reason, read.value, read.options))
    return draft


def _merge_name(draft: Draft, read: TextRead) -> Draft:
    """A name belongs to the CPF that is known; without a document it is what the client is called."""
    if read.status is not Status.VALID:
        return draft
    if len(draft.document) == 11:
        return replace(draft, taker_name=read.value).without_trouble(Asked.TAKER_NAME)
    if not draft.document and draft.taker_id is None:
        return replace(draft, called=read.value)
    return draft


def _merge_amount(draft: Draft, reading: Reading) -> Draft:
    read = reading.amount
    if read.status is Status.MISSING:
        return draft
    if read.status is Status.VALID and read.cents is not None:
        return replace(draft, cents=read.cents).without_trouble(Asked.AMOUNT)
    options = tuple(map(str, read.options))
    value = "" if read.cents is None else str(read.cents)
    return draft.with_trouble(Trouble(Asked.AMOUNT, read.reason or "AMOUNT_TO_COMPUTE", value, options))


def _merge_description(draft: Draft, read: TextRead, text: str) -> Draft:
    if read.status is Status.MISSING:
        return draft
    if draft.description and read.value and _APPENDS.search(fold_letters(normalize(text))):
        return _append(draft, read.value)
    if read.status is Status.VALID:
        return replace(draft, description=read.value, suggestion="").without_trouble(Asked.DESCRIPTION)
    return draft.with_trouble(Trouble(Asked.DESCRIPTION, read.reason or "", read.value))


def _append(draft: Draft, words: str) -> Draft:
    """Put more words behind the description, which stays as it is (R67)."""
    whole = f"{draft.description}, {words}"
    if is_offensive(words):
        return draft.with_trouble(Trouble(Asked.DESCRIPTION, Reason.DESC_OFFENSIVE, words))
    if len(whole) > MAX_DESCRIPTION:
        return draft.with_trouble(Trouble(Asked.DESCRIPTION, Reason.DESC_LONG, whole))
    return replace(draft, description=whole).without_trouble(Asked.DESCRIPTION)


def _merge_competence(draft: Draft, reading: Reading) -> Draft:
    read = reading.competence
    if read.status is Status.VALID:
        return replace(draft, competence=read.day).without_trouble(Asked.COMPETENCE)
    if read.status is Status.MISSING:
        return draft
    value = read.day.isoformat() if read.day else ""
    return draft.with_trouble(Trouble(Asked.COMPETENCE, read.reason or "", value))


def _merge_address(draft: Draft, reading: Reading) -> Draft:
    """Take the client's CEP, which is read only where it was asked for, and the number that stands by it."""
    if not reading.postal_code:
        return draft
    number = reading.street_number or draft.street_number
    return replace(draft, postal_code=reading.postal_code, street_number=number)


def is_worth_asking(draft: Draft) -> bool:
    """Whether the description says so little that one of the client's history is offered first (W16)."""
    return len(draft.description) < MIN_DESCRIPTION or is_generic(draft.description)

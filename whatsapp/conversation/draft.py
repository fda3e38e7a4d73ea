"""What a person has said so far of a note, or of a note to cancel: typed, frozen, JSON both ways."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fiscal.values import FederalRates, Serializable

ANYTHING = ""
"""The field of a trouble of which only "está errado" is known."""


@dataclass(frozen=True)
class Trouble(Serializable):
    """Why a field cannot be used as it was given last: the old value stays, and is not confirmable (R69).

    `field`: a value of `reading.values.Asked`, or ANYTHING. `reason`: of `reading.values.Reason`, or a key of
    `texts`. `value`: as typed. `options`: what it may be. `times`: given wrong so often.
    """

    field: str
    reason: str = ""
    value: str = ""
    options: tuple[str, ...] = ()
    times: int = 1


@dataclass(frozen=True)
class Option(Serializable):
    """One entry of the list that was shown: its key, and the names that it goes by, the first one shown."""

    key: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Draft(Serializable):
    """The fields of a note. Each value is the person's own, checked by code; what is missing is empty.

    `document`: a valid CNPJ or CPF. `taker_id`: the firm's row, once there is one. `called`: what the person
    calls a client that nobody knows. `registry`: "", "pending", "found", "not_found" or "unknown", of this
    document. `asked`: fields that the last answer asked for. `suggestion`: the description that was offered.
    """

    document: str = ""
    taker_id: int | None = None
    taker_name: str = ""
    called: str = ""
    cents: int | None = None
    description: str = ""
    competence: date | None = None
    service_id: int | None = None
    troubles: tuple[Trouble, ...] = ()
    options: tuple[Option, ...] = ()
    asked: tuple[str, ...] = ()
    registry: str = ""
    waits_aloud: bool = False
    """The person was told that the registry is being asked (T18, T68)."""

    asked_registry: int = 0
    """How often the registry had no answer."""

    accepts_status: bool = False
    suggestion: str = ""
    refuses_suggestion: bool = False
    is_from_audio: bool = False
    withheld: bool | None = None
    """Of a repeated note, as it was; None takes the profile's. So for the two below."""

    federal: FederalRates | None = None
    place_city_code: str = ""
    postal_code: str = ""
    """Of the client, for this note, when the issuer refused the one that is known. So for the next one."""

    street_number: str = ""

    @property
    def has_data(self) -> bool:
        """Whether any field of the note has a value."""
        given = (self.document, self.taker_id, self.called, self.cents, self.description, self.competence)
        return any(value not in {None, ""} for value in given) or bool(self.troubles)

    def trouble_of(self, field: str) -> Trouble | None:
        """Return what is wrong with a field."""
        return next((trouble for trouble in self.troubles if trouble.field == field), None)

    def without_trouble(self, *fields: str) -> "Draft":
        """Return the draft in which these fields are settled."""
        kept = tuple(trouble for trouble in self.troubles if trouble.field not in {*fields, ANYTHING})
        return replace(self, troubles=kept)

    def with_trouble(self, trouble: Trouble) -> "Draft":
        """Return the draft with one more trouble, which takes the place of an older one of its field."""
        old = self.trouble_of(trouble.field)
        if old is not None and old.value == trouble.value and old.reason == trouble.reason:
            trouble = replace(trouble, times=old.times + 1)
        others = tuple(one for one in self.troubles if one.field != trouble.field)
        return replace(self, troubles=(*others, trouble))


@dataclass(frozen=True)
class CancelDraft(Serializable):
    """Which note is to be canceled and why. `reason_code`: "1", "2" or "9", with a text of 15 characters."""

    invoice_id: int | None = None
    reason_code: str = ""
    reason_text: str = ""
    options: tuple[Option, ...] = ()
    asked: tuple[str, ...] = ()
    number: str = ""
    """Of the note that was named while another one was being prepared (row 26)."""

    denial: str = ""
    """What the firm said when it did not approve."""

    @property
    def is_complete(self) -> bool:
        return self.invoice_id is not None and bool(self.reason_code)


@dataclass(frozen=True)
class SessionData(Serializable):
    """All that a session keeps of what was said. `said`: texts that are said once (keys of `texts`).

    `owed`: texts that go before the next answer, because the batch that they are about had none yet.
    """

    note: Draft = Draft()
    cancel: CancelDraft = CancelDraft()
    said: tuple[str, ...] = ()
    owed: tuple[str, ...] = ()

    @classmethod
    def of(cls, stored: dict[str, Any] | None) -> "SessionData":
        """Return what `to_dict` stored; of nothing, an empty one."""
        return cls.from_dict(stored or {})

    def having_said(self, key: str) -> "SessionData":
        """Return the data that remember a text as said."""
        return self if key in self.said else replace(self, said=(*self.said, key))

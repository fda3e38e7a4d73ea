"""Closed lists whose members are stored as text and shown in Portuguese."""

from enum import StrEnum
from typing import Self


class Labeled(StrEnum):
    """A list whose members are stored as text; each has a label in Portuguese."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return stored value and label of each member, in order, as fields of models and forms take them."""
        return [(member.value, member.label) for member in cls]

    @classmethod
    def values(cls) -> list[str]:
        """Return the stored values, in order."""
        return [member.value for member in cls]

    @classmethod
    def label_of(cls, value: str) -> str:
        """Return the label of a stored value; a value that the list does not know stands for itself."""
        return cls(value).label if value in cls.values() else value

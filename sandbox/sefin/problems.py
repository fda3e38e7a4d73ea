"""What SEFIN finds wrong: codes with the official texts."""

from dataclasses import dataclass
from typing import Any

from sandbox.sefin.tables import load_tables


@dataclass(frozen=True)
class Problem:
    code: str
    complement: str = ""

    @property
    def text(self) -> str:
        return load_tables().messages.get(self.code, "Erro não catalogado.")

    def as_json(self, *, pascal: bool = False) -> dict[str, Any]:
        """Write it with camelCase keys, or in PascalCase, which the real service mixes (national.md §2.5)."""
        if pascal:
            return {"Codigo": self.code, "Descricao": self.text, "Complemento": self.complement or None}
        fields = {"codigo": self.code, "descricao": self.text}
        return fields | ({"complemento": self.complement} if self.complement else {})


class Refused(Exception):
    """The document is not accepted, for all of these reasons."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


def refuse(*codes: str) -> Refused:
    return Refused(*(Problem(code) for code in codes))

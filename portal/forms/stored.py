"""Forms of what is stored already: a save over what somebody changed meanwhile is refused (R116)."""

from typing import Any

from core.errors import NitroError
from core.forms import LARGEST_ID, RefusableForm
from nfse.selectors.clashes import ClashLine, read_clashes
from nfse.services.stale import ChangedMeanwhile


class StoredForm(RefusableForm):
    """A form that carries the newest change of its row, `version`, when it was opened; None: of a new row.

    `portal/_stored.html` draws the number and, after a refusal, what changed and a button to save over it.
    """

    def __init__(self, *args: Any, version: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = version
        self.clashes: list[ClashLine] = []
        self.newest = ""

    @property
    def opened(self) -> str:
        """The change that the page carries; a form that was sent keeps the one with which it was opened."""
        return str(_read_number(self.data.get("seen", "")) if self.is_bound else self.version or 0)

    @property
    def seen(self) -> int | None:
        """The newest change that the person knows of: told by the page, or by the refusal before.

        None of a new row, and of a script that sends no number because it looked at no page.
        """
        told = self.data.get("over") or self.data.get("seen")
        return None if self.version is None or told is None else _read_number(told)

    def refuse(self, error: NitroError) -> None:
        if not isinstance(error, ChangedMeanwhile):
            super().refuse(error)
            return
        self.clashes = read_clashes(error.clashes)
        self.newest = str(error.newest)


def _read_number(text: str) -> int:
    """What is no number is older than every change."""
    return min(int(text), LARGEST_ID) if text.isascii() and text.isdigit() and len(text) < 20 else 0

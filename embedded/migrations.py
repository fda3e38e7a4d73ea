"""Migrations that take away what the former release still reads (docs/deploy.md, "Updates").

While a release takes over, the former one serves on the same database, and may come back. So a release only
adds columns and tables; what nothing reads any more is dropped by the release after, whose migration says so:

    # contract: read last by v1.4.0
"""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TAKES_AWAY = {"RemoveField", "RenameField", "DeleteModel", "RenameModel", "AlterModelTable"}
IN_SQL = re.compile(r"\b(DROP\s+(COLUMN|TABLE)|RENAME\s+(COLUMN|TO))\b", re.IGNORECASE)
MARK = re.compile(r"^\s*# contract: read last by \S+", re.MULTILINE)
WRITTEN_BEFORE = {"leads": 4, "nfse": 17, "whatsapp": 7}
"""The last migration of each app from before the rule, among those that take something away."""


def list_unmarked(root: Path = ROOT) -> list[str]:
    """Return "app/migrations/file.py: what" of each migration that takes something away without saying so."""
    return [
        f"{path.relative_to(root)}: {', '.join(sorted(taken))}"
        for path in sorted(root.glob("*/migrations/0*.py"))
        if not _is_older(path) and (taken := set(_find_taken(path))) and not MARK.search(path.read_text())
    ]


def _is_older(path: Path) -> bool:
    return int(path.name[:4]) <= WRITTEN_BEFORE.get(path.parts[-3], 0)


def _find_taken(path: Path) -> Iterable[str]:
    """The operations of a migration, and the SQL in its texts, that leave less than there was."""
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in TAKES_AWAY
        ):
            yield node.func.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (" ".join(found.group(0).upper().split()) for found in IN_SQL.finditer(node.value))

"""Migrations that take away what the former release still reads (docs/deploy.md, "Updates").

While a release takes over, the former one serves on the same database, and may come back. So a release only
adds tables, and columns that may be empty or have a default of the database; what nothing reads any more is
dropped by the release after, whose migration says so:

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
    """The operations of a migration, and the SQL in its texts, that the former release cannot bear."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and (name := _name_of(node)) in TAKES_AWAY:
            yield name
        elif isinstance(node, ast.Call) and _name_of(node) == "AddField" and _must_be_filled(node):
            yield "AddField that is neither null nor has a db_default"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (" ".join(found.group(0).upper().split()) for found in IN_SQL.finditer(node.value))


def _name_of(call: ast.Call) -> str:
    """Return what is called, whether it was imported by name or stands behind a module's."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _must_be_filled(add: ast.Call) -> bool:
    """Whether rows that the former release inserts would lack the column."""
    field = next((each.value for each in add.keywords if each.arg == "field"), None)
    if not isinstance(field, ast.Call) or _name_of(field) == "ManyToManyField":
        return False
    said = {each.arg: getattr(each.value, "value", True) for each in field.keywords}
    return said.get("null") is not True and "db_default" not in said

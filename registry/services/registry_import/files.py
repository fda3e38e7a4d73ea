"""The 37 zips of a delivery, read line by line (registry.md §3.1, §3.4)."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from io import BufferedReader
from pathlib import Path

from registry.services.registry_import.errors import MissingFiles, RegistryImportError

SHARDS = 10
_SHARDED = ("Empresas", "Estabelecimentos", "Socios")
_WHOLE = ("Simples", "Cnaes", "Motivos", "Municipios", "Naturezas", "Paises", "Qualificacoes")
BUFFER_BYTES = 1 << 20
_DATE_IN_NAME = re.compile(r"\.D([0-9])([0-9]{2})([0-9]{2})(?:\.|$)")


@dataclass(frozen=True)
class DeliveryFile:
    """One zip of the delivery: `kind` is its name without shard, in lower case ("estabelecimentos")."""

    kind: str
    path: Path

    def lines(self) -> Iterator[bytes]:
        """The lines of the file inside, streamed. Raises RegistryImportError for a damaged zip."""
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(self._inner(archive)) as member:
                yield from BufferedReader(member, BUFFER_BYTES)  # type: ignore[type-var]
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise RegistryImportError(detail=f"{self.path.name}: {error}") from error

    def inner_name(self) -> str:
        try:
            with zipfile.ZipFile(self.path) as archive:
                return self._inner(archive)
        except (zipfile.BadZipFile, OSError) as error:
            raise RegistryImportError(detail=f"{self.path.name}: {error}") from error

    def _inner(self, archive: zipfile.ZipFile) -> str:
        names = archive.namelist()
        if len(names) != 1:
            raise RegistryImportError(detail=f"{self.path.name}: {len(names)} files inside, not one")
        return names[0]


def find_files(folder: Path) -> list[DeliveryFile]:
    """The 37 files of a delivery. Raises MissingFiles with the names that are not there."""
    names = [
        f"{kind}{shard}" for kind in ("Empresas", "Estabelecimentos", "Socios") for shard in range(SHARDS)
    ]
    names += ["Simples", "Cnaes", "Motivos", "Municipios", "Naturezas", "Paises", "Qualificacoes"]
    present = {path.name.lower(): path for path in folder.glob("*")} if folder.is_dir() else {}
    missing = [f"{name}.zip" for name in names if f"{name}.zip".lower() not in present]
    if missing:
        raise MissingFiles(detail=", ".join(missing))
    return [DeliveryFile(name.rstrip("0123456789").lower(), present[f"{name}.zip".lower()]) for name in names]


def read_delivery_date(inner_name: str, today: date) -> date | None:
    """The date in "….D61114.…": last digit of the year, month, day. The newest that is not in the future."""
    match = _DATE_IN_NAME.search(inner_name)
    if not match:
        return None
    digit, month, day = (int(part) for part in match.groups())
    for year in range(today.year, today.year - 10, -1):
        if year % 10 == digit:
            try:
                found = date(year, month, day)
            except ValueError:
                return None
            return found if found <= today + timedelta(days=1) else found.replace(year=year - 10)
    return None


def split_line(raw: bytes, columns: int) -> list[str] | None:
    """The fields of a line, or None when it is not `columns` quoted fields.

    Every field is quoted and none holds `";"`, so quotes and backslashes inside a field mean themselves.
    NUL bytes are removed.
    """
    line = raw.replace(b"\x00", b"").decode("latin-1").rstrip("\r\n")
    if len(line) < 2 or line[0] != '"' or line[-1] != '"':
        return None
    fields = line[1:-1].split('";"')
    return fields if len(fields) == columns else None

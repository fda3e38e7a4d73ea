"""The 37 zips of a delivery, read line by line (registry.md §3.1, §3.4)."""

import lzma
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from io import BufferedReader
from pathlib import Path

from registry.services.registry_import.errors import MissingFiles, UnreadableZip

SHARDS = 10
_SHARDED = ("Empresas", "Estabelecimentos", "Socios")
_WHOLE = ("Simples", "Cnaes", "Motivos", "Municipios", "Naturezas", "Paises", "Qualificacoes")
BUFFER_BYTES = 1 << 20
ENCRYPTED = 0x1
"""Bit of a zip member's flags."""

_DAMAGE = (
    zipfile.BadZipFile,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)
_DATE_IN_NAME = re.compile(r"\.D([0-9])([0-9]{2})([0-9]{2})(?:\.|$)")


@dataclass(frozen=True)
class DeliveryFile:
    """One zip of the delivery: `kind` is its name without shard, in lower case ("estabelecimentos")."""

    kind: str
    path: Path

    def lines(self) -> Iterator[bytes]:
        """The lines of the file inside, streamed. Raises UnreadableZip."""
        with (
            self._damage_told(),
            zipfile.ZipFile(self.path) as archive,
            archive.open(self._inner(archive)) as member,
        ):
            yield from BufferedReader(member, BUFFER_BYTES)  # type: ignore[type-var]

    def inner_name(self) -> str:
        """The name of the file inside. Raises UnreadableZip."""
        with self._damage_told(), zipfile.ZipFile(self.path) as archive:
            return self._inner(archive).filename

    def _inner(self, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
        members = archive.infolist()
        if len(members) != 1 or members[0].is_dir():
            raise UnreadableZip(detail=f"{self.path.name}: {len(members)} itens, e não um arquivo")
        if members[0].flag_bits & ENCRYPTED:
            raise UnreadableZip(detail=f"{self.path.name}: protegido por senha")
        return members[0]

    @contextmanager
    def _damage_told(self) -> Iterator[None]:
        """Turn what zipfile raises for damaged, cut and unknown content into one sentence with the file."""
        try:
            yield
        except NotImplementedError as error:
            raise UnreadableZip(detail=f"{self.path.name}: compressão desconhecida") from error
        except _DAMAGE as error:
            raise UnreadableZip(detail=f"{self.path.name}: arquivo danificado") from error


def find_files(folder: Path) -> list[DeliveryFile]:
    """The 37 files of a delivery. Raises MissingFiles with the names that are not there."""
    names = [f"{kind}{shard}" for kind in _SHARDED for shard in range(SHARDS)]
    names += _WHOLE
    present = {path.name.lower(): path for path in folder.glob("*") if path.is_file()}
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


def split_line(raw: bytes, columns: int, repairs: Counter[str] | None = None) -> list[str] | None:
    """The fields of a line, or None when it is not `columns` quoted fields.

    Every field is quoted and none holds `";"`, so quotes and backslashes inside a field mean themselves.
    Mended and counted in `repairs`: NUL bytes are removed, bytes 80 to 9F are read as cp1252 (ISO-8859-1
    makes invisible controls of them), and a field that ends in `";` gets back what the next one begins with.
    """
    repairs = Counter() if repairs is None else repairs
    if b"\x00" in raw:
        repairs["nul_bytes"] += 1
        raw = raw.replace(b"\x00", b"")
    line = raw.decode("latin-1").rstrip("\r\n")
    if _CONTROLS.search(line):
        repairs["cp1252_bytes"] += 1
        line = line.translate(_CP1252)
    if len(line) < 2 or line[0] != '"' or line[-1] != '"':
        return None
    fields = line[1:-1].split('";"')
    if len(fields) != columns:
        return None
    return _rejoin(fields, repairs) if any(field.startswith(';"') for field in fields) else fields


def _rejoin(fields: list[str], repairs: Counter[str]) -> list[str]:
    """Give each field the `";` that the split left at the beginning of the next one."""
    for place, field in enumerate(fields[1:], start=1):
        if field.startswith(';"'):
            fields[place - 1] += '";'
            fields[place] = field[2:]
            repairs["separator_inside_field"] += 1
    return fields


_CONTROLS = re.compile("[\x80-\x9f]")
_CP1252 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
"""What these bytes mean in cp1252; five of them mean nothing and are dropped."""

"""The companies of the registry sample, read as registry.md §3.4 says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from zipfile import ZipFile

from sandbox.world.catalog import DATA, Catalog, City

ACTIVE = "02"


@dataclass(frozen=True)
class Partner:
    kind: str  # 1 company, 2 person, 3 foreigner
    name: str
    document: str  # ***NNNNNN** or a CNPJ
    qualification: str
    since: str = ""
    country: str = ""
    age_band: str = "0"
    cpf: str = ""  # the whole number, which the registry never shows


@dataclass(frozen=True)
class TaxOption:
    simples: str = ""
    simples_since: str = ""
    simples_until: str = ""
    mei: str = ""
    mei_since: str = ""
    mei_until: str = ""


@dataclass(frozen=True)
class Company:
    """One establishment with what hangs on its root. Dates are YYYYMMDD, codes are text."""

    cnpj: str
    legal_name: str
    trade_name: str
    status: str
    status_date: str
    status_reason: str
    opened_on: str
    main_cnae: str
    other_cnaes: tuple[str, ...]
    street_type: str
    street: str
    number: str
    complement: str
    district: str
    postal_code: str
    uf: str
    siafi_code: str
    city: City | None
    phones: tuple[tuple[str, str], ...]  # area code and at most eight digits
    email: str
    headquarters: bool = True
    legal_nature: str = "2062"
    responsible: str = "49"
    capital: str = "0,00"
    size: str = "01"
    public_body: str = ""
    special_status: str = ""
    special_status_date: str = ""
    fax: tuple[str, str] = ("", "")
    partners: tuple[Partner, ...] = ()
    tax: TaxOption | None = None
    extra_phones: tuple[str, ...] = field(default=())  # known to the enrichment vendor alone
    invented: bool = True  # False: from the sample files

    @property
    def root(self) -> str:
        return self.cnpj[:8]

    @property
    def is_active(self) -> bool:
        return self.status == ACTIVE


def read_zip(path: Path, columns: int) -> Iterator[list[str]]:
    """Yield the rows of the one file inside the zip. Raises ValueError for a row of another width."""
    with ZipFile(path) as archive, archive.open(archive.namelist()[0]) as file:
        for raw in file:
            line = raw.replace(b"\x00", b"").decode("latin-1").rstrip("\r\n")
            fields = line[1:-1].split('";"')
            if len(fields) != columns or line[:1] != '"' or line[-1:] != '"':
                raise ValueError(f"{path.name}: {len(fields)} columns instead of {columns}")
            yield fields


class Sample:
    """The 3,301 establishments of registry_sample, by CNPJ."""

    def __init__(self, catalog: Catalog, path: Path = DATA / "registry_sample") -> None:
        self._path = path
        self._catalog = catalog
        self.descriptions = {
            name: dict(read_zip(path / f"{file}.zip", 2))
            for name, file in (
                ("cnae", "Cnaes"),
                ("reason", "Motivos"),
                ("nature", "Naturezas"),
                ("qualification", "Qualificacoes"),
                ("country", "Paises"),
                ("city", "Municipios"),
            )
        }

    @cached_property
    def companies(self) -> dict[str, Company]:
        roots = {row[0]: row for row in self._rows("Empresas", 7)}
        taxes = {row[0]: TaxOption(*row[1:]) for row in read_zip(self._path / "Simples.zip", 7)}
        partners: dict[str, dict[Partner, None]] = {}
        for row in self._rows("Socios", 11):
            partner = Partner(row[1], row[2], row[3], row[4], row[5], row[6], row[10])
            partners.setdefault(row[0], {})[partner] = None
        kept: dict[str, list[str]] = {}
        for row in self._rows("Estabelecimentos", 30):
            cnpj = "".join(row[:3])
            if cnpj not in kept or row[6] >= kept[cnpj][6]:
                kept[cnpj] = row
        return {
            cnpj: self._company(
                cnpj, row, roots.get(row[0]), tuple(partners.get(row[0], ())), taxes.get(row[0])
            )
            for cnpj, row in kept.items()
        }

    @cached_property
    def roots(self) -> frozenset[str]:
        return frozenset(cnpj[:8] for cnpj in self.companies)

    @cached_property
    def employers(self) -> tuple[Company, ...]:
        """Companies that are not one person's."""
        return tuple(
            c for c in self.companies.values() if c.is_active and c.city and c.legal_nature == "2062"
        )

    @cached_property
    def phones(self) -> frozenset[tuple[str, str]]:
        """Area codes and numbers that the files hold."""
        return frozenset(
            (area.lstrip("0"), number)
            for company in self.companies.values()
            for area, number in company.phones
        )

    def _rows(self, name: str, columns: int) -> Iterator[list[str]]:
        for shard in range(10):
            yield from read_zip(self._path / f"{name}{shard}.zip", columns)

    def _company(
        self,
        cnpj: str,
        row: list[str],
        root: list[str] | None,
        partners: tuple[Partner, ...],
        tax: TaxOption | None,
    ) -> Company:
        root = root or [row[0], "", "0000", "00", "0,00", "", ""]
        return Company(
            cnpj=cnpj,
            legal_name=root[1],
            trade_name=row[4],
            status=row[5],
            status_date=row[6],
            status_reason=row[7],
            opened_on=row[10],
            main_cnae=row[11],
            other_cnaes=tuple(filter(None, row[12].split(","))),
            street_type=row[13],
            street=row[14],
            number=row[15],
            complement=row[16],
            district=row[17],
            postal_code=row[18],
            uf=row[19],
            siafi_code=row[20],
            city=self._catalog.cities_by_siafi.get(row[20]),
            phones=tuple(
                (area, number) for area, number in ((row[21], row[22]), (row[23], row[24])) if number
            ),
            fax=(row[25], row[26]),
            email=row[27],
            headquarters=row[3] == "1",
            legal_nature=root[2],
            responsible=root[3],
            capital=root[4],
            size=root[5],
            public_body=root[6],
            special_status=row[28],
            special_status_date=row[29],
            partners=partners,
            tax=tax,
            invented=False,
        )

"""Official tables: error texts, services, NBS, operation indicators and countries (sandbox/data/nfse)."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data" / "nfse"


@dataclass(frozen=True)
class Service:
    """One code of the national list."""

    code: str
    subitem: str  # II.SS of LC 116
    description: str
    required_group: str  # obra, atvEvento or nothing
    incidence: str  # EP, LP, ET or NONE
    parameter_code: str  # II.SS.DD.000


@dataclass(frozen=True)
class Tables:
    services: dict[str, Service]
    messages: dict[str, str]
    nbs: dict[str, str]
    operation_indicators: frozenset[str]
    countries: frozenset[str]


@lru_cache(maxsize=1)
def load_tables() -> Tables:
    """Read the tables once per process."""
    services = [
        Service(
            code=row["cTribNac"],
            subitem=row["lc116_subitem"],
            description=row["description"],
            required_group=row["required_group"],
            incidence=row["iss_incidence_rule"] or row["iss_incidence_sheet"],
            parameter_code=row["parametrizacao_code"],
        )
        for row in _rows("services.csv")
    ]
    return Tables(
        services={service.code: service for service in services},
        messages={row["code"]: row["message"] for row in _rows("error_codes.tsv", "\t")},
        nbs={row["cNBS"]: row["description"] for row in _rows("nbs.csv") if row["cNBS"]},
        operation_indicators=frozenset(row["cIndOp"] for row in _rows("cindop.csv")),
        countries=frozenset(next(iter(row.values())) for row in _rows("countries.csv")) - {"BR"},
    )


def _rows(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))

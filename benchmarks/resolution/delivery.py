"""Invented companies as a delivery of the Receita, so that they are loaded by the product's own way."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

SHARDS = 10
_CODES = {
    "Cnaes": ("4711302", "SUPERMERCADO"),
    "Motivos": ("00", "SEM MOTIVO"),
    "Municipios": ("6291", "CAMPINAS"),
    "Naturezas": ("2062", "SOCIEDADE EMPRESARIA LIMITADA"),
    "Paises": ("105", "BRASIL"),
    "Qualificacoes": ("49", "SOCIO-ADMINISTRADOR"),
}


def write_delivery(companies: Sequence[Mapping[str, Any]], folder: Path, day: date) -> None:
    """Write the 37 zips of a delivery of `day` with these companies into `folder`."""
    roots = {company["cnpj"][:8]: company for company in companies}
    _write_shards(folder, "Empresas", day, map(_root_line, roots.values()))
    _write_shards(folder, "Estabelecimentos", day, map(_establishment_line, companies))
    first = next(iter(roots))
    partner = (first, "2", "HELENA LIMA NASCENTINO", "***901234**", "49", "20150309", "", "", "", "00", "5")
    _write_shards(folder, "Socios", day, [partner])
    _write(folder, "Simples", day, [(first, "S", "20150309", "", "N", "", "")])
    for name, row in _CODES.items():
        _write(folder, name, day, [row])


def _root_line(company: Mapping[str, Any]) -> Sequence[str]:
    return (company["cnpj"][:8], company["legal_name"], company["legal_nature"], "49", "10000,00", "01", "")


def _establishment_line(company: Mapping[str, Any]) -> Sequence[str]:
    cnpj = company["cnpj"]
    return (
        *(cnpj[:8], cnpj[8:12], cnpj[12:]),
        "1" if cnpj[8:12] == "0001" else "2",
        company["trade_name"],
        *(company["status"], "20150309", "00", "", "", "20150309"),
        company["main_cnae"],
        ",".join(company["other_cnaes"]),
        *(company["street_type"], company["street"], company["number"], company["complement"]),
        *(company["district"], company["postal_code"], company["uf"], company["siafi_code"]),
        *(company["area_code"], company["phone"], "", "", "", ""),
        *(company["email"], "", ""),
    )


def _write_shards(folder: Path, name: str, day: date, rows: Iterable[Sequence[str]]) -> None:
    shards: list[list[Sequence[str]]] = [[] for _ in range(SHARDS)]
    for number, row in enumerate(rows):
        shards[number % SHARDS].append(row)
    for number, shard in enumerate(shards):
        _write(folder, f"{name}{number}", day, shard)


def _write(folder: Path, name: str, day: date, rows: Iterable[Sequence[str]]) -> None:
    lines = "".join('"' + '";"'.join(row) + '"\n' for row in rows)
    with zipfile.ZipFile(folder / f"{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"K3241.{name}.D{day.year % 10}{day:%m%d}.CSV", lines.encode("latin-1"))

"""The official tables of fiscal/data, read once per process. Every code is text."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True)
class NationalService:
    """A line of the national service list, under its item's `heading`.

    `incidence`: EP provider, LP place of service, ET taker.
    """

    ctribnac: str
    subitem: str
    label: str
    description: str
    heading: str
    required_group: str
    incidence: str
    incidence_doubtful: bool
    parametrization_code: str


@dataclass(frozen=True)
class Rule:
    """A line of rules.csv."""

    code: str
    check: str
    condition: str
    fields: str
    profile: str
    transient: bool
    action: str
    who_fixes: str
    message_pt: str


@cache
def get_services() -> dict[str, NationalService]:
    """Return the national list by cTribNac; the newer rule of incidence wins over the older sheet."""
    return {row["cTribNac"]: _service(row) for row in _rows("services.csv")}


@cache
def get_nbs() -> dict[str, str]:
    """Return descriptions by cNBS of nine digits; headings are left out."""
    return {row["cNBS"]: row["description"] for row in _rows("nbs.csv") if row["cNBS"]}


@cache
def get_service_words() -> dict[str, str]:
    """Return words by cTribNac that people say and the list does not: professions and common names."""
    return {row["cTribNac"]: row["words"] for row in _rows("service_words.csv")}


@cache
def get_cindop() -> dict[str, str]:
    """Return what each cIndOp of Anexo C characterizes."""
    return {row["cIndOp"]: row["supply_characteristic"] for row in _rows("cindop.csv")}


@cache
def get_cindop_places() -> dict[str, str]:
    """Return by cIndOp whose place counts, which tells apart codes of the same supply."""
    return {row["cIndOp"]: row["place_to_identify"] for row in _rows("cindop.csv")}


@cache
def get_countries() -> dict[str, str]:
    """Return country names by ISO code of two letters, Brazil left out: it is never foreign."""
    return {row["cPais"]: row["name"] for row in _rows("countries.csv") if row["cPais"] != "BR"}


@cache
def get_rules() -> dict[str, Rule]:
    """Return rules.csv by code."""
    return {row["code"]: _rule(row) for row in _rows("rules.csv")}


@cache
def get_official_messages() -> dict[str, str]:
    """Return the official text of every catalogued code, those of older annexes included."""
    return {row["code"]: row["message"] for row in _rows("error_codes.tsv", delimiter="\t")}


def _service(row: dict[str, str]) -> NationalService:
    return NationalService(
        ctribnac=row["cTribNac"],
        subitem=row["lc116_subitem"],
        label=row["label"],
        description=row["description"],
        heading=row["lc116_item_description"],
        required_group=row["required_group"],
        incidence=row["iss_incidence_rule"] or row["iss_incidence_sheet"],
        incidence_doubtful=row["iss_incidence_rule"] != row["iss_incidence_sheet"],
        parametrization_code=row["parametrizacao_code"],
    )


def _rule(row: dict[str, str]) -> Rule:
    return Rule(
        code=row["code"],
        check=row["check"],
        condition=row["condition"],
        fields=row["fields"],
        profile=row["profile"],
        transient=row["transient"] == "yes",
        action=row["action"],
        who_fixes=row["who_fixes"],
        message_pt=row["user_message_pt"],
    )


def _rows(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))

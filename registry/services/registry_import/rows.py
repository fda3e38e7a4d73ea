"""Fields of a line → columns of a table, with the defects of registry.md §3.3 mended and counted.

A converter returns the values in the order of its table's columns (None is NULL), or raises Rejected.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from core.documents import strip_owner_cpf
from core.phones import parse_registry_phone
from registry.normalize import read_date, read_email, read_postal_code

Values = list[str | None]
Repairs = Counter[str]
Converter = Callable[[list[str], Repairs], Values]

CAPITAL_SENTINEL = 999_999_999_999.0
_ROOT = re.compile(r"[0-9A-Z]{8}")
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_CODE = re.compile(r"[0-9]+")
_CAPITAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,2})?")
_NOBODY = {"", "***000000**"}
_NO_PHONE = {"", "0"}
_NO_DATE = {"", "0", "00000000"}
_TRUTH = {"S": "t", "N": "f"}


class Rejected(Exception):
    """The line cannot be a row; the argument is the counted reason."""


@dataclass(frozen=True)
class Target:
    """Where the lines of a kind of file go: table, columns of the file, columns of the table, converter."""

    name: str
    table: str
    file_columns: int
    columns: tuple[str, ...]
    key: tuple[str, ...]
    convert: Converter
    newest_first: str = ""
    """Order among repeats of a key before "last read"."""


def read_company(fields: list[str], repairs: Repairs) -> Values:
    root, name, nature, qualification, capital, size, entity = fields
    return [
        _root(root),
        _text(strip_owner_cpf(_text(name)), 200),
        _code(nature, 4),
        _code(qualification, 2),
        _capital(capital, repairs),
        _code(size, 2),
        _text(entity, 100),
    ]


def read_establishment(fields: list[str], repairs: Repairs) -> Values:
    cnpj = "".join(fields[:3]).strip().upper()
    if not _CNPJ.fullmatch(cnpj):
        raise Rejected("bad_key")
    return [
        cnpj,
        cnpj[:8],
        "t" if fields[3].strip() == "1" else "f",
        _text(strip_owner_cpf(_text(fields[4])), 200),
        _code(fields[5], 2),
        _date(fields[6], repairs),
        _code(fields[7], 2),
        _text(fields[8], 100),
        _code(fields[9], 3),
        _date(fields[10], repairs),
        _code(fields[11], 7),
        _cnaes(fields[12]),
        _text(f"{fields[13]} {fields[14]}", 200),
        _text(fields[15], 20),
        _text(fields[16], 200),
        _text(fields[17], 100),
        _postal_code(fields[18], repairs),
        _text(fields[19], 2).upper(),
        _code(fields[20], 4),
        _phones(((fields[21], fields[22]), (fields[23], fields[24])), repairs),
        _email(fields[27], repairs),
        _text(fields[28], 60),
        _date(fields[29], repairs),
    ]


def read_partner(fields: list[str], repairs: Repairs) -> Values:
    no_representative = fields[7].strip() in _NOBODY and not fields[8].strip()
    digest = blake2b('";"'.join(fields).encode(), digest_size=16).hexdigest()
    return [
        digest,
        _root(fields[0]),
        _text(fields[1], 1),
        _text(fields[2], 200),
        _text(fields[3], 14).upper(),
        _code(fields[4], 2),
        _date(fields[5], repairs),
        _code(fields[6], 3),
        "" if no_representative else _text(fields[7], 14),
        "" if no_representative else _text(fields[8], 200),
        "" if no_representative else _code(fields[9], 2),
        _text(fields[10], 1),
    ]


def read_simples(fields: list[str], repairs: Repairs) -> Values:
    root, simples, since, until, mei, mei_since, mei_until = fields
    return [
        _root(root),
        _TRUTH.get(simples.strip().upper()),
        _date(since, repairs),
        _date(until, repairs),
        _TRUTH.get(mei.strip().upper()),
        _date(mei_since, repairs),
        _date(mei_until, repairs),
    ]


def code_reader(kind: str, width: int) -> Converter:
    """A converter for a reference table of two columns."""

    def read_code(fields: list[str], _repairs: Repairs) -> Values:
        code = _code(fields[0], width)
        if not code:
            raise Rejected("bad_key")
        return [kind, code, _text(fields[1], 200), "f"]

    return read_code


def escape(values: Sequence[str | None]) -> bytes:
    """One line of COPY's text format. The values hold neither tabs nor line ends: `_text` squeezes them."""
    parts = ["\\N" if value is None else value.replace("\\", "\\\\") for value in values]
    return ("\t".join(parts) + "\n").encode()


def _root(text: str) -> str:
    root = text.strip().upper()
    if not _ROOT.fullmatch(root):
        raise Rejected("bad_key")
    return root


def _text(text: str, length: int = 400) -> str:
    return " ".join(text.split())[:length]


def _code(text: str, width: int) -> str:
    """A code of digits, padded; blank stays blank, and what is no code becomes blank."""
    code = text.strip()
    return code.zfill(width) if _CODE.fullmatch(code) and len(code) <= width else ""


def _capital(text: str, repairs: Repairs) -> str | None:
    number = text.strip()
    if "," in number:
        number = number.replace(".", "").replace(",", ".")
    if not _CAPITAL.fullmatch(number):
        return None
    if number.startswith("-"):
        repairs["negative_capital"] += 1
        return None
    if float(number) >= CAPITAL_SENTINEL:
        repairs["capital_sentinel"] += 1
        return None
    return number


def _date(text: str, repairs: Repairs) -> str | None:
    value = _iso_date(text)
    if value is None and text.strip() not in _NO_DATE:
        repairs["impossible_date"] += 1
    return value


@lru_cache(maxsize=1 << 16)
def _iso_date(text: str) -> str | None:
    value = read_date(text)
    return value.isoformat() if value else None


def _postal_code(text: str, repairs: Repairs) -> str:
    code = read_postal_code(text)
    digits = text.strip()
    if code and len(digits) == 7:
        repairs["postal_code_padded"] += 1
    elif not code and digits:
        repairs["postal_code_unusable"] += 1
    return code


def _phones(pairs: Sequence[tuple[str, str]], repairs: Repairs) -> str:
    found: dict[str, None] = {}
    for area_code, number in pairs:
        phone = parse_registry_phone(area_code, number)
        if phone:
            found[phone.e164] = None
            repairs["ninth_digit_added"] += phone.ninth_digit_added
        elif number.strip() not in _NO_PHONE:
            repairs["phone_unusable"] += 1
    return "{" + ",".join(found) + "}"


def _cnaes(text: str) -> str:
    codes = (code.strip() for code in text.split(",")) if text else ()
    return "{" + ",".join(code.zfill(7) for code in codes if _CODE.fullmatch(code) and len(code) <= 7) + "}"


def _email(text: str, repairs: Repairs) -> str:
    email = read_email(text)
    if not email and text.strip():
        repairs["email_unusable"] += 1
    return email


_CODE_COLUMNS = ("kind", "code", "description", "is_supplement")


def _codes(kind: str, width: int) -> Target:
    return Target(
        "codes", "registry_registrycode", 2, _CODE_COLUMNS, ("kind", "code"), code_reader(kind, width)
    )


TARGETS: dict[str, Target] = {
    "empresas": Target(
        name="companies",
        table="registry_registrycompany",
        file_columns=7,
        columns=(
            "root",
            "legal_name",
            "legal_nature",
            "owner_qualification",
            "capital",
            "size",
            "public_entity",
        ),
        key=("root",),
        convert=read_company,
    ),
    "estabelecimentos": Target(
        name="establishments",
        table="registry_registryestablishment",
        file_columns=30,
        columns=(
            "cnpj",
            "root",
            "is_headquarters",
            "trade_name",
            "status",
            "status_date",
            "status_reason",
            "foreign_city",
            "country",
            "opening_date",
            "main_cnae",
            "other_cnaes",
            "street",
            "number",
            "complement",
            "district",
            "postal_code",
            "uf",
            "municipality",
            "phones",
            "email",
            "special_status",
            "special_status_date",
        ),
        key=("cnpj",),
        convert=read_establishment,
        newest_first="status_date DESC NULLS LAST",
    ),
    "socios": Target(
        name="partners",
        table="registry_registrypartner",
        file_columns=11,
        columns=(
            "row_key",
            "root",
            "kind",
            "name",
            "document",
            "qualification",
            "joined_date",
            "country",
            "representative_document",
            "representative_name",
            "representative_qualification",
            "age_band",
        ),
        key=("row_key",),
        convert=read_partner,
    ),
    "simples": Target(
        name="simples",
        table="registry_registrysimples",
        file_columns=7,
        columns=(
            "root",
            "is_simples",
            "simples_since",
            "simples_until",
            "is_mei",
            "mei_since",
            "mei_until",
        ),
        key=("root",),
        convert=read_simples,
    ),
    "cnaes": _codes("cnae", 7),
    "motivos": _codes("reason", 2),
    "municipios": _codes("municipality", 4),
    "naturezas": _codes("nature", 4),
    "paises": _codes("country", 3),
    "qualificacoes": _codes("qualification", 2),
}

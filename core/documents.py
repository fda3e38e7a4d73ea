"""CNPJ (numeric and alphanumeric) and CPF: upper-case text with check digits, never numbers (R91)."""

import re

from stdnum.br import cnpj as _cnpj
from stdnum.br import cpf as _cpf

from core.errors import NitroError

_SEPARATORS = str.maketrans("", "", " ./-")
_CNPJ_SHAPE = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_CPF_SHAPE = re.compile(r"[0-9]{11}")
_CNPJ_IN_TEXT = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Za-z]{2}\.?[0-9A-Za-z]{3}\.?[0-9A-Za-z]{3}/?[0-9A-Za-z]{4}-?[0-9]{2}(?![0-9A-Za-z])"
)
_ROOT_AT_START = re.compile(r"^[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}\s+(?=\S)")
_CPF_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}(?![0-9A-Za-z])")


class InvalidCnpj(NitroError):
    message = "CNPJ inválido. Confira os 14 caracteres."


class InvalidCpf(NitroError):
    message = "CPF inválido. Confira os 11 números."


def normalize_cnpj(text: str) -> str:
    """Return the 14 characters of a CNPJ typed with or without mask. Raises InvalidCnpj."""
    number = compact_document(text)
    if (
        not _CNPJ_SHAPE.fullmatch(number)
        or len(set(number)) == 1
        or _cnpj.calc_check_digits(number) != number[12:]
    ):
        raise InvalidCnpj
    return number


def is_cnpj(text: str) -> bool:
    """Return whether `text` is a CNPJ with right check digits, masked or not."""
    try:
        normalize_cnpj(text)
    except InvalidCnpj:
        return False
    return True


def format_cnpj(text: str) -> str:
    """Return a CNPJ as XX.XXX.XXX/XXXX-XX. Text of another length comes back as it is."""
    number = compact_document(text)
    return str(_cnpj.format(number)) if len(number) == 14 else text


def normalize_cpf(text: str) -> str:
    """Return the 11 digits of a CPF typed with or without mask. Raises InvalidCpf."""
    number = compact_document(text)
    if not _CPF_SHAPE.fullmatch(number) or len(set(number)) == 1 or not _cpf.is_valid(number):
        raise InvalidCpf
    return number


def is_cpf(text: str) -> bool:
    """Return whether `text` is a CPF with right check digits, masked or not."""
    try:
        normalize_cpf(text)
    except InvalidCpf:
        return False
    return True


def format_cpf(text: str) -> str:
    """Return a CPF as XXX.XXX.XXX-XX. Text of another length comes back as it is."""
    number = compact_document(text)
    return str(_cpf.format(number)) if len(number) == 11 else text


def mask_cpf(text: str) -> str:
    """Return a CPF with the first three and the check digits hidden: ***.456.789-**."""
    number = compact_document(text)
    return f"***.{number[3:6]}.{number[6:9]}-**" if len(number) == 11 else "***"


def mask_document(text: str) -> str:
    """Return a CPF masked, a CNPJ formatted (it is public), and anything else hidden."""
    return format_cnpj(text) if len(compact_document(text)) == 14 else mask_cpf(text)


def strip_owner_cpf(legal_name: str) -> str:
    """Return a registry name without the CNPJ root before it and any valid CPF in it (R49).

    A name that is nothing but a CPF becomes empty.
    """
    name = _ROOT_AT_START.sub("", legal_name.strip())
    name = _CPF_IN_TEXT.sub(lambda match: "" if is_cpf(match[0]) else match[0], name)
    return " ".join(name.split()).strip(" -")


def find_cnpjs(text: str) -> list[str]:
    """Return every valid CNPJ in free text, normalized, each once, in order of appearance."""
    found = (match[0] for match in _CNPJ_IN_TEXT.finditer(text))
    return list(dict.fromkeys(compact_document(number) for number in found if is_cnpj(number)))


def compact_document(text: str) -> str:
    """Return a document, or a part of one, as it is stored: upper case and without its mask."""
    return text.strip().upper().translate(_SEPARATORS)

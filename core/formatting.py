"""The one formatter of Nitro, used by pages, exports and messages (R106)."""

from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from core.documents import format_cnpj, format_cpf
from core.money import format_brl, format_number
from core.phones import format_phone

__all__ = [
    "format_brl",
    "format_cnpj",
    "format_cpf",
    "format_date",
    "format_datetime",
    "format_document",
    "format_micro_dollars",
    "format_month",
    "format_number",
    "format_phone",
    "format_postal_code",
    "whatsapp_url",
]

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
MONTHS = (
    "janeiro", "fevereiro", "março", "abril", "maio", "junho",
    "julho", "agosto", "setembro", "outubro", "novembro", "dezembro",
)  # fmt: skip


def format_date(value: date | datetime) -> str:
    """Return dd/mm/aaaa; of a datetime, the São Paulo day."""
    return (_local(value) if isinstance(value, datetime) else value).strftime("%d/%m/%Y")


def format_datetime(value: datetime) -> str:
    """Return dd/mm/aaaa hh:mm in São Paulo."""
    return _local(value).strftime("%d/%m/%Y %H:%M")


def format_document(text: str) -> str:
    """Return a CNPJ or a CPF with its mask; text of another length comes back as it is."""
    return format_cpf(text) if len(text) == 11 else format_cnpj(text)


def format_micro_dollars(value: int) -> str:
    """Return millionths of a US dollar as US$ 1,23; below a cent with as many places as say something."""
    dollars = Decimal(value) / 1_000_000
    places = 2 if value == 0 or value >= 10_000 else 4 if value >= 100 else 6
    whole, _, cents = f"{dollars:.{places}f}".partition(".")
    return f"US$ {format_number(int(whole))},{cents}"


def format_postal_code(text: str) -> str:
    """Return the eight digits of a CEP as 90010-000; text of another length as it is."""
    return f"{text[:5]}-{text[5:]}" if len(text) == 8 else text


def format_month(value: date) -> str:
    """Return a month as "outubro de 2026"."""
    return f"{MONTHS[value.month - 1]} de {value.year}"


def whatsapp_url(e164: str, text: str = "") -> str:
    """Return the wa.me address of an E.164 phone, or "" when it is not one."""
    if not e164.startswith("+"):
        return ""
    address = f"https://wa.me/{e164[1:]}"
    return f"{address}?{urlencode({'text': text})}" if text else address


def _local(value: datetime) -> datetime:
    return value.astimezone(SAO_PAULO) if value.tzinfo else value

"""Hide documents, phones, e-mail addresses and secrets in whatever is logged (R29, O15)."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

from core.documents import is_cnpj

PLAIN_NAMES = frozenset({"timestamp", "level", "logger", "request_id"})
HIDDEN = "***"
LONGEST_TEXT = 20_000

_SECRET_NAME = re.compile(
    r"password|senha|token|secret|authorization|api_?key|cookie|^(raw_?)?(body|payload|content)$",
    re.IGNORECASE,
)
_PERSONAL_NAME = re.compile(r"(^|_)(cpf|document|phone|telefone|e?mail|full_?name)$", re.IGNORECASE)

_EDGE, _END = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_PATTERNS = (
    (re.compile(r"(://)[^/\s:@]*:[^/\s@]+@"), r"\1***@"),
    (re.compile(r"(https?://[^\s?'\"]+)\?[^\s'\"]+"), r"\1?***"),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), "***@***"),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]+", re.IGNORECASE), r"\1 ***"),
    (re.compile(r"\b(?:gAAAA|eyJ|sk-|sk_|whsec_)[\w.=-]{16,}"), HIDDEN),
    (re.compile(_EDGE + r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-?[0-9]{2}" + _END), HIDDEN),
    (re.compile(_EDGE + r"[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-?[0-9]{2}" + _END), HIDDEN),
    (re.compile(r"(?:\+?55[ .-]?)?\(?\b[1-9][1-9]\)?[ .-]?9?[2-9][0-9]{3}[ .-]?[0-9]{4}" + _END), HIDDEN),
    (re.compile(_EDGE + r"9[0-9]{4}-[0-9]{4}" + _END), HIDDEN),
    (re.compile(_EDGE + r"(?<![0-9A-Fa-f]{4}-)\+?[0-9]{10,14}" + _END), HIDDEN),  # not the end of a UUID
)
_FOURTEEN = re.compile(_EDGE + r"[0-9A-Z]{12}[0-9]{2}" + _END)


def mask_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask every value of a log event; a structlog processor."""
    return {name: mask_value(str(name), value) for name, value in event.items()}


def mask_value(name: str, value: Any) -> Any:
    """Return `value` as it may be logged under `name`; numbers, containers and objects included."""
    if name in PLAIN_NAMES or value is None or isinstance(value, bool | float):
        return value
    if _SECRET_NAME.search(name) or isinstance(value, bytes):
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: mask_value(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask_value(name, item) for item in value]
    if _PERSONAL_NAME.search(name):
        return HIDDEN
    if isinstance(value, int):
        return HIDDEN if value >= 10**10 else value
    return mask_text(str(value))


def mask_email(address: str) -> str:
    """Return an address by which its owner is recognized, and nobody else finds it: f•••@empresa.com.br."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}"


def mask_phone(e164: str) -> str:
    """Return a phone by which its owner is recognized, and nobody else reaches it: (55) •••••-3456."""
    area = f"({e164[3:5]}) " if e164.startswith("+55") else ""
    return f"{area}•••••-{e164[-4:]}"


def mask_text(text: str) -> str:
    """Return `text` with documents, phones, e-mail addresses, tokens and query strings hidden.

    What follows the first 20,000 characters is cut: a log is no place for it.
    """
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT] + "…"
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return _FOURTEEN.sub(lambda match: HIDDEN if is_cnpj(match[0]) else match[0], text)

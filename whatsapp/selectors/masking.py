"""Documents hidden in what people wrote, for who may not see them (A25)."""

import re

_DOCUMENT = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[0-9A-Za-z]{2}\.[0-9A-Za-z]{3}\.[0-9A-Za-z]{3}[/ -]?[0-9A-Za-z]{4}[- ]?\d{2}"  # CNPJ with its mask
    r"|\d{3}\.\d{3}\.\d{3}[- ]?\d{2}"  # CPF with its mask
    r"|\d{2}[ .]?\d{3}[ .]?\d{3}[ /]?\d{4}[ -]?\d{2}"
    r"|\d{3}[ .]?\d{3}[ .]?\d{3}[ -]?\d{2}"
    r"|(?=[0-9A-Za-z]*\d{4})[0-9A-Za-z]{12}\d{2}"
    r")(?![0-9A-Za-z])"
)
_SHOWN = 2


def hide_documents(text: str) -> str:
    """Return the text with every CNPJ and CPF, right or wrong, hidden but for its last two characters."""
    return _DOCUMENT.sub(lambda found: f"•••{found[0][-_SHOWN:]}", text)

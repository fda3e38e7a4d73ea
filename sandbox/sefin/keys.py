"""Access keys (national.md §4.2)."""


def check_digit(body: str) -> str:
    """Modulo 11 with weights 2 to 9 from the right; a letter counts as its code minus 48."""
    total = sum((ord(char) - 48) * (place % 8 + 2) for place, char in enumerate(reversed(body)))
    rest = total % 11
    return "0" if rest < 2 else str(11 - rest)

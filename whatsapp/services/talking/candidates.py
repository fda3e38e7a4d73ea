"""Which takers the words of a message can name, so that the reader is shown no others (§5.5).

A name is found exactly, or nearly: with a slip in a word. Of a word with one slip the first three letters or
the last three are right, so that a name is asked for by these; the reader decides.
"""

from collections.abc import Sequence

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, Value

from core.text import fold, folded_pattern, word_set
from nfse.models import InvoiceRequest, Taker
from whatsapp.reading.values import Candidate

MOST_CANDIDATES, MOST_WORDS, MOST_SHORT = 300, 150, 40
SHORTEST_PLAIN, SHORTEST_WITH_SLIP, END = 3, 5, 3
_BEGIN, _END = "(?:^|[^a-zA-Z0-9])", "(?![a-zA-Z0-9])"
r"""`\m` and `\M` of PostgreSQL go by the locale: in some an accented letter is none."""

_OF_NO_NAME = word_set(
    "a o as os um uma e de da do das dos em no na nos nas com por pra pro para que r rs reais nota cnpj cpf"
)


def list_candidates(firm_id: int, company_id: int | None, texts: Sequence[str]) -> list[Candidate]:
    """Return the takers that a company made notes out to and that these texts can name, by their names.

    Those with most words of the texts come first, of equals the newest.
    """
    words = _list_words(texts)
    if company_id is None or not words:
        return []
    whole = "|".join(f"{_BEGIN}{folded_pattern(word)}{_END}" for word in words)
    notes = InvoiceRequest.objects.filter(firm_id=firm_id, company_id=company_id, taker=OuterRef("pk"))
    part = "|".join(_list_parts(words))
    alike = Q(name__regex=part) | Q(nickname__regex=part)
    takers = Taker.objects.filter(alike, Exists(notes), firm_id=firm_id, merged_into=None)
    found = takers.order_by(-(_count(whole, "name") + _count(whole, "nickname")), "-pk")
    rows = found.values_list("pk", "name", "nickname")[:MOST_CANDIDATES]
    return [Candidate(str(pk), tuple(filter(None, (name, nickname)))) for pk, name, nickname in rows]


def _list_words(texts: Sequence[str]) -> list[str]:
    """Return the words that can be of a name, each once. Figures and "3m" take no place of longer ones."""
    said = (word for text in texts for word in fold(text).split() if word not in _OF_NO_NAME)
    words: list[str] = []
    short: list[str] = []
    for word in dict.fromkeys(said):
        (short if len(word) < SHORTEST_PLAIN or word.isdigit() else words).append(word)
    return words[:MOST_WORDS] + short[:MOST_SHORT]


def _list_parts(words: Sequence[str]) -> list[str]:
    """Return patterns of what a name must have of one of the words: a short one, or an end of a long one."""
    parts = {f"{_BEGIN}{folded_pattern(word)}{_END}" for word in words if len(word) < SHORTEST_WITH_SLIP}
    for word in words:
        if len(word) >= SHORTEST_WITH_SLIP:
            parts |= {f"{_BEGIN}{folded_pattern(word[:END])}", f"{folded_pattern(word[-END:])}{_END}"}
    return sorted(parts)


def _count(pattern: str, column: str) -> Func:
    """Return how many words of the texts a name has."""
    return Func(F(column), Value(pattern), function="regexp_count", output_field=IntegerField())

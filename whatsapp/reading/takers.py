"""The taker's name: one that the company already knows, or what the person calls the client."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from core.text import fold
from whatsapp.reading.canvas import TAKEN, Canvas
from whatsapp.reading.noise import is_only_noise
from whatsapp.reading.service_words import begins_a_service
from whatsapp.reading.values import Asked, Candidate, ReadingContext, Status, TextRead

_LEGAL_FORMS = re.compile(r"\b(?:ltda|me|mei|epp|eireli|s\s?a|sa|cia|limitada)\b")
_NEAR = 90
_SHORTEST_NEAR = 6
_LEAD = re.compile(
    r"(?<![a-z])(?:(?:pra|pro|pras|pros|para|cliente|tomador[a]?|em nome d[eoa]|no nome d[eoa]|"
    r"contratante)(?![a-z])|p/|(?:nota|notinha|nf) d[oa](?=\s+(?:seu|dona|sr|sra|senhor|senhora|"
    r"cliente|empresa)\b))\s*:?\s*(?:(?:a|o|as|os)\s+)?(?:(?:empresa|firma|cliente|tomador[a]?|"
    r"senhor[a]?|sr\.?|sra\.?|dona|seu)\s+(?:d[ao]\s+)?:?\s*)?"
)
_NO_NAME = re.compile(
    r"(?:e-?mail|zap|whats\w*|contador\w*|contabilidade|mim|gente|nos|hoje|ontem|amanha|agora|nota|"
    r"emissao|ele|ela|eles|elas|esse|essa|este|esta|isso|"
    r"voce|vc|pessoa|cnpj|cpf|outubro|novembro|dezembro|janeiro|fevereiro|marco|abril|maio|junho|julho|"
    r"agosto|setembro|"
    r"o mesmo|mesmo|mesma|quem|que|novo|nova|dele|dela|deles|ca|la|aqui|um|uma|meu|minha|outro|outra|"
    r"conta|pix|pagar|pagamento|caso|nao|e|de|do|da|fins|confirmar|sim|vencer|vencimento|dia|"
    r"esse cliente|aquele|aquela|"
    r"ja|me|te|se|sempre|valor|receber)(?![a-z])|[a-z]{3,}(?:ar|er|ir)(?![a-z])"
)
_WORD = re.compile(r"[^\W\d_][\w&'.-]*|&|S/A")
_JOINING = frozenset({"da", "de", "do", "das", "dos", "e", "&", "di", "del"})
_STOP = re.compile(r"[,;:!?\n()|\x00]|\.(?=\s|$)|\s[-—]\s")
_PERSON_NAME = re.compile(r"[^\W\d_][\w'.-]*(?:\s+[^\W\d_][\w'.-]*){1,7}")


def match_takers(plain: str, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Return the keys of the takers whose name or nickname is said, exactly or with a slip (§5.5)."""
    said = fold(plain.replace(TAKEN, " "))
    exact = [one.key for one in candidates if any(_holds(said, name) for name in one.names)]
    if exact:
        return tuple(exact)
    return tuple(one.key for one in candidates if any(_nearly_holds(said, name) for name in one.names))


def _short_name(name: str) -> str:
    return " ".join(_LEGAL_FORMS.sub(" ", fold(name)).split())


def _holds(said: str, name: str) -> bool:
    short = _short_name(name)
    return len(short) >= 3 and re.search(rf"(?<![a-z0-9]){re.escape(short)}(?![a-z0-9])", said) is not None


def _nearly_holds(said: str, name: str) -> bool:
    short = _short_name(name)
    if len(short) < _SHORTEST_NEAR:
        return False
    words, count = said.split(), len(short.split())
    windows = (" ".join(words[place : place + count]) for place in range(len(words) - count + 1))
    return any(fuzz.ratio(window, short) >= _NEAR for window in windows)


def take_known(canvas: Canvas, context: ReadingContext) -> tuple[str, ...]:
    """Return the known takers that are named, and mark the name as read when it stands by itself."""
    found = match_takers(canvas.plain, context.takers)
    for one in context.takers:
        if one.key in found:
            _take_name(canvas, one)
    return found


def _take_name(canvas: Canvas, candidate: Candidate) -> None:
    for name in candidate.names:
        words = r"\W+".join(map(re.escape, _short_name(name).split()))
        match = re.search(
            rf"(?:(?:pra|pro|para|p/|cliente|tomador)\s+(?:a |o )?)?(?<![a-z]){words}(?:\s+(?:ltda|me|"
            rf"epp|eireli|s/?a)\b)?(?![a-z])",
            canvas.plain,
        )
        if match and words and is_only_noise(_clause_before(canvas, match.start())):
            canvas.take(*match.span())
            return


def take_called(canvas: Canvas, context: ReadingContext) -> TextRead:
    """Return what the person calls the client ("pra Clínica Bem Viver", "pro João da padaria"), and mark it.

    Inside the words of a service ("transporte de milho pro silo") it is no name.
    """
    if Asked.TAKER_NAME in context.asked:
        whole = _PERSON_NAME.fullmatch(canvas.text.strip(" .,!\n"))
        if whole and not begins_a_service(fold(whole[0]).split()[0]):
            canvas.take(0, len(canvas.text))
            return TextRead(Status.VALID, whole[0].strip())
    for match in _LEAD.finditer(canvas.plain):
        if not is_only_noise(_clause_before(canvas, match.start())):
            continue
        start = match.end()
        stop = _STOP.search(canvas.plain, start)
        end = _name_end(canvas, start, stop.start() if stop else len(canvas.plain))
        if end > start and not _NO_NAME.match(canvas.plain[start:end]):
            name = canvas.text[start:end].strip(" .-")
            canvas.take(match.start(), end)
            return TextRead(Status.VALID, name)
    return _take_name_at_document(canvas)


def _clause_before(canvas: Canvas, start: int) -> str:
    return re.split(r"[,;:!?\n()]|\.(?=\s)", canvas.plain[:start].replace(TAKEN, " "))[-1]


def _name_end(canvas: Canvas, start: int, stop: int) -> int:
    """Return where a name ends: with its capitals, or before the first word of a service."""
    words = list(_WORD.finditer(canvas.text, start, stop))
    if not words or words[0].start() != start:
        return start
    is_title = words[0][0][:1].isupper() and not canvas.text[start:stop].isupper()
    end = start
    for place, word in enumerate(words):
        folded = fold(word[0])
        if place and begins_a_service(folded) and not (is_title and word[0][:1].isupper()):
            break
        if place == 0 and not is_title and begins_a_service(folded):
            return start
        if is_title and place and not word[0][:1].isupper() and not _belongs(words, place):
            break
        if folded not in _JOINING:
            end = word.end()
    return end


def _belongs(words: list[re.Match[str]], place: int) -> bool:
    """Whether a word in lower case is still in the name, as "da padaria" in "João da padaria"."""
    word, before = words[place][0], words[place - 1][0]
    if word in _JOINING:
        return place + 1 < len(words)
    return before in _JOINING and before != "e" and not begins_a_service(fold(word))


_COMPANY_NAME = re.compile(
    r"(?:[A-ZÀ-Ý][\w&'.-]*|&)(?:[ ](?:[A-ZÀ-Ý][\w&'.-]*|&|d[aeo]s?|e|em))*[ ](?:Ltda|LTDA|ltda|ME|MEI|"
    r"EPP|Eireli|EIRELI|S/A|S\.A|SA)\b\.?"
)


def _take_name_at_document(canvas: Canvas) -> TextRead:
    """Take a company's name that carries its legal form: "Padaria Sol Ltda"."""
    match = _COMPANY_NAME.search(canvas.text)
    if match is None or TAKEN in canvas.plain[match.start() : match.end()]:
        return TextRead()
    if not is_only_noise(_clause_before(canvas, match.start())):
        return TextRead()
    canvas.take(*match.span())
    return TextRead(Status.VALID, match[0])

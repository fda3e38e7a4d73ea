"""CNPJ and CPF in a text, masked, bare, split, dictated, right or wrong; and which is the taker's."""

import re
from dataclasses import dataclass
from itertools import pairwise

from core.documents import is_cnpj, is_cpf
from whatsapp.reading.canvas import Canvas
from whatsapp.reading.cues import CORRECTION, is_negated
from whatsapp.reading.dictation import find_spoken
from whatsapp.reading.nuisances import is_mobile, is_phone
from whatsapp.reading.values import Asked, DocumentRead, ReadingContext, Reason, Status

_ALNUM = r"[0-9a-z]"
_GAP = r"[ \n]{0,2}"
_MASKED_CNPJ = re.compile(
    rf"(?<![0-9a-z]){_ALNUM}{{2}}{_GAP}[.,]{_GAP}{_ALNUM}{{3}}{_GAP}[.,]{_GAP}{_ALNUM}{{3}}{_GAP}[/\\|"
    rf"]{_GAP}{_ALNUM}{{4}}"
    rf"{_GAP}[-.]?{_GAP}{_ALNUM}{{2}}(?![0-9a-z])"
)
_MASKED_CPF = re.compile(
    rf"(?<![0-9a-z./-])\d{{3}}{_GAP}[.]{_GAP}\d{{3}}{_GAP}[.]{_GAP}\d{{3}}"
    rf"{_GAP}[-/. ]{_GAP}\d{{2}}(?![0-9a-z])"
)
_BARE = re.compile(
    r"(?<![0-9a-z])(?<!\d[.,])\d{8}/\d{4}-?\d{2}(?![0-9a-z])|"
    r"(?<![0-9a-z])(?<!\d[.,])\d{9}-\d{2}(?![0-9a-z])"

                   r"|(?<![0-9a-z])(?<!\d[.,])(?:\d{14}|\d{11})(?!,\d|[0-9a-z])")  # fmt: skip
_GLUED = re.compile(r"(?:cnpj|cpf)\s*:?\s*(\d{14}|\d{11})(?!\d)")
_BARE_ALNUM = re.compile(rf"(?<![0-9a-z])(?=[0-9]*[a-z])(?=[a-z]*[0-9]){_ALNUM}{{12}}\d{{2}}(?![0-9a-z])")
_GROUPS = re.compile(r"(?<![0-9a-z,])\d+(?:[ \n./\\-]{1,3}\d+)+(?!,?\d|[0-9a-z])")
_ALNUM_GROUPS = re.compile(
    rf"(?<![0-9a-z]){_ALNUM}{{2}}[ .\n/-]{_ALNUM}{{3}}"
    rf"[ .\n/-]{_ALNUM}{{3}}[ .\n/-]{_ALNUM}{{4}}[ .\n/-]\d{{2}}(?![0-9a-z])"
)
_LIKE_CNPJ = re.compile(
    rf"(?<![0-9a-z]){_ALNUM}{{1,3}}\.{_ALNUM}{{2,4}}\.{_ALNUM}{{2,4}}[/\\]{_ALNUM}{{2,6}}(?:-{_ALNUM}{{1,3}})?(?![0-9a-z])"
    r"|(?<![0-9a-z.,])\d{7,9}/\d{3,5}-?\d{1,3}(?![0-9a-z])"
)
_LIKE_CPF = re.compile(
    r"(?<![0-9a-z.,])\d{2,4}\.\d{2,4}\.\d{2,4}-\d{1,3}(?![0-9a-z])|"
    r"(?<![0-9a-z.,-])\d{8,10}-\d{1,2}(?![0-9a-z])"
)
_MOST_GROUPS = 40
_TYPICAL = {(2, 3, 3, 4, 2), (3, 3, 3, 2), (8, 4, 2), (8, 6), (12, 2), (9, 2), (2, 3, 3, 6)}
_LABEL = r"(?:cnpjs?|cpfs?|cgc|cnpf|cnjp|cpnj|cnpjj|cpj|documento|doc)"
LABELED = re.compile(rf"\b{_LABEL}\b[^0-9\x00\n;]{{0,32}}$|\b{_LABEL}\b[\s:]*\n?\s*$")
_LABELED_OTHER = re.compile(
    rf"\b{_LABEL}\b((?:(?!\bvalor\b|r\$|\breais\b|\bpor\b|\bde r)[^0-9\x00]){{0,32}}?)"
    rf"(?<![0-9a-z])([0-9][0-9a-z]*(?:[./-][0-9a-z]+)*(?: [0-9]{{1,4}}(?![0-9.,]))*|"
    rf"[a-z]{{1,2}}[0-9][0-9a-z./-]{{6,}})(?![0-9a-z])"
)
_MONEY_BEHIND = re.compile(r"\s*(?:reais|real|mil\b|k\b|pila|conto|,\d)")
_BARE_WRONG = re.compile(
    r"(?<![0-9a-z])(?<!\d[.,])\d{12,15}(?!,?\d|[0-9a-z])|(?<![0-9a-z])(?<!\d[.,])\d{10}(?!,?\d|"
    r"[0-9a-z])"
)
_POINTED_TO = re.compile(r"\b(?:pra|pro|pras|para|p/|ao|no|na|em|cliente|tomador\w*)\s*:?\s*$")

_CLIENT = re.compile(
    r"(?<![a-z])(?:pra|pro|pras|pros|para|p/|p |cliente|clientes|tomador\w*|contratante|(?:quem|"
    r"que)(?: e que)? paga|pagador\w*|destinatari[oa]|"
    r"sacad[oa]|em nome d\w+|no nome d\w+|del[ea]s?|comprador\w*|contra|quem contratou|quem recebe|"
    r"quem vai receber|"
    r"fatura\w*|no|na)(?![a-z])"
)
_OWN = re.compile(
    r"(?<![a-z])(?:a gente e|a gente|nos somos|somos|sou|meu|minha|nosso|nossa|prestador\w*|emitente|"
    r"emissor\w*|emite pel[oa]|emitir pel[oa]|"
    r"emitida pel[oa]|sai(?:r)? pel[oa]|sai(?:r)? d[oa]|pelo|pela)(?![a-z])"
)
_CLIENT_BEHIND = re.compile(
    r"^\s*\(?\s*(?:que )?(?:esse |este |ess[ea] )?(?:e |eh |é )?(?:o |a |do |da )?(?:cliente|"
    r"tomador\w*|dele|dela|deles|contratante|quem paga)\b(?![^,;.\n]{0,14}[\d\x00])"
)
_OWN_BEHIND = re.compile(
    r"^\s*\(?\s*(?:que )?(?:esse |este |ess[ea] )?(?:e |eh |é )?(?:o |a )?(?:noss[oa]|meu|minha|"
    r"a gente|somos nos|prestador\w*|emitente|minha empresa)\b(?![^,;.\n]{0,14}[\d\x00])"
)


@dataclass(frozen=True)
class Mention:
    """A document at a place. `role`: "client", "own" or "". `is_sure`: by its form, label or check digits."""

    start: int
    end: int
    value: str
    reason: Reason | None
    is_labeled: bool
    role: str = ""
    is_negated: bool = False
    is_doubtful: bool = False


def take_documents(canvas: Canvas, context: ReadingContext) -> list[Mention]:
    """Find every document, mark it as read, and return the mentions in order of appearance."""
    found: list[Mention] = []
    for pattern in (_MASKED_CNPJ, _MASKED_CPF, _BARE, _BARE_ALNUM, _ALNUM_GROUPS):
        for match in list(pattern.finditer(canvas.plain)):
            _keep(canvas, found, *match.span())
    for match in list(_GLUED.finditer(canvas.plain)):
        _keep(canvas, found, *match.span(1), must_be_known=False)
    for match in list(_GROUPS.finditer(canvas.plain)):
        _keep_window(canvas, found, match)
    for spoken in find_spoken(canvas):
        _keep_spoken(canvas, found, spoken.start, spoken.end, spoken.digits)
    for pattern in (_LIKE_CNPJ, _LIKE_CPF):
        for match in list(pattern.finditer(canvas.plain)):
            if sum(character.isdigit() for character in match[0]) >= 8:
                _keep(canvas, found, *match.span(), must_be_known=False)
    _keep_labeled_others(canvas, found)
    _keep_bare_wrong(canvas, found)
    if Asked.TAKER in context.asked and not found:
        _keep_bare_answer(canvas, found)
    return sorted(found, key=lambda mention: mention.start)


def choose_document(mentions: list[Mention], canvas: Canvas, context: ReadingContext) -> DocumentRead:
    """Return which document is the taker's (PRODUCT.md §5.5). Without a sure sign: ambiguous, to be asked."""
    others = [mention for mention in mentions if mention.value not in context.own_documents]
    if mentions and not others:
        return DocumentRead(Status.INVALID, mentions[-1].value, _kind(mentions[-1].value), Reason.DOC_OWN)
    if any(mention.is_doubtful for mention in others) and len({mention.value for mention in others}) == 1:
        return DocumentRead(Status.AMBIGUOUS, options=(others[0].value,))
    remaining = _settle_corrections([mention for mention in others if not mention.is_negated], canvas)
    remaining = _by_role(remaining)
    values = list(dict.fromkeys(mention.value for mention in remaining))
    if not values:
        return DocumentRead()
    if len(values) > 1:
        return DocumentRead(Status.AMBIGUOUS, options=tuple(values))
    if remaining[0].role == "own" and len(mentions) == 1 and not context.own_documents:
        return DocumentRead(Status.AMBIGUOUS, options=(values[0],))
    reason = next((one.reason for one in remaining if one.value == values[0]), None)
    return DocumentRead(Status.INVALID if reason else Status.VALID, values[0], _kind(values[0]), reason)


def _by_role(mentions: list[Mention]) -> list[Mention]:
    if len({mention.value for mention in mentions}) < 2:
        return mentions
    not_own = [mention for mention in mentions if mention.role != "own"]
    clients = [mention for mention in not_own if mention.role == "client"]
    if clients and len({mention.value for mention in clients}) == 1:
        return clients
    return not_own


def _settle_corrections(mentions: list[Mention], canvas: Canvas) -> list[Mention]:
    """Drop what stands before a correcting word that a document follows: the last one wins."""
    first = 0
    for place, (before, after) in enumerate(pairwise(mentions), start=1):
        between = canvas.folded[before.end : after.start]
        if before.value != after.value and CORRECTION.search(between):
            first = place
    return mentions[first:]


def _keep(canvas: Canvas, found: list[Mention], start: int, end: int, *, must_be_known: bool = True) -> None:
    """Add what stands at a place. `must_be_known`: what is no document by its digits needs a label."""
    value = _compact(canvas.plain[start:end])
    reason = check_digits(value)
    label = _label_before(canvas, start)
    is_bare = canvas.plain[start:end].isdigit()
    if must_be_known and is_bare and len(value) == 11 and not label and reason and is_mobile(value):
        return
    if (
        must_be_known
        and reason
        and not label
        and not value.isdigit()
        and not _has_mask(canvas.plain[start:end])
    ):
        return
    doubtful = is_bare and is_mobile(value) and not label and reason is None
    _add(canvas, found, start, end, value, reason, is_labeled=label, is_doubtful=doubtful)


def _has_mask(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    return digits >= 4 and any(mark in text for mark in "/\\|") and "." in text


def _keep_window(canvas: Canvas, found: list[Mention], run: re.Match[str]) -> None:
    """Add the neighboring groups of digits that together are a document: 14 before 11, right before wrong."""
    groups = [
        (run.start() + group.start(), run.start() + group.end()) for group in re.finditer(r"\d+", run[0])
    ]
    groups = groups[:_MOST_GROUPS]
    windows = [(groups[i][0], groups[j][1], tuple(e - s for s, e in groups[i : j + 1]))
               for i in range(len(groups)) for j in range(i + 1, min(i + 14, len(groups)))]  # fmt: skip
    for length in (14, 11):
        for start, end, sizes in windows:
            value = _compact(canvas.plain[start:end])
            is_right = sum(sizes) == length and check_digits(value) is None
            if is_right and not (length == 11 and is_mobile(value) and not _label_before(canvas, start)):
                _add(canvas, found, start, end, value, None, is_labeled=_label_before(canvas, start))
                return
    for start, end, sizes in windows:
        value = _compact(canvas.plain[start:end])
        labeled = _label_before(canvas, start)
        if (sizes in _TYPICAL or (labeled and sum(sizes) in {11, 14})) and not (
            sum(sizes) == 11 and is_mobile(value) and not labeled
        ):
            _add(canvas, found, start, end, value, check_digits(value), is_labeled=labeled)
            return


def _keep_spoken(canvas: Canvas, found: list[Mention], start: int, end: int, digits: str) -> None:
    reason = check_digits(digits)
    labeled = _label_before(canvas, start)
    if reason is None or labeled:
        _add(canvas, found, start, end, digits, reason, is_labeled=labeled)


def _keep_labeled_others(canvas: Canvas, found: list[Mention]) -> None:
    """Add what is called CNPJ or CPF and has a wrong length or form: it is told, never repaired."""
    for match in list(_LABELED_OTHER.finditer(canvas.plain)):
        start, end = match.span(2)
        value = _compact(match[2])
        if "\x00" in canvas.plain[start:end] or _MONEY_BEHIND.match(canvas.plain, end):
            continue
        if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", match[2]) or len(value) < 3 or is_phone_number(match[2]):
            continue
        _add(canvas, found, start, end, value, check_digits(value), is_labeled=True)


def _keep_bare_wrong(canvas: Canvas, found: list[Mention]) -> None:
    """Add a bare number as long as a document with a digit lost or too many, unless it may be a phone."""
    for match in list(_BARE_WRONG.finditer(canvas.plain)):
        pointed = _POINTED_TO.search(canvas.segment_before(match.start())) is not None
        if (is_phone(match[0]) and not pointed) or len(match[0]) == 14:
            continue
        if len(match[0]) == 10 and not pointed:
            continue
        _add(canvas, found, *match.span(), match[0], check_digits(match[0]), is_labeled=False)


def _keep_bare_answer(canvas: Canvas, found: list[Mention]) -> None:
    """Add the only thing of an answer to "qual é o CNPJ?": some digits, nothing else."""
    match = re.fullmatch(r"\s*([0-9][0-9a-z./ -]{2,24})\s*", canvas.plain)
    if match:
        value = _compact(match[1])
        _add(canvas, found, *match.span(1), value, check_digits(value), is_labeled=True)


def _add(
    canvas: Canvas,
    found: list[Mention],
    start: int,
    end: int,
    value: str,
    reason: Reason | None,
    *,
    is_labeled: bool,
    is_doubtful: bool = False,
) -> None:
    mention = Mention(
        start,
        end,
        value,
        reason,
        is_labeled,
        _role(canvas, start, end),
        is_negated(canvas, start, end),
        is_doubtful,
    )
    found.append(mention)
    canvas.take(start, end)


def check_digits(value: str) -> Reason | None:
    """Return what is wrong with an upper-case document without mask, or None."""
    if len(value) not in {11, 14}:
        return Reason.DOC_LENGTH
    if len(set(value)) == 1:
        return Reason.DOC_REPEATED
    return None if is_cnpj(value) or is_cpf(value) else Reason.DOC_DIGITS


def is_phone_number(text: str) -> bool:
    """Whether a labeled number is written as a phone: CNPJ and CPF never are."""
    return text.startswith("(") or text.startswith("+")


def _role(canvas: Canvas, start: int, end: int) -> str:
    before = canvas.segment_before(start, reach=60).rpartition("\x00")[2]
    after = canvas.segment_after(end, reach=30)
    if _CLIENT_BEHIND.search(after):
        return "client"
    if _OWN_BEHIND.search(after):
        return "own"
    client = max((match.start() for match in _CLIENT.finditer(before)), default=-1)
    own = max((match.start() for match in _OWN.finditer(before)), default=-1)
    if client < 0 and own < 0:
        return ""
    return "client" if client > own else "own"


def _label_before(canvas: Canvas, start: int) -> bool:
    return LABELED.search(canvas.plain[max(0, start - 45) : start]) is not None


def _compact(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text).upper()


def _kind(value: str) -> str:
    return "cpf" if len(value) <= 11 and value.isdigit() else "cnpj"

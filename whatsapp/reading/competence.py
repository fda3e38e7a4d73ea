"""The day or month that the service belongs to, when the person says it (PRODUCT.md §5.5).

Due, payment and contract dates are not it. Two months: today, and the words stay in the description.
"""

import re
from datetime import date, timedelta

from whatsapp.reading import months
from whatsapp.reading.canvas import TAKEN, Canvas
from whatsapp.reading.months import Said
from whatsapp.reading.values import Asked, CompetenceRead, ReadingContext, Reason, Status

_DONE = (
    r"feit[oa]s?|fiz|fizemos|fez|realizad[oa]s?|realizei|realizamos|executad[oa]s?|executei|"
    r"prestad[oa]s?|prestei|concluid[oa]s?|conclui|"
    r"terminad[oa]s?|terminei|terminamos|finalizad[oa]s?|finalizei|entregue|entreguei|atendid[oa]|"
    r"trabalhad[oa]s?|trabalhei|instalad[oa]s?|"
    r"ocorrid[oa]|ministrad[oa]s?"
)
_REFERS = (
    r"ref(?:\.|er\w*|erente)?|referencia|refere|comp(?:\.|et(?:\.|encia)?)?|competencia|mes(?: de)?|"
    r"do mes(?: de)?|periodo|relativ[oa]|retroativ[oa]|data"
)
_NOUNS = r"servicos?|trabalhos?|nota|nf|nfs-?e|nota fiscal|notinha|mensalidade|data|datas?"
TRIGGER = re.compile(rf"\b(?:{_DONE}|{_REFERS}|{_NOUNS})\b")
_STRONG = re.compile(
    rf"\b(?:{_DONE}|{_REFERS}|servicos?|trabalhos?|(?:e|eh|era|foi) (?:de|do|em|no|dia|a de))(?![a-z])"
)
_DUE = re.compile(
    r"\b(?:venc\w*|boletos?|pag(?:a|ar|amento|amentos|o|ou|uei|am|ando|aram|arei|aremos|ara)|receb\w*|"
    r"prazo|ate|contrato\w*|assinad\w*|assinatura|proposta\w*|pedido\w*|"
    r"orcamento\w*|inicio|iniciad\w*|agendad\w*|agendar|parcelas?|nascid\w*|nascimento|emissao|"
    r"emitir (?:em|no)|emitida (?:em|no)|"
    r"deposit\w*|pix|transfer\w*|cobranca|cair|cai|vou|vai|vamos|proxim[oa]s?|que vem|combinad\w*|"
    r"combinamos|desde|entrega prevista|previst\w*|"
    r"rua|avenida|av|praca|bairro|travessa|rodovia|festa|natal|garantia|valid\w*|"
    r"fatura(?:r)? (?:em|no|dia)|debito|debitar|a partir)\b"
)
_MONTH = r"(?P<name>[a-z]{3,10})\.?"
_YEAR = r"(?:\s*(?:de|/|-|\.)\s*(?P<year>20\d{2}|\d{2})(?![\d/]|[.,]\d))?"
_DAY_OF_MONTH = re.compile(rf"\b(?P<day>\d{{1,2}})(?:o|º|°)?\s*(?:de|/|-)\s*{_MONTH}{_YEAR}(?![a-z])")
_SLASHED = re.compile(
    r"(?<![\d./-])(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})(?:[/.-](?P<year>\d{4}|\d{2}))?(?![\d/-]|"
    r"[.,]\d)"
)
_ISO = re.compile(r"(?<![\d-])(?P<year>20\d{2})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)")
_MONTH_YEAR = re.compile(r"(?<![\d./-])(?P<month>0?[1-9]|1[0-2])\s?[/-]\s?(?P<year>20\d{2})(?!\d)")
_NUMBERED_MONTH = re.compile(r"\bmes (?:de )?(0?[1-9]|1[0-2])\b(?![.,/]?\d)")
_NAMED = re.compile(rf"(?<![a-z\d/-]){_MONTH}{_YEAR}(?![a-z])")
_DAY_ONLY = re.compile(r"\bdia (?P<day>\d{1,2})(?:o|º)?\b(?!\s*(?:/|de [a-z]+bro|[.,]\d|reais))")
_RELATIVE = [
    (re.compile(r"\bmes (?:retrasado|atrasado|antepassado)\b"), 2),
    (re.compile(r"\b(?:ultimo mes|mes (?:passado|anterior|q passou|que passou))\b"), 1),
    (re.compile(r"\b(?:(?:d?este|d?esse|n?este|n?esse) mes|mes (?:atual|corrente|vigente)|mes agora)\b"), 0),
]
_YESTERDAY = [(re.compile(r"\banteontem\b"), 2), (re.compile(r"\bontem\b"), 1), (re.compile(r"\bhoje\b"), 0)]
_OF_DAY = re.compile(
    r"\b(?:servico|trabalho|frete|visita|aula|atendimento|diaria|faxina|limpeza|conserto|consulta) de $"
)
_DONE_BEFORE = re.compile(rf"\b(?:{_DONE}|servico|ref\w*|competencia)\b[^,;.\n]*$")
_NEXT_MONTH = re.compile(r"\b(?:mes que vem|proximo mes|mes q vem)\b")
_PLAN = re.compile(
    r"\b(?:planejament\w*|campanha|festa|evento|declaracao|imposto de renda|ferias|decimo|13o|carnaval|"
    r"pascoa|natal|enxoval)\b"
)
_CAMPAIGN = re.compile(r"\s*(?:rosa|azul|verde|vermelho|amarelo|roxo|laranja|lilas)\b")
_PREPOSITION = re.compile(r"\b(?:de|do|em|no|mes|mes de|dia|a)\s*$")
_AGE_IN_MONTHS_ALLOWED = 1


def take_competence(canvas: Canvas, context: ReadingContext) -> tuple[CompetenceRead, list[Said]]:
    """Find when the service was done. Returns the field, and every date of the text."""
    today = context.now.date()
    said = [*_find_days(canvas, today), *_find_months(canvas, today), *_find_relative(canvas, today)]
    said = _without_overlaps(said)
    chosen = [one for one in said if _is_competence(canvas, one, today, context)]
    chosen += [
        one for one in said if one not in chosen and any(_are_beside(canvas, one, other) for other in chosen)
    ]
    field = _decide(chosen, today)
    if field.status is Status.VALID and any(_is_future(canvas, one) for one in chosen):
        field = CompetenceRead()
    for one in said:
        _take_with_trigger(canvas, one, is_competence=one in chosen and field.day is not None)
    return field, said


def first_allowed(today: date) -> date:
    """Return the first day of the month before today's: the oldest competence that the chat takes."""
    return months.months_before(today, 1).replace(day=1)


def _decide(chosen: list[Said], today: date) -> CompetenceRead:
    if not chosen or len({(one.day.year, one.day.month) for one in chosen}) > 1:
        return CompetenceRead()
    days = [one for one in chosen if not one.whole_month]
    best = max(days or chosen, key=lambda one: one.day)
    inside = first_allowed(today) <= best.day <= today
    status, reason = (Status.VALID, None) if inside else (Status.INVALID, Reason.COMPETENCE_WINDOW)
    return CompetenceRead(status, best.day, best.whole_month, reason)


def _is_competence(canvas: Canvas, one: Said, today: date, context: ReadingContext) -> bool:
    clause = _clause_before(canvas, one.start)
    behind = _clause_behind(canvas, one.end)
    if _DUE.search(clause) or re.match(
        r"\s*(?:e |eh )?(?:o |a )?(?:vencimento|prazo|pagamento|venc\b)", behind
    ):
        return False
    if Asked.COMPETENCE in context.asked:
        return True
    trigger = list(TRIGGER.finditer(clause))
    if _STRONG.search(clause):
        return True
    words = canvas.plain[one.start : one.end]
    relative = not any(character.isdigit() for character in words) and "mes" in words
    if trigger and (relative or _PREPOSITION.search(clause) or not one.whole_month):
        return True
    if relative:
        return _PREPOSITION.search(clause) is not None
    has_year = one.whole_month and re.search(r"[/-]\s?\d{2,4}$", words) is not None
    recent = months.months_before(today, _AGE_IN_MONTHS_ALLOWED).replace(day=1) <= one.day <= today
    is_bare_clause = not clause.strip(" -:") and not behind.strip(" -:.")
    has_preposition = _PREPOSITION.search(clause) is not None
    if not recent or _PLAN.search(clause) or _CAMPAIGN.match(behind):
        return False
    is_named = one.whole_month and months.month_of(words.split("/")[0].strip()) is not None
    return is_bare_clause or has_preposition or has_year or is_named


def _are_beside(canvas: Canvas, one: Said, other: Said) -> bool:
    """Whether two dates are said together: "de outubro e novembro"."""
    first, second = sorted((one, other), key=lambda item: item.start)
    return (
        re.fullmatch(r"\s*(?:e|a|ate|,|/|\+|-)\s*(?:de |em )?", canvas.plain[first.end : second.start])
        is not None
    )


def _is_future(canvas: Canvas, one: Said) -> bool:
    return _NEXT_MONTH.search(canvas.folded[one.start : one.end]) is not None


def _clause_before(canvas: Canvas, start: int) -> str:
    return re.split(r"[,;!?\n()]|\.(?=\s)", canvas.plain[max(0, start - 60) : start].replace(TAKEN, " "))[-1]


def _clause_behind(canvas: Canvas, end: int) -> str:
    return re.split(r"[,;!?\n()]|\.(?=\s)", canvas.plain[end : end + 40].replace(TAKEN, " "))[0]


# --- Finding ---------------------------------------------------------------------------------------
def _find_days(canvas: Canvas, today: date) -> list[Said]:
    plain = canvas.plain
    found = [
        _said(match, months.safe_date(int(match["year"]), int(match["month"]), int(match["day"])))
        for match in _ISO.finditer(plain)
    ]
    for match in _DAY_OF_MONTH.finditer(plain):
        month = months.month_of(match["name"]) or months.ABBREVIATIONS.get(match["name"])
        if month:
            found.append(_said(match, _dated(int(match["day"]), month, match["year"], today)))
    found += [_read_slashed(canvas, match, today) for match in _SLASHED.finditer(plain)]
    found += [
        _said(match, months.latest_day_of_month(int(match["day"]), today))
        for match in _DAY_ONLY.finditer(plain)
    ]
    return [one for one in found if one is not None]


def _read_slashed(canvas: Canvas, match: re.Match[str], today: date) -> Said | None:
    """Read dd/mm, dd/mm/yy, or, when that is no day, mm/yy."""
    day, month, year = int(match["day"]), int(match["month"]), match["year"]
    separator = canvas.plain[match.end("day")]
    if separator != "/" and year is None:
        return None
    if 1 <= month <= 12:
        return _said(match, _dated(day, month, year, today))
    if year is None and 1 <= day <= 12 and abs(2000 + month - today.year) <= 1:
        return Said(*match.span(), months.last_of_month(2000 + month, day, today), whole_month=True)
    return None


def _find_months(canvas: Canvas, today: date) -> list[Said]:
    found = [
        Said(
            *match.span(),
            months.last_of_month(int(match["year"]), int(match["month"]), today),
            whole_month=True,
        )
        for match in _MONTH_YEAR.finditer(canvas.plain)
    ]
    found += [
        Said(*match.span(), months.latest_month(int(match[1]), today), whole_month=True)
        for match in _NUMBERED_MONTH.finditer(canvas.plain)
    ]
    for match in _NAMED.finditer(canvas.plain):
        month = months.month_of(match["name"])
        if month is None and match["name"] in months.ABBREVIATIONS and _is_abbreviation(canvas, match):
            month = months.ABBREVIATIONS[match["name"]]
        if month:
            found.append(Said(*match.span(), _end_of(month, match["year"], today), whole_month=True))
    return found


def _end_of(month: int, year: str | None, today: date) -> date:
    if year:
        return months.last_of_month(months.full_year(year), month, today)
    return months.latest_month(month, today)


def _is_abbreviation(canvas: Canvas, match: re.Match[str]) -> bool:
    """Whether "set", "out", "mar" is a month: after a referring word, with a year, beside another."""
    before = canvas.plain[max(0, match.start() - 16) : match.start()]
    behind = canvas.plain[match.end() : match.end() + 12]
    if match["year"] or re.search(
        rf"\b(?:{_REFERS}|{_DONE}|servico|nota|nf)\s*:?\s*(?:de|em|a|ao|do|da)?\s*:?\s*$", before
    ):
        return True
    short = "|".join(months.SHORT)
    beside = re.match(rf"\s*(?:e|/|,|a|\+)\s*(?:{short})\b", behind) or re.search(
        rf"\b(?:{short})\s*(?:e|/|,|a|\+)\s*$", before
    )
    return bool(beside)


def _find_relative(canvas: Canvas, today: date) -> list[Said]:
    whole = [
        Said(*match.span(), months.months_before(today, count), whole_month=True)
        for pattern, count in _RELATIVE
        for match in pattern.finditer(canvas.plain)
    ]
    single = [
        Said(*match.span(), today - timedelta(days=days), whole_month=False)
        for pattern, days in _YESTERDAY
        for match in pattern.finditer(canvas.plain)
        if _DONE_BEFORE.search(canvas.plain[: match.start()]) or _OF_DAY.search(canvas.plain[: match.start()])
    ]
    return whole + single


def _dated(day: int, month: int, year: str | None, today: date) -> date | None:
    if year:
        return months.safe_date(months.full_year(year), month, day)
    return months.latest_day(day, month, today)


def _said(match: re.Match[str], day: date | None) -> Said | None:
    return Said(*match.span(), day, whole_month=False) if day else None


def _without_overlaps(said: list[Said]) -> list[Said]:
    """Keep the longest of those that share characters."""
    kept: list[Said] = []
    for one in sorted(said, key=lambda item: (item.start - item.end, item.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda item: item.start)


_LEAD = re.compile(
    rf"(?:\b(?:{_DONE}|{_REFERS}|competencia e|mes)\b\.?\s*:?\s*)?(?:\b(?:e|foi|era)\s+)?(?:\b(?:em|no|"
    rf"na|de|do|da|ao|a|o|dia|mes|mes de|:|durante)\b\s*)*$"
)
_DUE_LEAD = re.compile(
    r"\b(?:boleto\s*)?(?:com\s*)?(?:venc\w*|boleto|pagamento|pagar|pago|prazo|parcela)\s*(?:para|pra|"
    r"em|no|dia|ate|:|o|a|e|vence)*\s*(?:dia|em|o|a)?\s*$"
)


def _take_with_trigger(canvas: Canvas, one: Said, *, is_competence: bool) -> None:
    """Mark a date as read: with the words that lead to it, unless they belong to the description."""
    before = canvas.plain[: one.start]
    if is_competence:
        lead = _LEAD.search(before)
        has_word = lead is not None and TRIGGER.search(lead[0]) is not None
        clause = _clause_before(canvas, one.start)
        content = clause[: len(clause) - len(lead[0])] if lead and lead[0] else clause
        if has_word or not content.strip(" -") or TRIGGER.fullmatch(content.strip(" -")):
            canvas.take(lead.start() if lead else one.start, one.end)
        return
    due = _DUE_LEAD.search(before)
    if due:
        canvas.take(due.start(), one.end)

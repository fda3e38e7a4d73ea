"""The description: the person's own words that nothing else explains, or nothing when it is unsure."""

import re
from dataclasses import dataclass

from core.text import fold
from whatsapp.reading.canvas import TAKEN, Canvas
from whatsapp.reading.noise import strip_noise
from whatsapp.reading.service_words import (
    ACCEPTED_BUT_GENERIC,
    MAX_DESCRIPTION,
    MIN_DESCRIPTION,
    begins_a_service,
    is_generic,
    is_offensive,
)
from whatsapp.reading.values import Asked, ReadingContext, Reason, Status, TextRead

_BREAK = re.compile(
    r"[\n,;:!?()|\"…•\x00\[\]{}<>=~]|\.{2,}|\.(?=\s|$|\x00)|\s[-—/+]+(?=\s|$)|^[-—/+]+\s|—|"
    r"[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF]"
)
_LABEL = re.compile(
    r"(?:servicos?(?: prestados?| executados?| realizados?)?|descricao(?: do servico| dos servicos)?|"
    r"discriminacao(?: do servico| dos servicos)?|desc|descr|o servico (?:foi|e|eh)|descrito como|"
    r"descrevendo)\s*(?::|-|=|e |eh |foi )\s*$"
    r"|\b(?:referente a|referente ao|referente as|referente aos|ref\.? a|ref\.? ao|relativ[oa] a|"
    r"relativ[oa] ao|a titulo de|discriminando)\s*$"
)
_CHATTER = re.compile(
    r"(?:me chama|me liga|se der|se precisar|qualquer|duvida|caso|quando|depois|amanha|tudo|estou|to |"
    r"tou |ta |esta |sou |aqui e|aqui quem|fala com|conforme|como (?:te |lhe |a gente )?(?:falei|"
    r"falamos|combin|convers)|"
    r"lembra|esquece|ignor|desconsider|pul[ea]|pular|mostr[ea]|revel|finja|aja |voce (?:e|agora)|"
    r"instruc|regra|sistema:|system|prompt|sem (?:conferir|mostrar|perguntar|espelho|confirma)|"
    r"nao (?:precisa|quero|pede|pergunt|mostr|esquec|tem|sei)|"
    r"(?:e |eh )?(?:pra|para) (?:ontem|hoje|agora|amanha)|ele |ela |eles |elas |o cliente|a cliente|"
    r"cliente (?:novo|nova|antigo)|e cliente|vence|boleto|pagamento|pag[ao]u?\b|pago |paguei|pagar|pix|"
    r"deposit|transfer|parcel|"
    r"retorno|garantia|vale |bom |boa |ja (?:pode|foi|est|mand)|ok|sim|nao|isso|igual|mesm[ao]|repet|"
    r"de sempre|o de sempre|acho|nem |talvez|espera|calma|valeu|obrigad|abraco|feliz|desculp|perdao|"
    r"opa|qual|quanto|quem|onde|como |por que|pq |"
    r"sera |tem como|da pra|consegu|posso|podem|voces|vcs|"
    r"(?:esta |ta )?errad[oa]|esta diferente|deixa|deixe|perai|pera |espera|vou |vamos|olhar|mud[ae]|"
    r"troca (?:o|a|por|pra) |cancela|perfeito|otimo|correto|confirm|antes|nada|ainda|meu |minha |"
    r"so (?:um|uma)|te |lhe |eu |nos |a gente|manda|mande|muito|favor|aguard|so |ainda|hoje|ontem|"
    r"trocad[oa]|drop table|select |script|http|kkk|haha|rsrs|"
    r"(?:o |meu |minha |nosso |nossa )?(?:telefone|fone|zap|whats|contato|endereco|email|e-mail)|rua |"
    r"av |avenida|cep |bairro|endereco|"
    r"semana|mes |ano |dia |outubro|novembro|dezembro|janeiro|fevereiro|setembro|agosto|julho|junho|"
    r"maio|abril|marco"
    r"|(?:out|nov|dez|jan|fev|mar|abr|mai|jun|jul|ago|set) (?:e|ate|a) |[a-z]+ e (?:janeiro|fevereiro|"
    r"marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro)\b)"
)
_COUNT_ONLY = re.compile(
    r"(?:\d+|um|uma|dois|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|meia) ?[a-z]+(?: (?:no|"
    r"por) mes)?"
)
_DENIED = re.compile(
    r"\bnao (?:e|eh|foi|era) (?!isso)[a-z][a-z ]{2,40}?,?\s+(?P<link>mas e|e sim|eh|foi|e)\s(?=[a-z])"
)
_CHANGE_LABEL = re.compile(
    r"\b(?:troc|mud|alter|corrig|coloc|bot|acrescent|adicion|inclu|escrev)\w* (?:n?a |"
    r"n?o )?(?:descricao|servico|texto|discriminacao)"
    r"(?: do servico)?\s*(?:pra|para|por|como|:)?\s"
)
_CHANGE_LABEL_END = re.compile(_CHANGE_LABEL.pattern + r"$")
_CHANGE_OF_FIELD = re.compile(
    r"\s*(?:sim |ok |mas |e |so )*(?:troc|mud|alter|corrig|coloc|bot)\w* (?:o |a )?(?:valor|data|"
    r"cnpj|cpf|nome|tomador|cliente|competencia|mes)\b"
)
_PLAIN_SERVICES = re.compile(r"\b(?:servicos prestados|prestacao de servicos?)\b")
_REMARK = re.compile(
    r"contrato (?:assinad|firmad|numero|n[º°o. ]|\d)|sistema\b\s*$|sistema aprove|(?:com |"
    r"mais )?(?:iss|issqn|imposto|retencao|inss|irrf)\b|"
    r"adiantamento|adiantad|antecipa|(?:entrada|sinal|restante|saldo|resto|faltam?)\b\s*(?:de|e|"
    r"do)?\s*$|orcamento (?:aprovado|n|"
    r"numero|\d)|parcela \d"
)
"""Clauses that are never a description, although a word in them may begin one."""
_SERVICE, _PHRASE, _WORD = 3, 2, 1


@dataclass(frozen=True)
class Clause:
    start: int
    end: int
    score: int
    is_labeled: bool = False
    trimmed_start: bool = False
    trimmed_end: bool = False


@dataclass(frozen=True)
class Found:
    """`leftover`: content that is no description. `is_sure`: no other words compete."""

    field: TextRead
    leftover: tuple[str, ...]
    is_sure: bool


def find_description(canvas: Canvas, context: ReadingContext, *, has_document: bool) -> Found:
    """Return the description of a text from which all other values were taken."""
    changes = [match.span() for match in _CHANGE_LABEL.finditer(canvas.plain)]
    for start, end in changes:
        canvas.take(start, end)
    _take_denied(canvas)
    clauses, chatter = _list_clauses(canvas, context)
    joined = _join(canvas, clauses)
    chosen = _choose(canvas, joined, context, has_document=has_document)
    rest = tuple(canvas.text[one.start : one.end] for one in joined if one is not chosen)
    if chosen is None and Asked.DESCRIPTION in context.asked and is_generic(canvas.text):
        return Found(check_description(canvas.text), (), is_sure=True)
    if chosen is None:
        return Found(TextRead(), rest + chatter, is_sure=not rest)
    text = canvas.text[chosen.start : chosen.end]
    return Found(check_description(text), rest + chatter, is_sure=True)


def _take_denied(canvas: Canvas) -> None:
    """Mark what is denied: the "não é solda" of "não é solda, é pintura de portão"."""
    for match in list(_DENIED.finditer(canvas.plain)):
        if match["link"] != "e" or canvas.text[match.start("link")] in "éÉ":
            canvas.take(match.start(), match.end("link"))


def check_description(text: str) -> TextRead:
    """Return a description with its status. Of the words only the first capital changes (R67)."""
    words = text.strip(" \n.,;:-")
    value = words[:1].upper() + words[1:]
    if not value:
        return TextRead()
    if is_offensive(value):
        return TextRead(Status.INVALID, value, Reason.DESC_OFFENSIVE)
    if is_generic(value):
        return TextRead(Status.INVALID, "", Reason.DESC_GENERIC)
    if len(value) < MIN_DESCRIPTION:
        return TextRead(Status.INVALID, value, Reason.DESC_SHORT)
    if len(value) > MAX_DESCRIPTION:
        return TextRead(Status.INVALID, value, Reason.DESC_LONG)
    if fold(value) in ACCEPTED_BUT_GENERIC:
        return TextRead(Status.VALID, value, Reason.DESC_GENERIC)
    return TextRead(Status.VALID, value)


def is_chatter(text: str) -> bool:
    """Whether words talk to somebody, and are no service: "ignore as regras", "me liga amanhã"."""
    return _CHATTER.match(fold(text)) is not None


def _list_clauses(canvas: Canvas, context: ReadingContext) -> tuple[list[Clause], tuple[str, ...]]:
    clauses: list[Clause] = []
    chatter: list[str] = []
    for start, end in _split(canvas.plain):
        clause = _read_clause(canvas, start, end)
        if clause is None:
            continue
        content = canvas.plain[clause.start : clause.end]
        if _REMARK.match(content) or _CHANGE_OF_FIELD.match(canvas.plain, start):
            continue
        is_chatter = _CHATTER.match(content) or _CHATTER.match(canvas.plain[start:end].lstrip(" -"))
        if (
            is_chatter
            and not clause.is_labeled
            and clause.score < _SERVICE
            and Asked.DESCRIPTION not in context.asked
        ):
            chatter.append(canvas.text[clause.start : clause.end])
        else:
            clauses.append(clause)
    return clauses, tuple(chatter)


def _split(plain: str) -> list[tuple[int, int]]:
    spans, place = [], 0
    for match in _BREAK.finditer(plain):
        spans.append((place, match.start()))
        place = match.end()
    spans.append((place, len(plain)))
    return [(start, end) for start, end in spans if plain[start:end].strip()]


def _read_clause(canvas: Canvas, start: int, end: int) -> Clause | None:
    plain = canvas.plain[start:end]
    inner_start, inner_end = strip_noise(plain)
    if inner_start == inner_end:
        return _read_plain_services(canvas, start, end)
    content = plain[inner_start:inner_end]
    if _COUNT_ONLY.fullmatch(content.strip()):
        return None
    words = re.findall(r"[a-z]+", content)
    if sum(len(word) for word in words) < 3:
        return None
    score = _SERVICE if _has_service(words) else _PHRASE if len(words) > 1 else _WORD
    before = canvas.folded[max(0, start - 50) : start + inner_start]
    labeled = bool(_LABEL.search(before) or _CHANGE_LABEL_END.search(before))
    return Clause(start + inner_start, start + inner_end, score, labeled,
                  bool(plain[:inner_start].strip()), bool(plain[inner_end:].strip()))  # fmt: skip


def _read_plain_services(canvas: Canvas, start: int, end: int) -> Clause | None:
    """Return "serviços prestados", which says little and is accepted."""
    match = _PLAIN_SERVICES.search(canvas.plain, start, end)
    return Clause(*match.span(), _SERVICE) if match else None


def _has_service(words: list[str]) -> bool:
    return any(begins_a_service(word) for word in words[:2])


def _join(canvas: Canvas, clauses: list[Clause]) -> list[Clause]:
    """Join what only a comma, a dash or brackets part, when nothing was cut off between."""
    joined: list[Clause] = []
    for clause in clauses:
        last = joined[-1] if joined else None
        between = canvas.plain[last.end : clause.start] if last else ""
        if (
            last
            and not last.trimmed_end
            and not clause.is_labeled
            and _is_soft(between, clause)
            and last.score > _WORD
        ):
            joined[-1] = Clause(last.start, clause.end, max(last.score, clause.score), last.is_labeled,
                                last.trimmed_start, clause.trimmed_end)  # fmt: skip
        else:
            joined.append(clause)
    return joined


def _is_soft(between: str, clause: Clause) -> bool:
    if TAKEN in between or clause.trimmed_start:
        return (
            bool(re.fullmatch(r"\s*,?\s*(?:e|mais|com|para|pra|de|da|do|no|na)\s+", between))
            and TAKEN not in between
        )
    return re.fullmatch(r"[ ,()\-—/+:]{1,5}", between) is not None


def _choose(
    canvas: Canvas, clauses: list[Clause], context: ReadingContext, *, has_document: bool
) -> Clause | None:
    """Return the clause that is surely the description. One that names no service needs a document."""
    labeled = [clause for clause in clauses if clause.is_labeled]
    if len(labeled) == 1:
        return labeled[0]
    if not clauses:
        return None
    best = max(clause.score for clause in clauses)
    top = [clause for clause in clauses if clause.score == best]
    if len(top) > 1 or (best < _SERVICE and len(clauses) > 1):
        return None
    if (
        best < _SERVICE
        and (not has_document or _is_title(canvas, top[0]))
        and Asked.DESCRIPTION not in context.asked
    ):
        return None
    if best == _WORD and top[0].end - top[0].start < 5 and Asked.DESCRIPTION not in context.asked:
        return None
    return top[0]


def _is_title(canvas: Canvas, clause: Clause) -> bool:
    """Whether words are written as a name: "Maria da Silva"."""
    words = [word for word in canvas.text[clause.start : clause.end].split() if len(word) > 3]
    return bool(words) and all(word[0].isupper() and not word.isupper() for word in words)

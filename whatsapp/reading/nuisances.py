"""Numbers that are nobody's document and no amount: phones, CEP, order numbers, clock times, links."""

import re

from core.documents import is_cnpj, is_cpf
from core.phones import AREA_CODES
from whatsapp.reading.canvas import Canvas

LINKS = re.compile(r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
ORDER_LABEL = (
    r"(?:pedido de compra|pedido|protocolo|ordem de servico|ordem de compra|ordem|os|processo|"
    r"contrato|proposta|"
    r"orcamento|chamado|"
    r"ticket|empenho|requisicao|solicitacao|inscricao estadual|inscricao municipal|inscr\w*|i\.?e\.?|"
    r"i\.m\.?|rg|matricula|placa|codigo|cod|rastreio|serie|"
    r"patrimonio|agencia|conta|ag|cc|crea|crm|oab|cnh|nis|pis|chassi|renavam|fatura|"
    r"oc|po|boleto|comprovante|(?:nota fiscal|nota|nfs-?e|nf-?e|nf)(?=\s*(?:n[º°o.]|numero|#)))"
)
_NUMBERED = re.compile(
    rf"\b{ORDER_LABEL}\s*(?:n[º°o.]*\.?\s*|numero\s*|de numero\s*|eh?\s+|[:#]\s*)?#?\s*"
    rf"(\d[\d./-]*\d|\d)(?![\d,]*[.,]?\d|\s*(?:reais|real|pila|conto|mil\b|k\b))"
)
_NOT_AN_ORDER = re.compile(r"\b(?:total|valor|soma|custo)\b[^,;\n]*$")
_SLASHED_ORDER = re.compile(r"\b(?:nº|n°|numero|num\.?|no\.)\s*\d+(?:[./-]\d+)*\b")
_CEP = re.compile(
    r"\bcep\b\s*:?\s*\d{2}\.?\d{3}-?\s?\d{3}\b|(?<![\d.,/-])\d{5}-\d{3}(?![\d-])|"
    r"(?<![\d.,])\d{2}\.\d{3}-\d{3}(?![\d-])"
)
_PHONE_WORDS = (
    r"(?:fone|telefone|tel|cel|celular|whats|whatsapp|whatts|zap|zapzap|wpp|contato|ramal|"
    r"liga(?:r)?(?: no| pra| para)?|"
    r"me chama no|chama no|chamar no|falar no|numero dele|numero dela)"
)
_LABELED_PHONE = re.compile(
    rf"\b{_PHONE_WORDS}\s*(?:e|eh|dele|dela|:|-|do \w+|"
    rf"da \w+)?\s*(?:\+?55\s?)?\(?\d{{2}}\)?[\s.-]*9?[\s.]?\d{{4}}[\s.-]?\d{{4}}(?!\d)"
    rf"|\b{_PHONE_WORDS}\s*(?:e|eh|:|-)?\s*9?\s?\d{{4}}[\s.-]?\d{{4}}(?!\d)"
)
_PHONE = re.compile(
    r"\+\s?55\s?\(?\d{2}\)?[\s.-]*9?[\s.]?\d{4}[\s.-]?\d{4}(?!\d)"
    r"|\(\s?0?\d{2}\s?\)\s*9?[\s.]?\d{4}[\s.-]?\d{4}(?!\d)"
    r"|(?<![\d./-])\d{2}\s9?\s?\d{4}-\d{4}(?![\d-])"
    r"|(?<![\d./-])\d{2}\s9\d{4}\s\d{4}(?![\d-])"
    r"|(?<![\d./-])9?\d{4}-\d{4}(?![\d-])"
    r"|\b0[3589]00[\s.-]?\d{3}[\s.-]?\d{4}\b"
)
_TIMES = re.compile(
    r"\b(?:[01]?\d|2[0-3])\s?h(?:\s?[0-5]\d)?(?:\s?min)?\b(?!\s*(?:de|da|do)\s+(?:servic|trabalh|"
    r"consult|aula))"
    r"|\b(?:[01]?\d|2[0-3]):[0-5]\d\b"
)
_LONG_NUMBERS = re.compile(r"(?<![0-9a-z])\d{16,}(?![0-9a-z])|(?:\d{4,5}[ .]){5,}\d+")
_BARE_PHONE = re.compile(r"(?<![0-9a-z.,/-])\d{10,13}(?![0-9a-z/-]|[.,]\d)")
_CALLED_MONEY = re.compile(r"(?:r\$|\bvalor\b|\btotal\b|\bpreco\b)[^,;\d]{0,12}$")
_SPLIT_KEY = re.compile(r"\bchave(?: de acesso)?\b[^\d\n]{0,10}[\d\s]{40,}")


def take_links(canvas: Canvas) -> None:
    """Take links and e-mail addresses before any digit is read."""
    canvas.take_all(LINKS)
    canvas.take_all(_SPLIT_KEY)


def take_numbered(canvas: Canvas) -> None:
    """Take the numbers of orders, contracts and papers, and phones that are called phones."""
    for match in list(_NUMBERED.finditer(canvas.plain)):
        is_named = _NOT_AN_ORDER.search(canvas.segment_before(match.start()))
        if not is_named and not _is_money(match[1]) and not _is_document(match[1]):
            canvas.take(*match.span())
    canvas.take_all(_SLASHED_ORDER)
    canvas.take_all(_LABELED_PHONE)


def take_others(canvas: Canvas) -> None:
    """Take phones, CEP and clock times. Documents are already taken."""
    for pattern in (_CEP, _PHONE, _TIMES):
        canvas.take_all(pattern)
    for match in list(_BARE_PHONE.finditer(canvas.plain)):
        if is_phone(match[0]) and not _CALLED_MONEY.search(canvas.segment_before(match.start())):
            canvas.take(*match.span())
    for match in list(_LONG_NUMBERS.finditer(canvas.plain)):
        if not _CALLED_MONEY.search(canvas.segment_before(match.start())):
            canvas.take(*match.span())


def is_mobile(digits: str) -> bool:
    """Whether eleven digits are also a mobile number."""
    return len(digits) == 11 and digits[:2] in AREA_CODES and digits[2] == "9"


def is_phone(digits: str) -> bool:
    """Whether 10 to 13 digits may be a phone, with or without the country."""
    local = digits[2:] if len(digits) in {12, 13} and digits.startswith("55") else digits
    if local[:2] not in AREA_CODES:
        return False
    return (len(local) == 11 and local[2] == "9") or (len(local) == 10 and local[2] in "23456789")


def _is_document(text: str) -> bool:
    return is_cnpj(text) or is_cpf(text)


def _is_money(text: str) -> bool:
    return re.fullmatch(r"\d{1,3}(?:\.\d{3})+|\d+\.\d{2}", text) is not None

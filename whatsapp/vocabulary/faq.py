"""Questions with a fixed answer (PRODUCT.md §5.8)."""

import re
from enum import StrEnum

from whatsapp.reading.canvas import fold_letters, normalize


class Faq(StrEnum):
    WHICH_CNPJ = "F1"
    CPF_TOO = "F2"
    DOTS = "F3"
    UNKNOWN_CNPJ = "F4"
    LIMITS = "F5"
    TAX_INCLUDED = "F6"
    AMOUNT_FORM = "F7"
    DESCRIPTION = "F8"
    INSTALLMENTS = "F9"
    HOW_IT_WORKS = "F10"
    ISS = "F11"
    CANCEL_ISSUED = "F12"
    PRODUCTS = "F13"
    HOW_MANY = "F14"
    OTHER_MONTH = "F15"
    WHO_SEES = "F16"


_ASKS = re.compile(
    r"\?|^\s*(?:\w+[, ]+){0,4}?(?:qual|quais|quanto|quantas|quantos|como|quando|onde|por que|pq|o que|"
    r"oq|quem|posso|pode|da pra|da para|tem como|precisa|voces|vcs|vc|voce|aceita|serve|consigo|"
    r"nao sei|eu nao sei|e se|tem que)\b"
)
_PATTERNS: list[tuple[Faq, re.Pattern[str]]] = [
    (Faq.UNKNOWN_CNPJ, re.compile(
        r"\b(?:nao (?:sei|tenho|lembro)|esqueci|sem|perdi)\b.{0,25}\b(?:cnpj|cpf|documento)\b"
    )),
    (Faq.DOTS, re.compile(
        r"\b(?:ponto|pontos|pontuacao|traco|barra|mascara|so (?:os )?numeros|com letra|tem letra)\b"
    )),
    (Faq.CPF_TOO, re.compile(
        r"\b(?:pode|aceita|serve|da pra|posso|tem como|consigo|emite|faz)\b.{0,40}\b(?:cpf|"
        r"pessoa fisica|pf)\b|\bcpf (?:serve|pode|tambem)\b"
    )),
    (Faq.PRODUCTS, re.compile(
        r"\b(?:produto|produtos|mercadoria|mercadorias|nf-?e\b(?! de servico)|nfc-?e|danfe|venda|"
        r"cupom fiscal)\b"
    )),
    (Faq.INSTALLMENTS, re.compile(r"\b(?:parcel\w+|em \d+ ?x|em \d+ vezes|dividir|varias vezes)\b")),
    (Faq.ISS, re.compile(
        r"\b(?:iss|issqn|aliquota)\b|\b(?:quanto|qual)\b.{0,25}\b(?:imposto|tributo|taxa)"
    )),
    (Faq.TAX_INCLUDED, re.compile(
        r"\b(?:com|sem|inclui\w*|incluso|ja tem|bruto|liquido|descont\w+)\b.{0,18}\b(?:imposto\w*|"
        r"liquido|bruto|tributo\w*|retenc\w+)\b"
    )),
    (Faq.AMOUNT_FORM, re.compile(
        r"\b(?:formato|virgula|como (?:escrevo|mando|coloco|digito|boto|ponho) o valor|jeito)\b"
    )),
    (Faq.LIMITS, re.compile(
        r"\b(?:valor )?(?:minimo|maximo|limite|teto|ate quanto|qualquer valor|quanto posso)\b"
    )),
    (Faq.CANCEL_ISSUED, re.compile(r"\b(?:cancel\w+|anular|estornar)\b")),
    (Faq.HOW_MANY, re.compile(
        r"\bquantas\b.{0,30}\b(?:notas?|nfs?)\b|\bquanto\b.{0,20}\b(?:emiti|faturei|tirei|deu o mes)\b"
    )),
    (Faq.OTHER_MONTH, re.compile(
        r"\b(?:outro mes|mes passado|mes anterior|retroativ\w+|data (?:de|do|passada|anterior|antiga|"
        r"retroativa)|outra data|mes que vem|atrasad\w+|competencia)\b"
    )),
    (Faq.WHO_SEES, re.compile(
        r"\bquem (?:mais )?(?:ve|le|tem acesso|enxerga|recebe (?:isso|essas))\b|\b(?:sigilo|"
        r"privacidade|seguro|lgpd|meus dados)\b"
    )),
    (Faq.DESCRIPTION, re.compile(
        r"\b(?:descricao|descrever|discriminacao|o que (?:escrevo|coloco|ponho|boto)|tamanho|"
        r"quantas letras|quantos caracteres)\b"
    )),
    (Faq.WHICH_CNPJ, re.compile(
        r"\b(?:qual|que|de quem|meu|o meu|cnpj de)\b.{0,25}\b(?:cnpj|documento)\b|"
        r"\bcnpj\b.{0,20}\b(?:meu|dele|do cliente|de quem|qual)\b"
    )),
    (Faq.HOW_IT_WORKS, re.compile(
        r"\bcomo (?:que )?(?:e que )?(?:funciona|faz|faco|emito|uso|isso)|o que (?:voce|vc)s? (?:faz|"
        r"fazem)\b|\bo que (?:eu )?(?:preciso|tenho que) (?:mandar|enviar|informar|passar)|"
        r"quais (?:os )?dados\b"
    )),
]  # fmt: skip


def find_faq(text: str) -> Faq | None:
    """Return the fixed answer that a question asks for, or None. A statement is no question."""
    plain = " ".join(fold_letters(normalize(text)).split())
    if not _ASKS.search(plain):
        return None
    return next((faq for faq, pattern in _PATTERNS if pattern.search(plain)), None)


def is_question(text: str) -> bool:
    """Whether a message asks: by its mark, its first words, or by asking to be told."""
    plain = " ".join(fold_letters(normalize(text)).split())
    return "?" in plain or _STARTS_ASKING.match(plain) is not None or _WANTS_TO_KNOW.search(plain) is not None


_STARTS_ASKING = re.compile(
    r"(?:(?:e|mas|oi|ola|so uma duvida|uma duvida|duvida|antes|sim|ok|peraí|pera|calma)[, ]+)*(?:qual|"
    r"quais|quanto|quanta|quantas|quantos|como|onde|por que|porque|pq|o que|oq|quem|posso|da pra|"
    r"da para|tem como|sera que|e se)\b"
)
_WANTS_TO_KNOW = re.compile(
    r"\b(?:confirma|confirme|confere|confira|verifica|ve|me (?:diz|fala|explica|lembra|mostra|passa|"
    r"informa|confirma|responde)|quero saber|queria saber|gostaria de saber|tenho (?:uma )?duvida|"
    r"to com duvida|repassa)\b.{0,20}\b(?:pra mim|para mim|o cnpj|o cpf|o valor|a descricao|o nome|"
    r"o documento|a data|o iss|o imposto|se|qual|quanto|como|antes|duvida)\b|\btenho uma (?:duvida|"
    r"pergunta)\b|\b(?:queria|quero) saber\b"
)

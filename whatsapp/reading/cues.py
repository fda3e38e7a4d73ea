"""Words that take something back: between two values the last one counts, or a value is the wrong one."""

import re

from whatsapp.reading.canvas import Canvas

CORRECTION = re.compile(
    r"\b(?:na verdade|corrig\w+|correcao|muda(?:r|ndo)?|mudei|troca(?:r|ndo)? (?:por|para|pra)|"
    r"errad[oa]|errei|me enganei|engano|o certo|o correto|"
    r"certo e|correto e|digo|quer dizer|quis dizer|queria dizer|ops|opa|oops|epa|alias|perdao|"
    r"desculpa?|desculpe|foi mal|apaga|"
    r"ignora|esquece|melhor|vamos de|agora e|passou a|passa a|virou|so que|retifico|retificando|confundi|"
    r"lembrei|nao,? nao|nao,|nao!|nao\.|nao;|nao:|nao -|nao\s*\n|nao e (?:esse|essa|isso|este)|"
    r"e (?:sim|na verdade)|substitu\w+|mas (?:e|o|a))"
)
_NEGATED_BEFORE = re.compile(
    r"(?:\bnao e(?: mais)?(?: o| a| de)?|\bnao era(?: o| a)?|\bem vez d[eo](?: o| a)?|"
    r"\bao inves d[eo](?: o| a)?|\be nao(?: o| a| e)?|\bno lugar d[eo]|"
    r"\bnao (?:vale|usa|use|considera|o|a|sao))\s*(?:cnpj|cpf|valor|r\$)?\s*:?\s*$"
)
_NEGATED_BEHIND = re.compile(
    r"^\s*(?:\(?\s*(?:ta |esta |era )?(?:errado|errada|antigo|velho|incorreto)|nao (?:vale|serve|"
    r"e mais|existe)|"
    r"esta errado|ta errado|foi engano)"
)


def is_negated(canvas: Canvas, start: int, end: int) -> bool:
    """Whether the words around a value reject it: "não é X", "em vez de X", "X está errado"."""
    before = canvas.segment_before(start, reach=40)
    after = canvas.segment_after(end, reach=30)
    return bool(_NEGATED_BEFORE.search(before) or _NEGATED_BEHIND.search(after))

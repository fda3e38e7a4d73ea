"""What the words around a number say of it: total, net, unit price, installment, a count of things."""

import re
from enum import StrEnum

from whatsapp.reading.canvas import TAKEN, Canvas
from whatsapp.reading.tokens import Number


class Role(StrEnum):
    FINAL = "final"
    STATED = "stated"
    GROSS = "gross"
    NET = "net"
    DOWN_PAYMENT = "down_payment"
    UNIT = "unit"
    INSTALLMENT = "installment"
    APPROXIMATE = "approximate"
    DISCOUNT = "discount"
    PLUS = "plus"


_BEFORE: list[tuple[Role, re.Pattern[str]]] = [
    (Role.FINAL, re.compile(
        r"(?:=|(?:^|,)\s*(?:ai |entao |isso |tudo )?da(?=\s*(?:r\$)?\s*$)|\b(?:total\w*|tot|"
        r"fica(?:m|ndo|ria|ra)?|ficou|ficaram|fech\w+|ao todo|no todo|soma\w*|"
        r"deu|sai(?:u|ram)?|finais|final|acert\w+|acord\w+|"
        r"combin\w+|cobr\w+|virou|arredond\w+|negoci\w+|valor (?:da nota|cheio|"
        r"fechado|cobrado|combinado|acertado)|"
        r"tudo(?: junto)?|emit\w+ (?:de|com|por)|nota sai)\b)(?:(?!\b(?:sendo|entrada|sinal|mais|menos|"
        r"parte)\b)[^0-9]){0,26}$")),
    (Role.STATED, re.compile(r"\bnota (?:fiscal )?(?:de|no valor de)\b[^0-9]{0,16}$")),
    (Role.GROSS, re.compile(r"\b(?:brut[oa]s?|cheio|valor cheio|sem desconto)\b[^0-9]{0,16}$")),
    (Role.NET, re.compile(
        r"\b(?:liquid[oa]s?|limp[oa]s?|na mao|livres?|cai|cair|sobra\w*|sobrar|recebo|receber|receba|"
        r"fico com|me sobra|entra|"
        r"depois d[oa]s? (?:impostos?|descontos?))\b[^0-9]{0,22}$")),
    (Role.DOWN_PAYMENT, re.compile(
        r"\b(?:(?<!de )(?<!da )(?<!do )(?:entrada|sinal)|adiant\w*|antecip\w*|ja (?:pag\w+|paguei|"
        r"recebi|deu|depositou|fez pix de)|"
        r"pagou|falta[mn]?|faltando|restante|resto|resta[mn]?|saldo)\b[^0-9,]{0,18}$")),
    (Role.UNIT, re.compile(
        r"(?:\b(?:cada|unitario|unidade|por hora|hora|diaria|a unidade)\b[^0-9,]{0,12}|"
        r"\b\d+\s*(?!reais\b|conto|pila|mil\b|k\b|com\b|e\b|no\b|na\b|em\b|o\b|a\b|de\b|pra\b|por\b|"
        r"para\b)[a-z]+(?: [a-z]+)?\s*(?:a|de|x|por|à)\s*(?:r\$)?\s*)$")),
    (Role.INSTALLMENT, re.compile(
        r"(?:\b\d+\s*x|\bvezes|\bparcelas?|\bprestacoes|\bmensalidades|\bmensais)\s*(?:iguais|"
        r"fixas)?\s*(?:de|por|a)?\s*(?:r\$)?\s*$")),
    (Role.APPROXIMATE, re.compile(
        r"\b(?:uns|umas|cerca de|aproximad\w+|mais ou menos|por volta de|em torno de|quase|entre|"
        r"de uns|no maximo|no minimo|ate|a partir de|algo como|"
        r"acho que(?: (?:e|foi|deu|da|uns))?|talvez|tipo(?: uns)?|coisa de|na faixa d[eo]s?|minimo|"
        r"maximo|beirando|"
        r"nao sei se)\s*(?:r\$)?\s*$")),
    (Role.DISCOUNT, re.compile(
        r"\b(?:desconto|abat\w+|descont\w+|menos|tira\w*|deduz\w*|reembolso)\s*(?:de|d[oa]s?|os|"
        r"uns)?\s*(?:r\$)?\s*$")),
    (Role.PLUS, re.compile(
        r"(?:\+|\b(?:mais|acrescimo de|taxa de|somad[oa] (?:a|com)|alem de))\s*(?:os |uns |"
        r"umas )?(?:r\$)?\s*$"
    )),
]  # fmt: skip
_BEHIND: list[tuple[Role, re.Pattern[str]]] = [
    (Role.FINAL, re.compile(
        r"\s*(?:reais )?(?:,? ?(?:no total|ao todo|total|fechad[oa]s?|final|finais|ja com|tudo|"
        r"no geral|de total|por tudo|pelo total|o total|"
        r"valor final|valor total|cravad[oa]s?|pra fechar|na nota))\b")),
    (Role.GROSS, re.compile(r"\s*(?:de |em |no )?(?:valor )?(?:brut[oa]s?|cheios?)\b")),
    (Role.NET, re.compile(
        r"\s*(?:reais )?(?:de |em |no )?(?:valor )?(?:liquid[oa]s?|limp[oa]s?|livres?|na mao|no bolso|"
        r"na minha mao|na conta)\b"
    )),
    (Role.DOWN_PAYMENT, re.compile(
        r"\s*(?:reais )?(?:de |como |na |no |pra )?(?:entrada|sinal|adiant\w*|antecipad\w*|agora e|"
        r"na hora e|a vista e|ja pag\w*|ja receb\w*)\b")),
    (Role.UNIT, re.compile(
        r"\s*(?:reais )?(?:/\s*(?:h\b|hora|hr|mes|dia|un|m2|m²|m\b|aula|visita|kg|km|ponto|peca)|"
        r"por (?:hora|aula|visita|dia|mes|unidade|metro|m2|m²|peca|pessoa|"
        r"sessao|ponto|km|quilo|kg|cabeca|aluno|funcionario|semana|noite|turno|item|maquina|foto|"
        r"pagina|post|video|quilometro|viagem|consulta|hectare|saca|porta|camera)|"
        r"a (?:hora|aula|visita|diaria|unidade|sessao|peca|pagina|viagem|consulta|noite|saca)|"
        r"o (?:metro|dia|quilo|m2|m²|ponto|km|mes|kg|post|turno|quilometro|hectare)|"
        r"cada|cd|(?:a )?unidade|mensais|mensal|por mes|ao mes|p/ (?:hora|dia|mes)|a hora)(?![a-z])")),
    (Role.INSTALLMENT, re.compile(r"\s*(?:reais )?(?:cada parcela|por parcela|a parcela|mensais)\b")),
    (Role.APPROXIMATE, re.compile(
        r"\s*(?:reais )?(?:e pouco|e poucos|e pouquinho|e tanto|e tantos|e alguma coisa|e bolinha|"
        r"e uns quebrados|e quebrad\w+|mais ou menos|\+-|aproximad\w+|"
        r"por ai|ou por ai|no maximo|no minimo|ou mais|ou menos|mais uns|acho|talvez|eu acho|"
        r"ou (?:r\$ ?)?\d|a (?:r\$ ?)?\d{2,}|ate (?:r\$ ?)?\d|(?:,|e) acho)(?![a-z])")),
    (Role.DISCOUNT, re.compile(
        r"\s*(?:reais )?(?:,? ?(?:menos|com desconto|com \d+ ?% de desconto|descontando|descontad\w+|"
        r"abatendo|tirando|-\s*\d|com (?:r\$ ?)?\d\S* (?:reais )?de desconto|de desconto))(?![a-z])")),
    (Role.PLUS, re.compile(
        r"\s*(?:reais )?(?:\+|,? ?mais (?:o|a|os|as|iss|imposto\w*|material|materiais|pecas?|"
        r"deslocamento|taxa|r\$|\d|uns|um|frete|viagem)|e mais \d|fora (?:o|a|os|as)|"
        r"sem (?:contar|o material|as pecas|material)|acrescid\w+)(?![a-z])")),
]  # fmt: skip

_SURE_LABEL = re.compile(
    r"\b(?:valor\w*|vlr|vl|total\w*|preco|custo|custou|cobr\w+|deu|ficou|fica|fech\w+|saiu|honorarios|"
    r"mensalidade|nota(?: fiscal)?(?: de)?|notinha(?: de)?|nfs?-?e? de|"
    r"por|recebi|bruto|quantia)\s*(?:total|final|bruto|cheio|fechado)?\s*(?:da nota|do servico|"
    r"de servico|do trabalho|d[ao] os|combinado|cobrado)?\s*(?:eh|e|foi|fica|ficou|sera|vai ser|em|de|"
    r"por|ser)?\s*[:=-]?\s*$"
)
_IDENTIFIER_BEFORE = re.compile(
    r"\b(?:aro|tamanho|tam|cor|safra|grau|rodada|mod|motor|gol|uno|palio|celta|linha|sala|salas|ap|"
    r"apto|apartamento|galpao|bloco|loja|box|n|nº|num|numero|unidade|lote|andar|"
    r"linha|fase|etapa|parte|modulo|versao|turma|grupo|modelo|nivel|nr|iso|art|artigo|lei|"
    r"quadra|qd|casa|rua|avenida|av|br|rs|rodovia|km|placa|torre|posto|capitulo|aula|windows|iphone|"
    r"galaxy|android|office|semana|dia|dias|turno|item|tabela|anexo|formulario|ate|"
    r"filial|ponto|maquina|caminhao|onibus|trator|motor|s10|covid|g|super|top|plano|camara|setor|"
    r"pavilhao|silo|poco|elevador|impressora|pdf|xml|via|protocolo)\s*(?:n[º°o.]*|numero|:)?\s*$"
)
_UNIT_BEHIND = re.compile(
    r"\s?(?:%|por cento|x\b|vezes\b|parcelas?\b|prestac\w+|horas?\b|hs?\b|hrs?\b|min(?:utos?)?\b|"
    r"dias?\b|semanas?\b|mes(?:es)?\b|anos?\b|diarias?\b|visitas?\b|aulas?\b|sess(?:ao|oes)\b|"
    r"unidades?\b|un\b|und\b|unid\b|pecas?\b|metros?\b|mts?\b|m\b|m2\b|m²|m³|m3\b|cm\b|mm\b|km\b|"
    r"quilometros?\b|kg\b|quilos?\b|g\b|ton(?:eladas?)?\b|litros?\b|l\b|ml\b|btus?\b|watts?\b|w\b|kw\b|"
    r"kwp\b|kva\b|volts?\b|v\b|amperes?\b|a\b(?=\s*\d)|polegadas?\b|pol\b|pessoas\b|alunos\b|"
    r"funcionarios\b|cameras?\b|pontos?\b|portas?\b|janelas?\b|andares\b|salas?\b|quartos?\b|"
    r"paginas?\b|"
    r"fotos?\b|videos?\b|posts?\b|reels\b|artes?\b|computadores\b|maquinas?\b|pneus?\b|hectares?\b|"
    r"ha\b|alqueires?\b|sacas?\b|cabecas?\b|viagens\b|fretes\b|consultas?\b|hp\b|cv\b|gb\b|tb\b|mb\b|"
    r"ar(?:es)? condicionados?\b|splits?\b|noites?\b|turnos?\b|etapas?\b|modulos?\b|empregados?\b|"
    r"colaboradores\b|convidados\b|"
    r"anos de|[oaº°ª]\b(?=\s*(?:andar|turno|via|parcela|etapa|ano|trimestre|semestre|lugar)))"
)
_PLURAL_BEHIND = re.compile(
    r"\s+(?!reais|mais|menos|depois|apos|pras|pros|dos|das|nos|nas|aos|gas|tras)[a-z]{3,}s\b"
)
_SINGULAR_BEHIND = re.compile(
    r"\s+(?:aula|visita|diaria|consulta|sessao|viagem|hora|semana|mes|ano|dia|foto|video|arte|post|"
    r"pagina|porta|janela|"
    r"sala|quarto|camera|peca|maquina|pneu|ponto|unidade|noite|turno|etapa|modulo|metro|parcela|split)\b"
)
_LARGE_COUNT = 5_000
_MANY = 10_000


def list_roles(canvas: Canvas, number: Number) -> frozenset[Role]:
    """Return what the words before and behind a number say of it."""
    before = _before(canvas, number)
    behind = _behind(canvas, number)
    close = before.rpartition(",")[2] if before.rpartition(",")[2].strip(" r$") else before
    roles = {role for role, pattern in _BEFORE if pattern.search(close)}
    roles |= {role for role, pattern in _BEHIND if pattern.match(behind)}
    return frozenset(roles)


def behind_end(canvas: Canvas, number: Number) -> int:
    """Return where the words behind a number that tell its role end: "por hora", "no total"."""
    behind = _behind(canvas, number)
    ends = [match.end() for _, pattern in _BEHIND if (match := pattern.match(behind))]
    return number.end + max(ends, default=0)


def labels_money(canvas: Canvas, number: Number) -> bool:
    """Whether a word right before a number makes it an amount: "valor 1500", "deu 300", "nota de 200"."""
    before = _before(canvas, number)
    if number.cents is not None and number.cents < 2000 and not _SURE_LABEL.search(before):
        return False
    return _SURE_LABEL.search(before) is not None


def is_quantity(canvas: Canvas, number: Number) -> bool:
    """Whether a number counts or names something: "3 câmeras", "sala 302", "40 horas", "10%"."""
    if number.strength == 3:
        return False
    before, behind = _before(canvas, number), canvas.plain[number.end : number.end + 30]
    if number.in_words:
        return bool(re.match(r"\s*(?:%|por cento)", behind)) or _is_name(canvas, number)
    if _UNIT_BEHIND.match(behind) and not (_SINGULAR_BEHIND.match(behind) and _is_large(number)):
        return True
    if _IDENTIFIER_BEFORE.search(before) and not _SURE_LABEL.search(before):
        return True
    if number.strength > 1 or number.cents is None:
        return False
    if re.match(r"\s*(?:x|\*)\s*\d", behind):
        return True
    return abs(number.cents) < _MANY and bool(_PLURAL_BEHIND.match(behind)) and not _SURE_LABEL.search(before)


def _is_large(number: Number) -> bool:
    """Whether a number is too large to count the one thing behind it: "600 aula de inglês" is an amount."""
    return number.cents is None or number.cents >= _LARGE_COUNT


def _is_name(canvas: Canvas, number: Number) -> bool:
    """Whether a number word is part of a name: "Mil Flores", "Sete Ondas", "Cem Dúvidas"."""
    words = canvas.text[number.start : number.end]
    behind = re.match(r"\s+([^\W\d_]\w*)", canvas.text[number.end :])
    is_title = words[:1].isupper() and not words.isupper()
    return is_title and behind is not None and behind[1][:1].isupper()


def _before(canvas: Canvas, number: Number) -> str:
    return canvas.segment_before(number.start, reach=48).rpartition(TAKEN)[2]


def _behind(canvas: Canvas, number: Number) -> str:
    return canvas.segment_after(number.end, reach=40).partition(TAKEN)[0]

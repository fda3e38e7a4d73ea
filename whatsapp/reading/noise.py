"""Words that ask, greet, name a field or lead to an amount: never part of a description (PRODUCT.md §5.5)."""

import re

_GREETING = (
    r"oi+e?|ola+|opa+|e ?a[ie]+|eai+|eae+|fala+|salve|alo+|hey|ei|bom dia|boa tarde|boa noite|"
    r"bom diaa*|bdia|btarde|dia|tudo (?:bem|bom|certo|joia)|td (?:bem|bom|certo)|"
    r"como vai|tranquilo|beleza|blz|amig[oa]|quer[ie]d[oa]|meu (?:querido|amigo|bem|caro)|"
    r"minha (?:querida|amiga|flor)|mo[cç][oa]|chefe|parceiro|gente|pessoal|galera|turma|doutor[a]?|"
    r"dr\.?|dra\.?|"
    r"tche|bah|uai|oxe|mano|cara|guri|guria|vei|entao|assim|olha|olhe|escuta|seguinte|e o seguinte|bom|"
    r"bem|ah|ta|ok|certo|por favor|porfavor|pfv+r?|pf|favor|por gentileza|gentileza|"
    r"assistente|robo|bot|nitro"
)
_REQUEST = (
    r"preciso(?: que)?|precisava|precisamos|precisando|necessito|quero|queria|gostaria|gostaria de|"
    r"desejo|solicito|vou precisar|vou querer|vamos|bora|pode|podem|poderia|podes|pode ser|consegue|"
    r"consegues|conseguem|tem como|da pra|da para|"
    r"me|nos|mim|faz|faca|fazer|faze|fazendo|fas|emite|emitir|emita|emiti|emitam|gera|gerar|gere|tira|"
    r"tirar|tire|lanca|lancar|lance|solta|soltar|solte|manda|mandar|mande|anota|anotar|anote|envia|"
    r"enviar|envie|cria|criar|crie|"
    r"abre|abrir|prepara|preparar|prepare|providencia|providenciar|registra|registrar|bota|botar|"
    r"coloca|colocar|poe|por|sai|sair|segue|seguem|segue (?:os )?dados|"
    r"seria|vai|vao|vou|tirar|tirem|"
    r"fecha|fechar|faturar|fatura|fature|escreve|"
    r"que|voce|voces|vc|vcs|tu|ai|aqui|la|agora|ja|hoje|rapid\w+|urgente|urgencia|com urgencia|"
    r"quando (?:puder|der)|assim que (?:puder|der)|se (?:puder|der|possivel)|la vai|lah|pra (?:mim|"
    r"gente|nos|hoje|ontem|agora)|para (?:mim|nos|hoje)|"
    r"uma|um|mais uma|mais um|outra|outro|nova|novo|de novo|(?:a|uma|essa|esta|outra|aquela|minha|"
    r"as)?\s*(?:nota|notinha|notas|nota fiscal|nf|nfe|nfse|nfs-e|nf-e|nfs|nota fiscal de servicos?|"
    r"nota de servicos?|fiscal)(?: fiscal)?(?: eletronica)?|"
    r"emissao(?: d[ae])?|pedido|dados(?: da nota)?|informacoes"
)
_MONEY = (
    r"valor(?: (?:da nota|do servico|total|final|bruto|liquido|cheio|fechado|combinado))?|no valor|vlr|"
    r"vl|preco|custo|custou|custa|total(?: da nota| geral| do servico| da os| da)?|no total|ao todo|"
    r"totalizando|somando|soma|r\$|reais|real|conto|contos|pila|pilas|"
    r"ficou(?: em| por)?|fica(?: em| por)?|fech(?:ei|ou|amos|ado|ada)(?: em| por| com| no)?|deu|dando|"
    r"saiu(?: por)?|sai(?: por)?|cobr(?:ei|ar|amos|ado|ando)|custando|sendo|liquido|limpo|limpinho|"
    r"bruto|livre|na mao|cheio|redondo|certinho|exatos?|apenas|somente|so|"
    r"cai|pra mim|tem que sobrar|sobrar|sobra|uns|umas|cerca de|aproximadamente|mais ou menos|"
    r"no maximo|no minimo|maximo|minimo|e pouco|ate|cada|por hora|de entrada|de sinal|"
    r"parcelado|a vista|no pix|no cartao|no boleto|via pix|"
    r"de mao de obra|mao de obra|de material|material|materiais|de pecas|pecas|em pecas|e pecas|menos|"
    r"com desconto|ja com desconto|desconto|de desconto|digo|ops|aliais|alias|quer dizer|na verdade|"
    r"o certo e|apaga|errei|corrigindo|corrigi|perdao|desculpa|nao|"
    r"o correto e|certo e|zero|nao e|era|em vez de|em nome|no nome|acho que|acho|talvez|virou|agora e|"
    r"cravado|fora a parte|como combinado|combinado|conforme combinado"
)
_LABELS = (
    r"cnpj|cpf|cgc|documento|doc|numero|n[º°]|tomador[a]?|cliente|clientes|novo|nova|antigo|dele|dela|"
    r"deles|delas|dados|nome|razao social|prestador|competencia|ref\.?|data|pagador|quem paga|"
    r"contratante|"
    r"servico(?:s)?(?: (?:prestados?|executados?|realizados?|feitos?))?|descricao(?: do servico)?|"
    r"discriminacao(?: do servico)?|desc|descr|descrito como|descrevendo|obs|o servico (?:foi|e|eh)|"
    r"foi|fiz|fizemos|fizeram|feito|feita|realizado|executado|"
    r"referente(?: a| ao| aos| as)?|relativ[oa] (?:a|ao)|pertinente a|sobre|a titulo de|proveniente de|"
    r"correspondente a|a gente e|somos|boleto|vencimento|vence|pagamento|telefone|fone|whats|zap|tel|"
    r"cep|e-?mail|pedido|protocolo|os|o\.s|"
    r"a serem|juntos|faturado|faturar"
)
_LINKING = (
    r"de|da|do|das|dos|d|e|eh|a|o|as|os|ao|aos|com|c/|por|pela|pelo|pelas|pelos|para|pra|pro|pras|pros|"
    r"p/|p|em|no|na|nos|nas|num|numa|que|q|mais|dai|isso|essa|esse|esta|este|desse|dessa|deste|desta|"
    r"referente|era|sao|sera|tambem|tb|mas|"
    r"ser|foram|eu|ele|ela|eles|elas|eu sou|sou|meu|minha|nosso|nossa|nos|contra|duma|dum|so"
)
_THANKS = (
    r"obrigad[oa]+|brigad[oa]+|obg|obgd[oa]?|vlw|valeu+|tks|thanks|grat[oa]|agradeco|agradecid[oa]|"
    r"abracos?|abs|att|atenciosamente|ne|viu|hein|beleza|fechou|tmj|bjs?|beijos?|bom trabalho|desde ja|"
    r"no aguardo|aguardo"
)
_WORD_END = r"(?![\w-])"
_LEADING = re.compile(
    rf"[\s\-–—:.•*>#=+/,]*(?:(?:{_GREETING}|{_REQUEST}|{_MONEY}|{_LABELS}|{_LINKING}|"
    rf"{_THANKS}){_WORD_END}[\s\-–—:.•*>#=+/,]*)*"
)
_TRAILING_WORDS = (
    rf"{_THANKS}|valor(?: (?:total|final|da nota|do servico|bruto|de))?|no valor(?: de)?|vlr|r\$|"
    rf"reais|total(?: de| da nota)?|no total|"
    r"ao todo|ficou(?: em| por)?|fica(?: em| por)?|fech(?:ei|ou|amos|ado)(?: em| por)?|que deu|deu|"
    r"saiu(?: por)?|custou|custa|"
    r"cobr(?:ei|ar|amos|a|ando)|por|preco|sendo|uns|umas|limpo|liquido|bruto|show|por favor|pfv+r?|"
    r"pf|urgente|com urgencia|"
    r"hoje|agora|ja|ok|blz|ta|ai|no cnpj|cnpj|cpf|(?<!ao )(?<!do )(?<!de )cliente|tomador[a]?|"
    r"quem paga|p/|de|da|do|das|dos|e|eh|"
    r"a|o|as|os|ao|com|pela|pelo|para|pra|pro|em|no|na|que|foi|pra mim|pra gente|ref\.?|"
    r"referente(?: a)?|competencia|"
    r"feit[oa]|realizad[oa]|executad[oa]|fiz|emite|manda|pode emitir|pode mandar|em nome|no nome|"
    r"nao|digo|ops|"
    r"na verdade|o certo|o correto"
)
_TRAILING = re.compile(rf"(?:^|(?<=[\s\-–—:.,•*=+/()]))(?:{_TRAILING_WORDS})$")
_SEPARATORS = " \n-–—:.,•*=+/"
_REACH = 40
_LABOR = re.compile(
    r"mao de obra\s+(?:de|da|do|na|no|em|para|pra)\s+\w|material\s+(?:de|da|do|grafico|escolar|"
    r"didatico)\s*\w|pecas?\s+(?:publicitari|grafic|de teatro)"
)


def strip_noise(plain: str) -> tuple[int, int]:
    """Return where the content of a clause begins and ends. Equal: there is none."""
    start = _leading_end(plain)
    end = len(plain.rstrip(_SEPARATORS))
    while end > start and (match := _TRAILING.search(plain[max(start, end - _REACH) : end])):
        end = max(start, end - _REACH) + match.start()
        end = start + len(plain[start:end].rstrip(_SEPARATORS))
    return (start, end) if end > start else (start, start)


def _leading_end(plain: str) -> int:
    """Return where the leading noise ends: never in the middle of what it would break."""
    end = _LEADING.match(plain).end()  # type: ignore[union-attr]
    labor = _LABOR.search(plain)
    if labor and labor.start() < end:
        return labor.start()
    return end


def is_only_noise(plain: str) -> bool:
    """Whether a stretch holds no content word."""
    start, end = strip_noise(plain)
    return start == end

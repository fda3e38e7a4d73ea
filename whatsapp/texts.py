"""What the chat says (PRODUCT.md §5.8, §5.10): the only place of its sentences."""

from dataclasses import dataclass
from string import Formatter

from whatsapp.reading.values import Reason
from whatsapp.vocabulary.faq import Faq

TEXTS: dict[str, tuple[str, ...]] = {
    "T01": (
        "Oi, {nome}! Eu preparo suas notas por aqui. Me diga para quem é, o valor e o serviço.",
        "Olá, {nome}! Vamos de nota? Mande o CNPJ ou CPF do cliente, o valor e o que foi feito.",
    ),
    "T02": ("Oi! Sua nota para {tomador} está pela metade. Ainda preciso de {falta}.",),
    "T03": (
        "Olá! Este número ainda não está liberado para emitir notas. Peça o cadastro à sua contabilidade,"
        " é rapidinho.",
    ),
    "T04": ("De qual empresa é a nota? {lista} Responda com o número ou o nome.",),
    "T05": ("Vou usar *{empresa}*. Para mudar, mande *trocar empresa*.",),
    "T06": (
        "Anotado! Agora me diga só {campo}.",
        "Quase lá: me passa {campo}?",
    ),
    "T07": (
        "Para fechar a nota preciso de {lista}. Pode mandar tudo junto.",
        "Ainda me faltam {lista}, na ordem que quiser.",
    ),
    "T08": ("Conferi o {tipo} {doc} e os dígitos não batem. Pode olhar de novo?",),
    "T09": ("Esse {tipo} veio com {n} caracteres e deveria ter {certo}. Me manda outra vez?",),
    "T10": ("O valor precisa ser maior que zero. Quanto foi o serviço?",),
    "T11": ("Fiquei na dúvida: o valor é {a} ou {b}?",),
    "T12": ("Notas acima de {limite} são feitas pela contabilidade. Já avisei a {firma}.",),
    "T13": ("Conte um pouquinho mais do serviço, com pelo menos 10 letras.",),
    "T14": ('Consegue detalhar? Por exemplo: "manutenção do site em novembro".',),
    "T15": ('Para {tomador} o serviço costuma ser "{descricao}". Repito? Responda *sim* ou escreva outro.',),
    "T16": ("Não encontrei esse CNPJ na Receita. Confere para mim?",),
    "T17": ("{tomador} aparece como {situacao} na Receita. Emito assim mesmo?",),
    "T17_CLOSED": ("{tomador} está com o CNPJ baixado e não pode receber nota.",),
    "T18": ("A consulta de CNPJ está fora do ar. Guardei tudo e aviso assim que conseguir conferir.",),
    "T19": ("Esse é o CNPJ da sua empresa. Qual é o do cliente?",),
    "T20": ("Qual é o nome completo de quem tem esse CPF?",),
    "T21": ("Para esse cliente preciso também do CEP e do número.",),
    "T23": ("Seguimos com a nota de {valor} para {tomador}?",),
    "T24": (
        "Só emito com certeza. 🙂 Responda *sim* para emitir, *cancelar* para desistir, ou diga o que mudar.",
    ),
    "T25": ("Troquei {campo}. Olha como ficou:",),
    "T26": ("Um dado fiscal da empresa mudou desde o último espelho. Confira de novo:",),
    "T27": ("Combinado! Estou emitindo. Protocolo {protocolo}.",),
    "T28": ("Está demorando mais que o normal. Não precisa repetir: aviso assim que sair.",),
    "T29": ("O emissor está fora do ar. Guardei seu pedido e continuo tentando.",),
    "T30": (
        "Nota emitida! ✅ Número {numero}, {valor}, para {tomador}, em {data}. Protocolo {protocolo}. PDF "
        "e XML logo abaixo.",
    ),
    "T31": ("A nota não foi aceita e nada foi emitido: {motivo}. {passo}",),
    "T32": (
        "Não consegui emitir e nada foi emitido. Seus dados estão guardados: mande *tentar de novo*. "
        "Avisei a {firma}.",
    ),
    "T33": ("Tudo bem, parei por aqui e nada foi emitido. Se mudar de ideia hoje, mande *continuar*.",),
    "T34": ("A nota já foi enviada. Assim que sair, pergunto se você quer cancelar.",),
    "T35": ("Sua nota para {tomador} está esperando. Em 15 minutos eu fecho este pedido.",),
    "T36": ("Fechei o pedido por falta de resposta e nada foi emitido. Para retomar, mande *continuar*.",),
    "T37": ("Não há nada esperando confirmação. Quer fazer uma nota?",),
    "T38": ("Não há pedido aberto. Para cancelar uma nota emitida, mande *cancelar nota* e o número.",),
    "T39": ("Não entendi bem o áudio. Pode repetir ou escrever?",),
    "T40": ("Consigo ouvir até 2 minutos. Manda um resumo?",),
    "T41": ("Recebi o arquivo, mas só leio texto e áudio. Me conta o que precisa?",),
    "T42": ("Isso eu não consigo ler. Escreve ou manda um áudio?",),
    "T43": (
        "Imagina! Precisando, é só escrever.",
        "Eu que agradeço! Até a próxima nota.",
    ),
    "T44": ("Disso eu não entendo, mas de nota de serviço sim. Quer fazer uma?",),
    "T45": (
        "Posso: emitir nota, *repetir*, *minhas notas*, *segunda via*, *cancelar nota*, *trocar empresa* "
        "e chamar a contabilidade.",
    ),
    "T46": ("Em {mes}: {n} notas, {total}. Últimas: {lista}",),
    "T47": ("{frase}. {falta}",),
    "T48": ("Qual nota quer cancelar? {lista}",),
    "T49": ("Por quê? 1 erro nos dados · 2 serviço não feito · 3 outro. Conte em uma frase.",),
    "T50": ("Cancelar a nota {numero}, {valor}, {tomador}, motivo: {motivo}. Confirma?",),
    "T51": ("Pedido enviado à {firma}. Aviso quando responderem.",),
    "T52": ("Nota {numero} cancelada. O comprovante vai logo abaixo.",),
    "T53": ("Não deu para cancelar a nota {numero}: {motivo}. {passo}",),
    "T54": ("Peguei sua última nota. Confira:",),
    "T55": ("Você já começou: {resumo}. Troco tudo pela última nota, para {tomador}?",),
    "T56": ("Chamei a {firma}. Eles respondem por aqui; para voltar comigo, mande *voltar*.",),
    "T57": ("Voltei! {pendencia}",),
    "T58": ("Ainda não posso emitir por {empresa}: {motivo}. Avisei a {firma}.",),
    "T59": ("⚠️ Você já emitiu uma nota igual a esta nas últimas 24 horas, a {numero}.",),
    "T60": ("Estou recebendo mensagens demais. Me dá um minutinho?",),
    "T61": ("*TESTE*: esta nota não tem valor fiscal.",),
    "T63": ("Sem problema, não emiti nada. O que eu mudo? Para desistir, mande *cancelar*.",),
    "T62": ("Sem problema, mantive {campo} como estava.",),
    "T64": ("Vi que você mexeu numa mensagem, mas a mudança não chega até mim. O que ficou diferente?",),
    "T65": (
        "Por aqui só emito notas deste mês e do anterior; as de {mes} são com a {firma}. Qual data eu uso?",
    ),
    "T66": ("Você apagou uma mensagem que eu já tinha anotado. Veja se ainda é isso:",),
    "T67": ("Pronto, conferi o CNPJ: é {tomador}.",),
    "T68": ("Só um instante, estou conferindo o CNPJ na Receita.",),
}
"""By the key of §5.10. Those with two wordings alternate: no sentence twice in a row (R73)."""

OWN_TEXTS: dict[str, tuple[str, ...]] = {
    "NO_LAST_NOTE": ("Ainda não há nota emitida para repetir. Me diga para quem é, o valor e o serviço.",),
    "TALK_TO_FIRM": (
        "O cancelamento de notas emitidas é com a {firma}. Se quiser, mande *falar com contabilidade*.",
    ),
    "ONE_COMPANY": ("Este número só tem uma empresa, a *{empresa}*. É por ela que emito.",),
    "CONFIRM_CANCEL": ("Quer desistir desta nota? Responda *sim* para desistir ou *não* para continuar.",),
    "SWITCH_TO_CANCELLATION": (
        "Você tem uma nota em preparo. Deixo ela de lado e vou para o cancelamento da nota {numero}?",
    ),
    "CANCEL_ISSUED": ("Quer pedir o cancelamento da nota {numero}?",),
    "CANCELLATION_DROPPED": ("Tudo bem, não vou cancelar. A nota {numero} continua valendo.",),
    "CANCELLATION_DENIED": ("A {firma} não aprovou o cancelamento da nota {numero}: {motivo}.",),
    "ALTERED_AFTER_YES": ("Vi a mudança na sua mensagem, mas a nota já foi confirmada e não muda.",),
    "CHOOSE_TAKER": ("Encontrei mais de um cliente com esse nome. Qual é? {lista}",),
    "CHOOSE_SERVICE": ("Esse serviço pode ser mais de um dos cadastrados. Qual é? {lista}",),
    "CHOOSE_DOCUMENT": ("Você mandou mais de um documento. Qual é o do cliente que recebe a nota?",),
    "DOCUMENT_OR_PHONE": ("{documento} é o CPF do cliente ou um telefone?",),
    "OFFENSIVE": ("Essa descrição não pode ir na nota. Como descrevo o serviço?",),
    "DESCRIPTION_LONG": ("A descrição pode ter até 500 letras. Consegue resumir?",),
    "AMOUNT_UNREADABLE": ("Não entendi o valor. Pode escrever como 1.500,00?",),
    "AMOUNT_DECIMALS": ("O valor precisa de duas casas depois da vírgula, como 1.500,00. Quanto é?",),
    "AMOUNT_TO_COMPUTE": ("Qual é o valor final da nota? Não faço a conta para não errar.",),
    "DOCUMENT_REPEATED": ("Esse número não é um {tipo} de verdade. Qual é o do cliente?",),
    "T08_AGAIN": ("O {tipo} {doc} ainda não fecha com os dígitos. Se preferir, escreva o nome do cliente.",),
    "NO_FILES": ("Li o texto, mas não leio fotos nem arquivos.",),
    "ARRIVED_LATE": ("Suas mensagens chegaram atrasadas para mim.",),
    "TEXT_CUT": ("Sua mensagem era muito longa e li só o começo.",),
    "FROM_AUDIO": ("Entendi do seu áudio",),
    "WHAT_IS_WRONG": ("O que está errado? Me mande o valor certo, o documento ou o serviço.",),
    "OFFER_HANDOFF": ("Se preferir, mande *falar com contabilidade*.",),
    "AGAIN": ("Para não deixar dúvida:",),
    "NO_NOTE_FOUND": ("Não achei a nota {numero} entre as emitidas. Confere o número?",),
    "NOTHING_TO_COPY": ("Ainda não há nota emitida para mandar de novo.",),
    "NOTHING_TO_CANCEL": ("Não há nota emitida que possa ser cancelada.",),
    "COPY": ("Aqui está a nota {numero}, de {valor}, para {tomador}:",),
    "REASON_SHORT": ("Conte o motivo em uma frase, com pelo menos 15 letras.",),
    "NOT_CANCELABLE": ("A nota {numero} não pode ser cancelada agora: {motivo}.",),
    "STATUS_NOTE": ("A nota {numero}, de {valor}, para {tomador}, está {situacao}.",),
    "STATUS_NONE": ("Não há nota em andamento nem emitida ainda.",),
    "WAITS_FOR_FIRM": ("O pedido de cancelamento está com a {firma}. Aviso quando responderem.",),
    "SEND_POSTAL_CODE": ("Me mande o CEP certo.",),
    "WITHDRAWN_BY_FIRM": ("A {firma} encerrou este pedido e nada foi emitido.",),
    "SENT_AGAIN": (
        "A {firma} já mandou de novo o pedido que não tinha saído: {valor}, para {tomador}. Não precisa "
        "confirmar outra vez, aviso assim que sair.",
    ),
    "NOT_IN_SENT_AGAIN": (
        "O que você me mandou de diferente não entrou nele. Se ainda precisar, mande de novo depois que eu "
        "avisar o resultado.",
    ),
    "MAY_NOT_ISSUE": ("Este número não pode pedir notas por aqui. Fale com a {firma}.",),
    "ACCESS_REMOVED": ("O acesso deste número mudou e parei por aqui. Fale com a {firma}.",),
    "MAY_ISSUE_NO_MORE": ("Este número não pode pedir notas por aqui. Fale com a {firma}.",),
}
"""What §5.3-§5.9 asks to say without giving it a number."""

ANSWERS: dict[Faq, str] = {
    Faq.WHICH_CNPJ: "O CNPJ do cliente que recebe a nota. O da sua empresa já está cadastrado.",
    Faq.CPF_TOO: "Pode ser CPF, sim. Mande junto o nome completo da pessoa.",
    Faq.DOTS: "Do jeito que preferir: com ou sem pontos. O CNPJ novo pode ter letras também.",
    Faq.UNKNOWN_CNPJ: "Peça ao cliente ou, se já emitiu nota para ele, escreva o nome que eu procuro.",
    Faq.LIMITS: "Qualquer valor acima de zero, até {limite}. Acima disso quem emite é a {firma}.",
    Faq.TAX_INCLUDED: "Mande o valor total do serviço. O imposto segue o perfil da sua empresa.",
    Faq.AMOUNT_FORM: "Qualquer jeito comum: 1500, 1.500,00, R$ 1500 ou mil e quinhentos.",
    Faq.DESCRIPTION: (
        'É o que foi feito, com 10 a 500 letras. Por exemplo: "manutenção do site em novembro".'
    ),
    Faq.INSTALLMENTS: "Dá para fazer uma nota por parcela: peça cada uma com o seu valor.",
    Faq.HOW_IT_WORKS: (
        "Você me diz para quem é, o valor e o serviço. Eu mostro o espelho, você responde *sim* e o PDF e o "
        "XML chegam aqui."
    ),
    Faq.ISS: "{iss}",
    Faq.CANCEL_ISSUED: "Mande *cancelar nota* e o número. {regra}",
    Faq.PRODUCTS: "Só faço notas de serviço. Nota de produto (NF-e) é por outro sistema.",
    Faq.HOW_MANY: "Em {mes} foram {n}, no total de {total}.",
    Faq.OTHER_MONTH: "Por aqui, deste mês e do anterior. Outras datas são com a {firma}.",
    Faq.WHO_SEES: "A {firma} e as pessoas que ela autoriza.",
}
"""The fixed answers of §5.8. ISS: the line of the mirror, or `ISS_UNKNOWN`."""

ISS_UNKNOWN = "Depende do perfil da empresa; a {firma} sabe dizer."

FIELD_NAMES = {
    "taker_document": "o CNPJ ou CPF do cliente",
    "taker_name": "o nome do cliente",
    "amount": "o valor",
    "description": "o que foi feito",
    "competence": "a data do serviço",
    "address": "o CEP e o número",
    "postal_code": "o CEP",
    "street_number": "o número",
}

OF_REASON: dict[Reason, str] = {
    Reason.DOC_LENGTH: "T09",
    Reason.DOC_DIGITS: "T08",
    Reason.DOC_REPEATED: "DOCUMENT_REPEATED",
    Reason.DOC_OWN: "T19",
    Reason.DOC_NOT_FOUND: "T16",
    Reason.AMOUNT_NOT_POSITIVE: "T10",
    Reason.AMOUNT_TOO_HIGH: "T12",
    Reason.AMOUNT_DECIMALS: "AMOUNT_DECIMALS",
    Reason.AMOUNT_UNREADABLE: "AMOUNT_UNREADABLE",
    Reason.DESC_SHORT: "T13",
    Reason.DESC_LONG: "DESCRIPTION_LONG",
    Reason.DESC_GENERIC: "T14",
    Reason.DESC_OFFENSIVE: "OFFENSIVE",
    Reason.COMPETENCE_WINDOW: "T65",
}


@dataclass(frozen=True)
class ProblemText:
    """What is said of a rule problem, and the field that it asks for; "" when only the firm can fix it."""

    text: str
    field: str = ""


OF_PROBLEM: dict[str, ProblemText] = {
    "description": ProblemText("T13", "description"),
    "competence": ProblemText("T65", "competence"),
    "amount": ProblemText("T10", "amount"),
    "limit": ProblemText("T12", "amount"),
    "taker": ProblemText("T21", "address"),
    "own_taker": ProblemText("T19", "taker_document"),
    "taker_closed": ProblemText("T17_CLOSED", "taker_document"),
    "taker_suspended": ProblemText("T17", "taker_document"),
    "twin": ProblemText("T59"),
    "service": ProblemText("CHOOSE_SERVICE"),
    "E0188": ProblemText("T08", "taker_document"),
    "E0206": ProblemText("T08", "taker_document"),
    "E0190": ProblemText("T16", "taker_document"),
    "E0207": ProblemText("T16", "taker_document"),
    "E0235": ProblemText("T21", "address"),
    "E0240": ProblemText("SEND_POSTAL_CODE", "address"),
    "E0202": ProblemText("T19", "taker_document"),
}
"""By the code of `fiscal.values.RuleProblem`: those that a person in the chat can settle (§3.3)."""

NOT_READY = ProblemText("T58")


def text_of_problem(code: str) -> ProblemText:
    """Return what is said of a rule problem. One that is not in the table is the firm's to fix: T58."""
    return OF_PROBLEM.get(code, NOT_READY)


def render(key: str, *, wording: int = 0, **values: str) -> str:
    """Return a text with its values. `wording` counts up with each use: texts with two wordings alternate.

    Raises KeyError for a text that does not exist or a value that was not given.
    """
    wordings = TEXTS[key] if key in TEXTS else OWN_TEXTS[key]
    return wordings[wording % len(wordings)].format(**values).strip()


def names_in(text: str) -> set[str]:
    """Return the names in braces that a text needs."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def join_needs(fields: list[str]) -> str:
    """Return missing fields as a person would list them: "o valor e o que foi feito"."""
    names = [FIELD_NAMES[field] for field in fields]
    return " e ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

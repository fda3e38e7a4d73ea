"""The index page, in Portuguese, for whoever opens the sandbox in a browser."""

from collections.abc import Iterable, Sequence
from html import escape

from sandbox.calls import Calls
from sandbox.faults import Fault, Faults

EMULATORS = (
    ("Serper", "POST /serper/maps", "Lugares por nicho e cidade"),
    ("Serper", "POST /serper/search", "Busca na web, para achar o CNPJ"),
    ("BrasilAPI", "GET /brasilapi/api/cnpj/v1/{cnpj}", "Cadastro da Receita"),
    ("Viper", "GET /viper/ws/viperphone/cnpj/{cnpj}", "Contatos da empresa"),
    ("Viper", "GET /viper/ws/viperphone/cpf/{cpf}", "Contatos de uma pessoa"),
    (
        "SEFIN Nacional",
        "POST /producaorestrita/SefinNacional/nfse",
        "Emissão, consulta e eventos, por TLS mútuo",
    ),
    ("ADN", "GET /producaorestrita/contribuintes/DFe/{NSU}", "Documentos e eventos, por TLS mútuo"),
    ("Parametrização", "GET /producaorestrita/parametrizacao/{codMun}/convenio", "Convênios e alíquotas"),
    ("Stripe", "POST /stripe/v1/checkout/sessions", "Página de pagamento, devoluções, contestações"),
    ("PlugNotas", "POST /plugnotas/nfse", "Emissão nas cidades com emissor próprio"),
    ("Evolution", "POST /evolution/message/sendText/{canal}", "WhatsApp: canais, envios, mensagens"),
    ("OpenAI", "POST /openai/v1/responses", "Leitura de mensagens e transcrição de áudio"),
)
KINDS = {
    "late": "resposta lenta, antes do trabalho",
    "late_after": "resposta lenta, depois do trabalho",
    "status": "código HTTP",
    "reject": "recusa com código",
    "incomplete": "resposta sem um campo",
    "work_later": "conexão cortada e trabalho feito mais tarde",
    "garbage": "JSON quebrado",
    "html": "página em vez de dados",
    "drop": "conexão cortada depois do trabalho",
    "drop_before": "conexão cortada antes do trabalho",
    "cut": "resposta pela metade",
}
BUTTONS = (
    ("Serper responde 429", {"provider": "serper", "kind": "status", "status": "429", "retry_after": "2"}),
    ("Serper corta 1 em 5 respostas", {"provider": "serper", "kind": "drop", "rate": "0.2"}),
    ("BrasilAPI fora do ar (500)", {"provider": "brasilapi", "kind": "status", "status": "500"}),
    ("BrasilAPI com 404 falso", {"provider": "brasilapi", "kind": "status", "status": "404"}),
    ("Viper responde lixo", {"provider": "viper", "kind": "garbage"}),
    ("Viper demora 5 s", {"provider": "viper", "kind": "late", "seconds": "5"}),
    ("SEFIN emite e não responde", {"provider": "sefin", "kind": "drop", "path": "*/nfse", "count": "1"}),
    ("SEFIN em manutenção", {"provider": "sefin", "kind": "reject", "path": "*/nfse", "code": "E1217"}),
    ("SEFIN fora do ar (503)", {"provider": "sefin", "kind": "status", "status": "503"}),
    ("PlugNotas fora do ar (503)", {"provider": "plugnotas", "kind": "status", "status": "503"}),
    ("WhatsApp fora do ar (500)", {"provider": "evolution", "kind": "status", "status": "500"}),
    (
        "WhatsApp envia e não responde",
        {"provider": "evolution", "kind": "drop", "path": "/message/*", "count": "1"},
    ),
    ("OpenAI fora do ar (503)", {"provider": "openai", "kind": "status", "status": "503"}),
    ("OpenAI sem crédito", {"provider": "openai", "kind": "reject", "code": "insufficient_quota"}),
    ("Stripe fora do ar (503)", {"provider": "stripe", "kind": "status", "status": "503"}),
    ("Tudo falha 1 vez em 5", {"kind": "status", "status": "503", "rate": "0.2"}),
)
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
.mark { background: #b45309; color: #fff; padding: .1rem .5rem; border-radius: .25rem; font-size: .9rem }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem }
td, th { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #8886 }
form { display: inline-block; margin: .2rem .3rem .2rem 0 }
button { font: inherit; padding: .35rem .8rem; border-radius: .4rem; border: 1px solid; cursor: pointer }
"""
PAGE = """<!doctype html>
<html lang="pt-BR">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox do Nitro</title>
<style>{style}</style>
</head>
<body>
<h1>Sandbox do Nitro</h1>
<p><span class="mark">Ambiente de teste</span> Emuladores dos serviços externos.
Empresas, pessoas, telefones e endereços são inventados; nada aqui existe.</p>
<h2>Emuladores</h2>
{emulators}
<h2>Falhas em vigor</h2>
{faults}
<p>{buttons}</p>
<p>{clear}{reset}</p>
<h2>Chamadas: {total}</h2>
{paths}
{statuses}
<p>Créditos da Serper gastos: {credits}. Detalhes em <a href="/_control/calls">/_control/calls</a>
e <a href="/_control/faults">/_control/faults</a>. Notas emitidas:
<a href="/_control/nfse">SEFIN</a> e <a href="/_control/plugnotas">PlugNotas</a>.
Pagamentos: <a href="/_control/stripe">Stripe</a>. WhatsApp: <a href="/_control/evolution/phone">telefone</a>.
Pedidos à <a href="/_control/openai">OpenAI</a>.</p>
</body>
</html>"""


def render(calls: Calls, faults: Faults) -> str:
    """Return the whole page."""
    rules = [(fault.provider, fault.path, KINDS[fault.kind], _detail(fault), fault.hits) for fault in faults]
    statuses = [(status.replace("no reply", "sem resposta"), n) for status, n in calls.by_status.items()]
    return PAGE.format(
        style=STYLE,
        emulators=_table(("Serviço", "Endereço", "Para quê"), EMULATORS),
        faults=_table(("Serviço", "Caminho", "Tipo", "Detalhe", "Atingidas"), rules),
        buttons="".join(_form("/_control/faults", label, fields) for label, fields in BUTTONS),
        clear=_form("/_control/faults/clear", "Tirar todas as falhas", {}),
        reset=_form("/_control/reset", "Zerar tudo", {}),
        total=calls.total,
        paths=_table(("Endereço", "Vezes"), sorted(calls.by_path.items())),
        statuses=_table(("Resposta", "Vezes"), sorted(statuses)),
        credits=calls.credits,
    )


def _detail(fault: Fault) -> str:
    """Say how the fault fails and how often."""
    how = {"status": str(fault.status), "reject": fault.code or fault.message}.get(fault.kind, "")
    how = f"{fault.seconds:g} s" if fault.seconds else how
    often = (
        f"{fault.rate:.0%}" if fault.rate is not None else f"{fault.count} vezes" if fault.count else "sempre"
    )
    return f"{how} {often}".strip()


def _form(action: str, label: str, fields: dict[str, str]) -> str:
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    return f'<form method="post" action="{action}">{inputs}<button>{escape(label)}</button></form>'


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    cells = "".join(f"<th>{escape(text)}</th>" for text in head)
    lines = ["".join(f"<td>{escape(str(value))}</td>" for value in row) for row in rows]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><tr>{cells}</tr>{body}</table>" if lines else "<p>Nenhuma.</p>"

"""A phone in the browser: scan a channel's QR, write to it, read what it answers."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any

from sandbox.sefin.environments import SAO_PAULO

REFRESH_SECONDS = 3
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 40rem; margin: 1rem auto; padding: 0 1rem }
.mark { background: #b45309; color: #fff; padding: .1rem .5rem; border-radius: .25rem; font-size: .9rem }
.line { margin: .4rem 0; padding: .5rem .8rem; border-radius: .8rem; max-width: 85%; white-space: pre-wrap;
  overflow-wrap: anywhere; border: 1px solid #8886 }
.person { margin-left: auto; background: #16a34a33 }
small { opacity: .7; display: block }
form { display: flex; gap: .5rem; flex-wrap: wrap; margin: .6rem 0 }
input, textarea, select, button { font: inherit; padding: .4rem .7rem; border-radius: .4rem;
  border: 1px solid #888 }
textarea { flex: 1 1 100%; min-height: 4rem }
"""


def render(
    instances: Sequence[dict[str, Any]], name: str, phone: str, lines: Sequence[dict[str, Any]]
) -> str:
    """Return the page; while a chat is open it looks for answers by itself."""
    refresh = f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">' if lines else ""
    return (
        f'<!doctype html><html lang="pt-BR"><head><meta charset="utf-8">{refresh}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Telefone da sandbox</title><style>{STYLE}</style></head><body>"
        '<h1>Telefone</h1><p><span class="mark">Ambiente de teste</span> WhatsApp de mentira: '
        "nenhuma mensagem sai desta máquina.</p>"
        f"{_channels(instances, name, phone)}"
        f"{''.join(_line(line) for line in lines)}"
        f"{_write_form(name, phone) if name and phone else ''}</body></html>"
    )


def _channels(instances: Sequence[dict[str, Any]], name: str, phone: str) -> str:
    if not instances:
        return "<p>Nenhum canal ainda. Crie um em Notas, Canais.</p>"
    options = "".join(
        f'<option value="{escape(each["name"])}"{" selected" if each["name"] == name else ""}>'
        f"{escape(each['name'])} ({escape(each['state'])})</option>"
        for each in instances
    )
    scans = "".join(
        f'<form method="post"><input type="hidden" name="instance" value="{escape(each["name"])}">'
        f'<button name="do" value="scan">Ler o QR de {escape(each["name"])}</button></form>'
        for each in instances
        if each["state"] == "connecting"
    )
    return (
        f'{scans}<form method="get"><select name="instance" aria-label="Canal">{options}</select>'
        f'<input name="phone" inputmode="numeric" placeholder="5551987654321" aria-label="Telefone" '
        f'value="{escape(phone)}"><button>Abrir conversa</button></form>'
    )


def _write_form(name: str, phone: str) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{field}" value="{escape(value)}">'
        for field, value in (("instance", name), ("phone", phone))
    )
    kinds = (("text", "Texto"), ("audio", "Áudio"), ("image", "Foto"), ("sticker", "Figurinha"))
    options = "".join(f'<option value="{value}">{label}</option>' for value, label in kinds)
    return (
        f'<form method="post">{hidden}<textarea name="text" aria-label="Mensagem" autofocus></textarea>'
        f'<select name="kind" aria-label="Tipo">{options}</select><button>Enviar</button></form>'
    )


def _line(line: dict[str, Any]) -> str:
    text = line["text"] or line["file_name"] or line["kind"]
    moment = datetime.fromtimestamp(line["at"], SAO_PAULO).strftime("%H:%M:%S")
    said = f"{moment} · {line['status']}" if line["from"] == "channel" else moment
    return f'<div class="line {line["from"]}">{escape(str(text))}<small>{escape(said)}</small></div>'

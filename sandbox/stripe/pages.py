"""The pages that a payer sees at Stripe: checkout, boleto, Pix; plain forms to click through."""

from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.answers import HEADERS
from sandbox.stripe.answers import Problem, read_form
from sandbox.stripe.deeds import Deeds, Document
from sandbox.stripe.office import Office

TITLES = {"card": "Cartão", "boleto": "Boleto", "pix": "Pix"}
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 26rem; margin: 2rem auto; padding: 0 1rem }
.mark { background: #b45309; color: #fff; padding: .1rem .5rem; border-radius: .25rem; font-size: .9rem }
.amount { font-size: 2rem; font-weight: 700; margin: .5rem 0 }
form { margin: .6rem 0 }
button { font: inherit; width: 100%; min-height: 2.9rem; border-radius: .5rem; border: 1px solid #635bff }
.main { background: #635bff; color: #fff }
.problem { border: 1px solid #b91c1c; padding: .5rem .8rem; border-radius: .5rem }
"""
PAGE = """<!doctype html><html lang="pt-BR"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head><body><p><span class="mark">Ambiente de teste</span> Stripe do sandbox: nenhum dinheiro se move.</p>
<h1>{title}</h1>{body}</body></html>"""


class Pages:
    def __init__(self, office: Office, deeds: Deeds) -> None:
        self.office = office
        self.deeds = deeds

    def routes(self) -> list[Route]:
        return [
            Route("/c/pay/{id}", self.show_checkout, methods=["GET"]),
            Route("/c/pay/{id}", self.use_checkout, methods=["POST"]),
            Route("/{method}/{id}", self.show_voucher, methods=["GET"]),
            Route("/{method}/{id}", self.use_voucher, methods=["POST"]),
        ]

    async def show_checkout(self, request: Request) -> Response:
        session = self._find(request)
        if session is None or session["status"] != "open":
            return _page("Esta página de pagamento não está mais aberta", "", 404)
        return self._checkout(session)

    async def use_checkout(self, request: Request) -> Response:
        """The payer presses a button: pay with a method, a card that is refused, or go back."""
        session, choice = self._find(request), (await read_form(request)).get("acao", "")
        if session is None or session["status"] != "open":
            return _page("Esta página de pagamento não está mais aberta", "", 404)
        if choice == "voltar":
            return RedirectResponse(session["cancel_url"], 303, HEADERS)
        if choice == "recusado":
            self.deeds.decline(session)
            return self._checkout(session, "O cartão foi recusado. Tente outro meio.")
        try:
            self.deeds.pay(session, choice)
        except Problem as problem:
            return self._checkout(session, problem.message)
        address = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
        return RedirectResponse(address, 303, HEADERS)

    def _checkout(self, session: Document, problem: str = "") -> Response:
        buttons = [
            _button(name, f"Pagar com {TITLES[name]}", "main") for name in session["payment_method_types"]
        ]
        if "card" in session["payment_method_types"]:
            buttons.append(_button("recusado", "Usar um cartão recusado"))
        body = (
            f'<p>{escape(session["_name"])}</p><p class="amount">{_brl(session["amount_total"])}</p>'
            + (f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "")
            + "".join(buttons)
            + _button("voltar", "Voltar sem pagar")
        )
        return _page("Pagamento", body)

    async def show_voucher(self, request: Request) -> Response:
        session = self._find(request)
        if session is None or session["status"] != "complete":
            return _page("Nada a pagar aqui", "", 404)
        if session["payment_status"] == "paid":
            return _page("Pago", "<p>O pagamento foi confirmado.</p>")
        buttons = _button("pagar", "Pagar agora, como o banco faria", "main") + _button(
            "vencer", "Deixar vencer"
        )
        amount = f'<p class="amount">{_brl(session["amount_total"])}</p>'
        return _page(TITLES.get(request.path_params["method"], "Pagamento"), amount + buttons)

    async def use_voucher(self, request: Request) -> Response:
        session, choice = self._find(request), (await read_form(request)).get("acao", "")
        if session is None:
            return _page("Nada a pagar aqui", "", 404)
        try:
            (self.deeds.settle if choice == "pagar" else self.deeds.fail)(session)
        except Problem as problem:
            return _page(problem.message, "", 400)
        text = "Pago" if choice == "pagar" else "Vencido"
        return _page(text, f'<p><a href="{escape(session["success_url"])}">Voltar à loja</a></p>')

    def _find(self, request: Request) -> dict[str, Any] | None:
        session = self.office.find("session", request.path_params["id"])
        return self.deeds.look(session) if session else None


def _button(action: str, label: str, kind: str = "") -> str:
    field = f'<input type="hidden" name="acao" value="{escape(action)}">'
    return f'<form method="post">{field}<button class="{kind}">{escape(label)}</button></form>'


def _brl(cents: int) -> str:
    whole, rest = divmod(cents, 100)
    return f"R$ {whole:,}".replace(",", ".") + f",{rest:02d}"


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(PAGE.format(title=escape(title), style=STYLE, body=body), status, HEADERS)

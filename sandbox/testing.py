"""The sandbox for tests: start it in a process of its own and talk to its control API."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from embedded import defaults
from sandbox import READY, pki

PASSWORD = "segredo"  # noqa: S105 - of certificates that mean nothing
ENVIRONMENT_PATHS = {"production": "producao", "staging": "producaorestrita"}


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox, seen from outside."""

    url: str
    tls_url: str = defaults.SEFIN_URL
    home: Path = defaults.HOME

    @property
    def ca_file(self) -> Path:
        """The root that both the server's and the companies' certificates come from."""
        return self.home / "sandbox" / "pki" / "ca.pem"

    def sefin_url(self, environment: str = "staging") -> str:
        """SEFIN Nacional's base URL: `…/nfse`, `…/dps/{id}`. Environments: production, staging."""
        return f"{self.tls_url}/{ENVIRONMENT_PATHS[environment]}/SefinNacional"

    def adn_url(self, environment: str = "staging") -> str:
        """ADN contribuintes' base URL: `…/DFe/{NSU}`, `…/NFSe/{chave}/Eventos`."""
        return f"{self.tls_url}/{ENVIRONMENT_PATHS[environment]}/contribuintes"

    def parameters_url(self, environment: str = "staging") -> str:
        """ADN parametrização's base URL: `…/{codMun}/convenio`."""
        return f"{self.tls_url}/{ENVIRONMENT_PATHS[environment]}/parametrizacao"

    @property
    def plugnotas_url(self) -> str:
        return f"{self.url}/plugnotas"

    @property
    def stripe_url(self) -> str:
        return f"{self.url}/stripe"

    @property
    def evolution_url(self) -> str:
        return f"{self.url}/evolution"

    @property
    def openai_url(self) -> str:
        return f"{self.url}/openai/v1"

    def make_pfx(
        self, document: str, holder: str = "EMPRESA DE TESTE LTDA", password: str = PASSWORD, **how: Any
    ) -> bytes:
        """Make a certificate of this sandbox's authority; `how` as in sandbox.pki.make_pfx."""
        return pki.make_pfx(document, holder, password, home=self.home, **how)

    @property
    def settings(self) -> dict[str, str]:
        """The settings, and environment variables, that lead the product here."""
        return {
            "SEFIN_STAGING_URL": self.sefin_url("staging"),
            "SEFIN_PRODUCTION_URL": self.sefin_url("production"),
            "ADN_STAGING_URL": self.adn_url("staging"),
            "ADN_PRODUCTION_URL": self.adn_url("production"),
            "ADN_PARAMETERS_STAGING_URL": self.parameters_url("staging"),
            "ADN_PARAMETERS_PRODUCTION_URL": self.parameters_url("production"),
            "SEFIN_CA_FILE": str(self.ca_file),
            "PLUGNOTAS_BASE_URL": self.plugnotas_url,
            "PLUGNOTAS_API_KEY": "sandbox",
            "STRIPE_BASE_URL": self.stripe_url,
            "STRIPE_SECRET_KEY": "sk_test_sandbox",
            "EVOLUTION_BASE_URL": self.evolution_url,
            "EVOLUTION_API_KEY": "sandbox",
            "OPENAI_BASE_URL": self.openai_url,
            "OPENAI_API_KEY": "sandbox",
            "SERPER_BASE_URL": f"{self.url}/serper",
            "SERPER_API_KEY": "sandbox",
            "VIPER_BASE_URL": f"{self.url}/viper",
            "VIPER_API_KEY": "sandbox",
            "BRASILAPI_BASE_URL": f"{self.url}/brasilapi",
            "SANDBOX_URL": self.url,
        }

    def fail(self, provider: str = "*", kind: str = "status", **fields: Any) -> int:
        """Add a fault (docs/sandbox.md) and return its id."""
        return int(self._call("POST", "/faults", {"provider": provider, "kind": kind, **fields})["id"])

    def heal(self) -> None:
        """Remove all faults; calls stay counted."""
        self._call("DELETE", "/faults")

    def reset(self) -> None:
        """Remove all faults and forget all calls, notes, companies and what cities decided."""
        self._call("POST", "/reset", {"state": True})

    def notes(self, environment: str | None = None, issuer: str | None = None) -> list[dict[str, Any]]:
        """Return the notes that SEFIN issued, oldest first: dps_id, access_key, state, events, amount…"""
        asked = {name: value for name, value in (("environment", environment), ("issuer", issuer)) if value}
        return list(self._call("GET", f"/nfse?{urlencode(asked)}")["notes"])

    def count_notes(self, environment: str | None = None, issuer: str | None = None) -> dict[str, Any]:
        """Return only counts: count, by_issuer. A DPS has one note at most in each environment."""
        asked = {name: value for name, value in (("environment", environment), ("issuer", issuer)) if value}
        return self._call("GET", f"/nfse?{urlencode({**asked, 'brief': '1'})}")

    def add_event(
        self, access_key: str, code: str, environment: str = "staging", **facts: str
    ) -> dict[str, Any]:
        """Do what a city or a taker does: 105104 grants, 105105 denies, 305101 cancels, 305102 locks…"""
        body = {"code": code, "environment": environment, **facts}
        return self._call("POST", f"/nfse/notes/{access_key}/events", body)

    def set_city(self, ibge_code: str, **rules: Any) -> dict[str, Any]:
        """Change a city's agreement and rules: uses_national_issuer, cancel_days, cancel_limit…"""
        return self._call("POST", f"/nfse/cities/{ibge_code}", rules)

    def set_registry(self, **plan: Any) -> dict[str, Any]:
        """Let BrasilAPI know every right CNPJ (known=True), or give some a status (statuses={cnpj: "08"})."""
        return self._call("POST", "/registry", plan)

    def set_taxpayer(self, document: str, **facts: Any) -> dict[str, Any]:
        """Say what registries hold of a CNPJ or CPF: exists, municipal_registration, simples, city…"""
        return self._call("POST", f"/nfse/taxpayers/{document}", facts)

    def set_answers(self, **spelling: Any) -> dict[str, Any]:
        """Choose SEFIN's spelling: item_keys camel|pascal|mixed, single_error object|list|mixed."""
        return self._call("POST", "/nfse/answers", spelling)

    def set_clock(self, offset_seconds: float) -> None:
        """Set SEFIN's clock forward or, with a negative number, back."""
        self._call("POST", "/nfse/clock", {"offset_seconds": offset_seconds})

    def plugnotas(self) -> dict[str, Any]:
        """Return PlugNotas' notes, companies, plan and the webhooks it sent."""
        return self._call("GET", "/plugnotas")

    def set_plan(self, **plan: Any) -> dict[str, Any]:
        """Say how the notes that PlugNotas gets from now on end: outcome, message, polls, webhooks…"""
        return self._call("POST", "/plugnotas/plan", plan)

    def change_plugnotas_note(self, key: str, situacao: str, **fields: str) -> dict[str, Any]:
        """Do what a city does to a note at PlugNotas, by id or protocol; it tells by webhook."""
        return self._call("POST", f"/plugnotas/notes/{key}", {"situacao": situacao, **fields})

    def stripe(self) -> dict[str, Any]:
        """Return Stripe's sessions, intents, charges, refunds, disputes, events, and what was delivered."""
        return self._call("GET", "/stripe")

    def set_stripe(self, **plan: Any) -> dict[str, Any]:
        """Set the account up: methods, webhooks once|twice|reversed|held|never, refunds, seconds…"""
        return self._call("POST", "/stripe/plan", plan)

    def deliver_stripe_to(self, url: str, secret: str) -> None:
        """Let Stripe deliver its events there, signed with the secret."""
        self._call("POST", "/stripe/endpoint", {"url": url, "secret": secret})

    def release_stripe_events(self, *, copies: int = 1, order: str = "sent", seed: int = 1) -> int:
        """Deliver the events that are held, at once: sent, reversed or shuffled; return how many."""
        body = {"copies": copies, "order": order, "seed": seed}
        return int(self._call("POST", "/stripe/release", body)["deliveries"])

    def checkout(self, session_id: str, do: str, **how: Any) -> dict[str, Any]:
        """Do what a payer or his bank does: pay (method=…), decline, settle, fail, expire."""
        return self._call("POST", f"/stripe/sessions/{session_id}", {"do": do, **how})

    def falsify_checkout(self, session_id: str, **fields: Any) -> dict[str, Any]:
        """Change what Stripe says of a session: amount_total, currency, livemode, metadata…"""
        return self._call("POST", f"/stripe/sessions/{session_id}", {"change": fields})

    def payment(self, payment_intent_id: str, do: str, **how: Any) -> dict[str, Any]:
        """Do what the Dashboard or a bank does to a payment: refund or dispute (cents=…, status=…)."""
        return self._call("POST", f"/stripe/payments/{payment_intent_id}", {"do": do, **how})

    def end_refund(self, refund_id: str, status: str) -> dict[str, Any]:
        """Let a refund succeed or fail later."""
        return self._call("POST", f"/stripe/refunds/{refund_id}", {"status": status})

    def end_dispute(self, dispute_id: str, status: str) -> dict[str, Any]:
        """Let the bank decide a dispute: won, lost, warning_closed, prevented."""
        return self._call("POST", f"/stripe/disputes/{dispute_id}", {"status": status})

    def openai(self) -> dict[str, Any]:
        """Return OpenAI's plan and the last requests as they came."""
        return self._call("GET", "/openai")

    def set_openai(self, **plan: Any) -> dict[str, Any]:
        """Say how OpenAI answers from now on: answer, times, seconds, drip_seconds, transcript…"""
        return self._call("POST", "/openai/plan", plan)

    def evolution(self) -> dict[str, Any]:
        """Return Evolution's instances, counts, the last webhooks, and what is held or waits."""
        return self._call("GET", "/evolution")

    def set_evolution(self, **plan: Any) -> dict[str, Any]:
        """Set WhatsApp up: version, addressing, webhooks, duplicate_rate, statuses, send_seconds, media…"""
        return self._call("POST", "/evolution/plan", plan)

    def release_webhooks(self, *, copies: int = 1, order: str = "sent", seed: int = 1) -> int:
        """Deliver the webhooks that are held: sent, reversed or shuffled; return how many."""
        body = {"copies": copies, "order": order, "seed": seed}
        return int(self._call("POST", "/evolution/release", body)["deliveries"])

    def instance(self, name: str, do: str, **how: Any) -> dict[str, Any]:
        """Do to an instance what WhatsApp or a phone does: scan (number=…), close, flap, die, revive."""
        return self._call("POST", f"/evolution/instances/{quote(name)}", {"do": do, **how})

    def create_instance(self, name: str, token: str, **webhook: Any) -> dict[str, Any]:
        """Make an instance as the product does, for tests that need no more of it; it waits for a scan."""
        return self._call("POST", "/evolution/instances", {"name": name, "token": token, "webhook": webhook})

    def write(self, instance: str, phone: str, text: str = "", **message: Any) -> str:
        """Write to a channel from a phone, and return the message's id (docs/sandbox.md has all fields)."""
        body = {"phone": phone, "text": text, **message}
        return str(self._call("POST", f"/evolution/instances/{quote(instance)}/messages", body)["id"])

    def chat(self, instance: str, phone: str, after: int = 0) -> list[dict[str, Any]]:
        """Return what stands in a chat on the phone, oldest first: n, id, from, kind, text, file_name…"""
        path = f"/evolution/instances/{quote(instance)}/chats/{quote(phone)}?after={after}"
        return list(self._call("GET", path)["messages"])

    def whatsapp_messages(self, by: str = "", after: int = 0) -> list[dict[str, Any]]:
        """Return the messages of all chats in order, at most 5,000; by: person, api or firm."""
        asked = {"after": str(after), **({"by": by} if by else {})}
        return list(self._call("GET", f"/evolution/messages?{urlencode(asked)}")["messages"])

    def set_absent(self, *numbers: str) -> None:
        """Say which numbers are not on WhatsApp."""
        self._call("POST", "/evolution/absent", {"numbers": list(numbers)})

    def restart_evolution(self) -> None:
        """Restart Evolution: webhooks that wait for another attempt are lost."""
        self._call("POST", "/evolution/restart", {})

    def faults(self) -> list[dict[str, Any]]:
        return list(self._call("GET", "/faults")["faults"])

    def calls(self, provider: str | None = None) -> list[dict[str, Any]]:
        """Return the calls since the last reset, oldest first: path, query, status, fault."""
        limits = {"limit": "20000", **({"provider": provider} if provider else {})}
        return list(self._call("GET", f"/calls?{urlencode(limits)}")["calls"])

    def counts(self) -> dict[str, Any]:
        """Return the counters: total, by_provider, by_path, by_status, by_fault, most_at_once."""
        return self._call("GET", "/calls?limit=0")

    def world(self, niche: str, city: str) -> dict[str, Any]:
        """Return the truth of a search: `right` and `wrong` CNPJs, all places. City: "Nome - UF" or code."""
        return self._call("GET", f"/world?{urlencode({'niche': niche, 'city': city})}")

    def company(self, cnpj: str) -> dict[str, Any]:
        """Return who a CNPJ of the world is: names, city, active or not."""
        return self._call("GET", f"/world/companies/{quote(cnpj)}")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request(method, f"/_control{path}", json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status >= 400:
            raise AssertionError(f"{method} /_control{path}: {response.status} {answer.get('message')}")
        return dict(answer)


@contextmanager
def running_sandbox(port: int = 0, sefin_port: int = 0) -> Iterator[Sandbox]:
    """Run a sandbox process on the ports (0: free ones), with a home of its own, and stop it at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="nitro-sandbox-") as home,
        running_sandbox_in(Path(home), port, sefin_port) as sandbox,
    ):
        yield sandbox


@contextmanager
def running_sandbox_in(home: Path, port: int = 0, sefin_port: int = 0) -> Iterator[Sandbox]:
    """Run a sandbox process that keeps its authority and its notes in a home folder."""
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--sefin-port", str(sefin_port)]
    environment = {**os.environ, "NITRO_HOME": str(home)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603
        try:
            line = process.stdout.readline().strip() if process.stdout else ""
            if not line.startswith(READY):
                raise RuntimeError(f"the sandbox did not start: {line!r}")
            url, _, tls_url = line.removeprefix(READY).partition(" ")
            yield Sandbox(url, tls_url, home)
        finally:
            process.terminate()
            process.wait(10)

"""The sandbox for tests: start it in a process of its own and talk to its control API."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from sandbox import READY


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox, seen from outside."""

    url: str

    @property
    def settings(self) -> dict[str, str]:
        """The settings, and environment variables, that lead the product here."""
        return {
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
        """Remove all faults and forget all calls."""
        self._call("POST", "/reset")

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
def running_sandbox(port: int = 0) -> Iterator[Sandbox]:
    """Run a sandbox process on the port (0: a free one) and stop it at the end."""
    command = [sys.executable, "-m", "sandbox", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            line = process.stdout.readline().strip() if process.stdout else ""
            if not line.startswith(READY):
                raise RuntimeError(f"the sandbox did not start: {line!r}")
            yield Sandbox(line.removeprefix(READY))
        finally:
            process.terminate()
            process.wait(10)

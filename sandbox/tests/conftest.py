"""What the sandbox's own tests share: plain HTTP against it, and the world itself."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from sandbox.testing import Sandbox
from sandbox.tests.clients import COMPANY, OTHER, Certificate, SefinClient
from sandbox.world import World


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Caller:
    """Asks the sandbox as a client without any cleverness would."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def ask(self, method: str, path: str, body: Any = None, timeout: float = 5, **headers: str) -> Answer:
        connection = HTTPConnection(urlsplit(self.sandbox.url).netloc, timeout=timeout)
        sent = {"User-Agent": "tests", **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, sent)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read().decode())
        finally:
            connection.close()

    def maps(
        self, q: str, page: int = 1, ll: str | None = "@-29.68,-53.8,13z", key: str = "sandbox"
    ) -> Answer:
        body = {"q": q, "gl": "br", "hl": "pt-br", "page": page, **({"ll": ll} if ll else {})}
        return self.ask("POST", "/serper/maps", body, X_API_KEY=key)

    def search(self, q: str) -> dict[str, Any]:
        return self.ask("POST", "/serper/search", {"q": q, "gl": "br"}, X_API_KEY="sandbox").json()

    def registry(self, cnpj: str) -> Answer:
        return self.ask("GET", f"/brasilapi/api/cnpj/v1/{cnpj}")

    def viper(self, cnpj: str, key: str = "Basic sandbox") -> Answer:
        return self.ask("GET", f"/viper/ws/viperphone/cnpj/{cnpj}", Authorization=key)

    def person(self, cpf: str) -> Answer:
        return self.ask("GET", f"/viper/ws/viperphone/cpf/{cpf}", Authorization="Basic sandbox")


@pytest.fixture
def caller(sandbox):
    return Caller(sandbox)


@pytest.fixture(scope="session")
def world():
    return World()


@pytest.fixture(scope="session")
def certificates(sandbox_server):
    """The A1 of the usual company and of another one."""
    return {document: Certificate(sandbox_server.make_pfx(document)) for document in (COMPANY, OTHER)}


@pytest.fixture
def company(sandbox, certificates):
    client = SefinClient(sandbox, certificates[COMPANY])
    yield client
    client.close()


@pytest.fixture
def other(sandbox, certificates):
    client = SefinClient(sandbox, certificates[OTHER])
    yield client
    client.close()

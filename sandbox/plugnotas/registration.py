"""Certificates, companies and webhooks (plugnotas.md §2, §3, §9)."""

from typing import Any

import httpx
from cryptography.hazmat.primitives.serialization import pkcs12
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.answers import answer, read_json
from sandbox.plugnotas.answers import keyed, refuse
from sandbox.plugnotas.office import Office, new_id
from sandbox.plugnotas.webhooks import post
from sandbox.sefin.rules.checks import is_cpf
from sandbox.world.numbers import is_cnpj

INVALID = "Falha na validação do JSON de Empresa"
REQUIRED = ("cpfCnpj", "razaoSocial", "simplesNacional")
REQUIRED_ADDRESS = ("logradouro", "numero", "codigoCidade", "cep")
PAGE = 150
MISSING = "Campo obrigatório"
ACCOUNT = "account"


class RegistrationApi:
    def __init__(self, office: Office) -> None:
        self.office = office

    def routes(self) -> list[Route]:
        return [
            Route("/certificado", keyed(self.add_certificate), methods=["POST"]),
            Route("/certificado", keyed(self.list_certificates), methods=["GET"]),
            Route("/certificado/{key}", keyed(self.replace_certificate), methods=["PUT"]),
            Route("/certificado/{key}", keyed(self.get_certificate), methods=["GET"]),
            Route("/certificado/{key}", keyed(self.remove_certificate), methods=["DELETE"]),
            Route("/empresa", keyed(self.add_company), methods=["POST"]),
            Route("/empresa", keyed(self.list_companies), methods=["GET"]),
            Route("/empresa/{cnpj}", keyed(self.get_company), methods=["GET"]),
            Route("/empresa/{cnpj}", keyed(self.change_company), methods=["PUT"]),
            Route("/empresa/{cnpj}/config", keyed(self.change_config), methods=["PATCH"]),
            Route("/empresa/{cnpj}/webhook", keyed(self.get_webhook), methods=["GET"]),
            Route("/empresa/{cnpj}/webhook", keyed(self.set_webhook), methods=["POST", "PUT"]),
            Route("/empresa/{cnpj}/webhook/verify", keyed(self.verify_webhook), methods=["POST"]),
            Route("/webhook", keyed(self.get_webhook), methods=["GET"]),
            Route("/webhook", keyed(self.set_webhook), methods=["POST", "PUT"]),
            Route("/webhook/verify", keyed(self.verify_webhook), methods=["POST"]),
        ]

    async def add_certificate(self, request: Request) -> Response:
        return await self._save_certificate(request, new_id(), "Cadastro efetuado com sucesso")

    async def replace_certificate(self, request: Request) -> Response:
        key = request.path_params["key"]
        if key not in self.office.certificates:
            return refuse(404, "Certificado não encontrado")
        return await self._save_certificate(request, key, "Certificado atualizado com sucesso")

    async def _save_certificate(self, request: Request, key: str, message: str) -> Response:
        """Open the file with its password, and keep whose it is, not the file."""
        form = await request.form()
        upload, password = form.get("arquivo"), form.get("senha")
        if not isinstance(upload, UploadFile) or not isinstance(password, str):
            return refuse(400, "Falha na validação do Certificado", {"fields": {"arquivo": MISSING}})
        try:
            certificate = pkcs12.load_key_and_certificates(await upload.read(), password.encode())[1]
        except ValueError:
            certificate = None
        if certificate is None:
            return refuse(400, "Não foi possível ler o certificado: arquivo ou senha inválidos")
        body = {
            "id": key,
            "nome": certificate.subject.rfc4514_string(),
            "vencimento": certificate.not_valid_after_utc.isoformat(),
            "email": str(form.get("email") or ""),
        }
        self.office.save_certificate(key, body)
        return answer({"message": message, "data": {"id": key}})

    async def list_certificates(self, _request: Request) -> Response:
        return answer(list(self.office.certificates.values()))

    async def get_certificate(self, request: Request) -> Response:
        key = request.path_params["key"]
        bound = self.office.companies.get(key, {}).get("certificado", key)
        found = self.office.certificates.get(bound)
        return answer(found) if found else refuse(404, "Certificado não encontrado")

    async def remove_certificate(self, request: Request) -> Response:
        key = request.path_params["key"]
        if key not in self.office.certificates:
            return refuse(404, "Certificado não encontrado")
        self.office.discard_certificate(key)
        return answer({"message": "Certificado removido com sucesso"})

    async def add_company(self, request: Request) -> Response:
        body = await read_json(request)
        if flaws := self._find_flaws(body):
            return refuse(400, INVALID, {"fields": flaws})
        document = body["cpfCnpj"]
        if document in self.office.companies:
            return refuse(409, "Já existe uma Empresa com os parâmetros informados")
        self.office.save_company(document, body)
        return answer({"message": "Cadastro efetuado com sucesso", "data": {"cnpj": document}})

    async def change_company(self, request: Request) -> Response:
        document, body = request.path_params["cnpj"], await read_json(request)
        if document not in self.office.companies:
            return refuse(404, "Empresa não encontrada")
        body = {**self.office.companies[document], **body, "cpfCnpj": document}
        if flaws := self._find_flaws(body):
            return refuse(400, INVALID, {"fields": flaws})
        self.office.save_company(document, body)
        return answer({"message": "Cadastro atualizado com sucesso", "data": {"cnpj": document}})

    async def change_config(self, request: Request) -> Response:
        document, body = request.path_params["cnpj"], await read_json(request)
        company = self.office.companies.get(document)
        if company is None:
            return refuse(404, "Empresa não encontrada")
        self.office.save_company(document, merge(company, body))
        return answer({"message": "Cadastro atualizado com sucesso", "data": {"cnpj": document}})

    async def get_company(self, request: Request) -> Response:
        company = self.office.companies.get(request.path_params["cnpj"])
        return answer(company) if company else refuse(404, "Empresa não encontrada")

    async def list_companies(self, request: Request) -> Response:
        """Answer 150 at a time; the hash is the last CNPJ."""
        after = request.query_params.get("hashProximaPagina", "")
        documents = sorted(document for document in self.office.companies if document > after)
        page = [self.office.companies[document] for document in documents[:PAGE]]
        following = documents[PAGE - 1] if len(documents) > PAGE else None
        return answer({"data": page, "hashProximaPagina": following})

    def _find_flaws(self, body: dict[str, Any]) -> dict[str, str]:
        address = body.get("endereco") or {}
        flaws = {name: MISSING for name in REQUIRED if body.get(name) in (None, "")}
        flaws |= {f"endereco.{name}": MISSING for name in REQUIRED_ADDRESS if not address.get(name)}
        document = str(body.get("cpfCnpj") or "")
        if document and not (is_cnpj(document) or is_cpf(document)):
            flaws["cpfCnpj"] = "CPF ou CNPJ inválido"
        certificate = body.get("certificado")
        if certificate and certificate not in self.office.certificates:
            flaws["certificado"] = "Certificado não encontrado"
        return flaws

    async def get_webhook(self, request: Request) -> Response:
        found = self.office.webhooks.get(request.path_params.get("cnpj", ACCOUNT))
        return answer(found) if found else refuse(404, "Webhook não encontrado")

    async def set_webhook(self, request: Request) -> Response:
        owner, body = request.path_params.get("cnpj", ACCOUNT), await read_json(request)
        if owner != ACCOUNT and owner not in self.office.companies:
            return refuse(404, "Empresa não encontrada")
        if not str(body.get("url", "")).startswith(("http://", "https://")):
            return refuse(400, "Falha na validação do JSON de Webhook", {"fields": {"url": "URL inválida"}})
        exists = owner in self.office.webhooks
        if exists and request.method == "POST":
            return refuse(409, "Já existe um Webhook para a empresa")
        if not exists and request.method == "PUT":
            return refuse(404, "Webhook não encontrado")
        self.office.save_webhook(owner, body)
        return answer({"message": "Webhook salvo com sucesso", "data": body})

    async def verify_webhook(self, request: Request) -> Response:
        hook = self.office.webhooks.get(request.path_params.get("cnpj", ACCOUNT))
        if hook is None:
            return refuse(404, "Webhook não encontrado")
        async with httpx.AsyncClient(timeout=10) as client:
            status = await post(
                client, hook["url"], hook.get("headers") or {}, {"id": new_id(), "teste": True}
            )
        return answer({"message": "Webhook verificado", "data": {"statusCode": status}})


def merge(old: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Change only the fields named, at every depth."""
    result = dict(old)
    for name, value in changes.items():
        before = result.get(name)
        result[name] = merge(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return result

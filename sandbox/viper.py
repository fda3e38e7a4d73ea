"""Emulator of Viper's public API: company contacts (contracts: viper.md §2)."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.answers import answer
from sandbox.brasilapi import STATUSES
from sandbox.world import Company, World
from sandbox.world.numbers import chance, digest, is_cnpj

KEY = "sandbox"
UNKNOWN_PERCENT = 4


def refuse(status: int, message: str) -> Response:
    return answer({"erro": message}, status)


async def company(request: Request, world: World) -> Response:
    """Answer what the vendor knows of a company. It lacks some, and says so in two ways."""
    if request.headers.get("authorization") != f"Basic {KEY}":
        return refuse(401, "Chave inválida")
    cnpj = request.path_params["cnpj"]
    found = world.find_company(cnpj) if is_cnpj(cnpj) else None
    if found is None or chance(UNKNOWN_PERCENT, "viper unknown", cnpj):
        return not_found(cnpj)
    return answer(company_json(found))


def not_found(cnpj: str) -> Response:
    """The vendor's way is unknown: half of the answers are 404, half are 200 with nothing inside."""
    if digest("viper not found", cnpj) % 2:
        return refuse(404, "Não encontrado")
    return answer({"razao_social": "", "nome_fantasia": "", "telefones": [], "emails": [""], "enderecos": []})


def company_json(company: Company) -> dict[str, Any]:
    """Write a company; the address comes at the top, as a list, or both."""
    key = company.cnpj
    city = company.city.name.upper() if company.city else ""
    address = {
        "TIPO_LOGRADOURO": company.street_type,
        "LOGRADOURO": company.street,
        "NUMERO": company.number,
        "COMPLEMENTO": company.complement,
        "BAIRRO": company.district,
        "CIDADE": city,
        "UF": company.uf,
        "CEP": company.postal_code.strip(),
    }
    top = {name.lower(): address[name] for name in ("NUMERO", "BAIRRO", "CIDADE", "UF", "CEP")}
    top["logradouro"] = f"{company.street_type} {company.street}".strip()
    if chance(20, "viper lower", key):
        address = {name.lower(): value for name, value in address.items()}
    body: dict[str, Any] = {
        "razao_social": company.legal_name,
        "nome_fantasia": company.trade_name,
        "situacao": STATUSES.get(company.status, "ATIVA NÃO REGULAR"),
        "telefones": phones(company),
        "emails": [company.email.lower(), ""] if company.email else [""],
    }
    shape = digest("viper address", key) % 3
    if shape != 0:
        body |= top
    if shape != 1:
        body["enderecos"] = [address]
    if chance(15, "viper upper", key):
        return {name.upper(): value for name, value in body.items()}
    return body


def phones(company: Company) -> list[str]:
    """Write the phones in the mixed forms that were seen: with and without 9, 55 in front, blanks."""
    known = []
    for area, number in company.phones:
        area = area.lstrip("0")
        if len(number) == 8 and number[0] in "6789" and not chance(30, "viper ninth", number):
            number = "9" + number
        known.append(f"{area}{number}")
    known += company.extra_phones
    if known and chance(20, "viper country code", company.cnpj):
        known[-1] = "55" + known[-1]
    if known and chance(30, "viper repeat", company.cnpj):
        known.append(known[0])
    if chance(25, "viper blank", company.cnpj):
        known.insert(len(known) // 2, "")
    return known

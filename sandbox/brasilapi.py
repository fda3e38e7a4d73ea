"""Emulator of BrasilAPI: GET /api/cnpj/v1/{cnpj} (contracts: registry.md §1)."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sandbox.answers import HEADERS, answer
from sandbox.strangers import Strangers
from sandbox.world import Company, World
from sandbox.world.numbers import is_cnpj, mask_cnpj
from sandbox.world.registry import Partner, Sample

STATUSES = {"01": "NULA", "02": "ATIVA", "03": "SUSPENSA", "04": "INAPTA", "08": "BAIXADA"}
SIZES = {"00": "NÃO INFORMADO", "01": "MICRO EMPRESA", "03": "EMPRESA DE PEQUENO PORTE", "05": "DEMAIS"}
AGES = (
    "Não se aplica",
    "Entre 0 a 12 anos",
    "Entre 13 a 20 anos",
    "Entre 21 a 30 anos",
    "Entre 31 a 40 anos",
    "Entre 41 a 50 anos",
    "Entre 51 a 60 anos",
    "Entre 61 a 70 anos",
    "Entre 71 a 80 anos",
    "Maiores de 80 anos",
)


def refuse(status: int, message: str) -> Response:
    """Answer an error of the vendor's three kinds."""
    kind, name = {400: ("bad_request", "BadRequestError"), 404: ("not_found", "NotFoundError")}.get(
        status, ("internal_error", "InternalError")
    )
    return answer({"message": message, "type": kind, "name": name}, status)


def not_found(cnpj: str) -> Response:
    return refuse(404, f"CNPJ {mask_cnpj(cnpj)} não encontrado.")


async def company(request: Request, world: World, strangers: Strangers) -> Response:
    agent = request.headers.get("user-agent", "")
    if agent == "node":
        return PlainTextResponse("Forbidden", 403, HEADERS)
    if not agent:
        return PlainTextResponse("Too Many Requests", 429, {**HEADERS, "x-vercel-mitigated": "deny"})
    asked = request.path_params["cnpj"]
    cnpj = re.sub(r"[./-]", "", asked)
    if not is_cnpj(cnpj):
        return refuse(400, f"CNPJ {asked} inválido.")
    found = world.find_company(cnpj) or strangers.find(cnpj, world)
    return answer(company_json(found, world.sample)) if found else not_found(cnpj)


def company_json(company: Company, sample: Sample) -> dict[str, Any]:
    """Write an establishment with the types and gaps of the vendor: codes are numbers, e-mail is null."""
    names = sample.descriptions
    abroad = company.uf == "EX"
    others = [
        {"codigo": int(c), "descricao": names["cnae"].get(c, "")} for c in company.other_cnaes if c.isdigit()
    ]
    tax = company.tax
    person = company.legal_nature == "2135"
    return {
        "cnpj": company.cnpj,
        "identificador_matriz_filial": 1 if company.headquarters else 2,
        "descricao_identificador_matriz_filial": "MATRIZ" if company.headquarters else "FILIAL",
        "razao_social": company.legal_name,
        "nome_fantasia": company.trade_name,
        "situacao_cadastral": int(company.status),
        "descricao_situacao_cadastral": STATUSES.get(company.status, ""),
        "data_situacao_cadastral": date(company.status_date),
        "motivo_situacao_cadastral": _number(company.status_reason),
        "descricao_motivo_situacao_cadastral": names["reason"].get(company.status_reason, ""),
        "nome_cidade_no_exterior": "",
        "codigo_pais": None,
        "pais": None,
        "data_inicio_atividade": date(company.opened_on),
        "cnae_fiscal": _number(company.main_cnae),
        "cnae_fiscal_descricao": names["cnae"].get(company.main_cnae, ""),
        "cnaes_secundarios": others or [{"codigo": 0, "descricao": ""}],
        "descricao_tipo_de_logradouro": company.street_type,
        "logradouro": company.street,
        "numero": company.number,
        "complemento": " ".join(company.complement.split()),
        "bairro": company.district,
        "cep": company.postal_code.strip(),
        "uf": company.uf,
        "codigo_municipio": _number(company.siafi_code),
        "codigo_municipio_ibge": None if abroad or company.city is None else int(company.city.ibge_code),
        "municipio": names["city"].get(company.siafi_code, ""),
        "ddd_telefone_1": "".join(company.phones[0]) if company.phones else "",
        "ddd_telefone_2": "".join(company.phones[1]) if len(company.phones) > 1 else "",
        "ddd_fax": "".join(company.fax),
        "email": None,
        "situacao_especial": company.special_status,
        "data_situacao_especial": date(company.special_status_date),
        "opcao_pelo_simples": _choice(tax.simples) if tax else None,
        "data_opcao_pelo_simples": date(tax.simples_since) if tax else None,
        "data_exclusao_do_simples": date(tax.simples_until) if tax else None,
        "opcao_pelo_mei": _choice(tax.mei) if tax else None,
        "data_opcao_pelo_mei": date(tax.mei_since) if tax else None,
        "data_exclusao_do_mei": date(tax.mei_until) if tax else None,
        "codigo_natureza_juridica": _number(company.legal_nature),
        "natureza_juridica": names["nature"].get(company.legal_nature, ""),
        "qualificacao_do_responsavel": _number(company.responsible),
        "capital_social": float(company.capital.replace(".", "").replace(",", ".") or 0),
        "codigo_porte": _number(company.size),
        "porte": SIZES.get(company.size, ""),
        "ente_federativo_responsavel": company.public_body,
        "qsa": None if person else [partner_json(partner, sample) for partner in company.partners],
        "regime_tributario": None,
    }


def partner_json(partner: Partner, sample: Sample) -> dict[str, Any]:
    names = sample.descriptions
    return {
        "identificador_de_socio": int(partner.kind),
        "nome_socio": partner.name,
        "cnpj_cpf_do_socio": partner.document,
        "codigo_qualificacao_socio": _number(partner.qualification),
        "qualificacao_socio": names["qualification"].get(partner.qualification, ""),
        "data_entrada_sociedade": date(partner.since),
        "codigo_pais": _number(partner.country),
        "pais": names["country"].get(partner.country),
        "cpf_representante_legal": "***000000**",
        "nome_representante_legal": "",
        "codigo_qualificacao_representante_legal": 0,
        "qualificacao_representante_legal": "Não informada",
        "codigo_faixa_etaria": _number(partner.age_band),
        "faixa_etaria": AGES[int(partner.age_band)] if partner.age_band.isdigit() else "",
    }


def date(text: str) -> str | None:
    """Write 20150312 as 2015-03-12; the registry's zeros and blanks are null."""
    if len(text) != 8 or not text.strip("0"):
        return None
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def _number(code: str) -> int | None:
    return int(code) if code.isdigit() else None


def _choice(letter: str) -> bool | None:
    return {"S": True, "N": False}.get(letter)

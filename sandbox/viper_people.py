"""Emulator of Viper's public API: a person's data by CPF (contracts: viper.md §2.3).

Every CPF of the sandbox (999…) is one person. Whose partner the person is cannot be told from the CPF, so
`participacoes` is empty; the employer under `ocupacao` is a company of the world.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox import viper
from sandbox.answers import answer
from sandbox.world import Company, World
from sandbox.world.names import is_cpf, person_name
from sandbox.world.numbers import between, chance, digest, pick
from sandbox.world.text import phrases

UNKNOWN_PERCENT = 6
OCCUPATIONS = phrases("""
    223208 CIRURGIAO DENTISTA - CLINICO GERAL | 411010 ASSISTENTE ADMINISTRATIVO | 521110 VENDEDOR DE COMERCIO
""")
SCHOOLING = phrases("FUNDAMENTAL COMPLETO | MEDIO COMPLETO | SUPERIOR INCOMPLETO | SUPERIOR COMPLETO")
SINGLE = {"telefones_fixos": "TELEFONE", "telefones_moveis": "TELEFONE", "emails": "EMAIL"}


async def person(request: Request, world: World) -> Response:
    """Answer in shape A (lists, lower case), shape B (objects, upper case) or a degenerate mixture."""
    if request.headers.get("authorization") != f"Basic {viper.KEY}":
        return viper.refuse(401, "Chave inválida")
    cpf = request.path_params["cpf"]
    if not is_cpf(cpf) or not cpf.startswith("999") or chance(UNKNOWN_PERCENT, "viper person", cpf):
        return not_found(cpf)
    shape = digest("person shape", cpf) % 100
    sections = person_sections(cpf, pick(world.sample.employers, "employer", cpf))
    if shape < 55:
        return answer(sections)
    return answer(as_objects(sections) if shape < 85 else degenerate(sections, cpf))


def not_found(cpf: str) -> Response:
    if digest("viper not found", cpf) % 2:
        return viper.refuse(404, "Não encontrado")
    return answer({"dados_gerais": {}, "telefones_fixos": [], "telefones_moveis": None, "emails": ""})


def person_sections(cpf: str, employer: Company) -> dict[str, Any]:
    """Return all sections of a person in shape A. One mobile may be under WhatsApp as well."""
    area = employer.city.area_code if employer.city else "11"
    mobiles = [
        f"{area}9{pick('6789', 'person', cpf, n)}000{number:04d}" for n, number in enumerate(_four(cpf))
    ]
    name = person_name(cpf).lower().split()
    return {
        "dados_gerais": {
            "nome": person_name(cpf),
            "CPF": cpf,
            "nascimento": f"{between(1, 28, 'day', cpf):02d}/{between(1, 12, 'month', cpf):02d}/"
            f"{between(1950, 2003, 'year', cpf)}",
            "mae": person_name(f"mother of {cpf}"),
            "situacao_rf": "REGULAR" if chance(92, "regular", cpf) else "PENDENTE DE REGULARIZACAO",
            "escolaridade": pick(SCHOOLING, "schooling", cpf),
        },
        "telefones_fixos": [f"{area}3000{between(1000, 8999, 'fixed', cpf)}"]
        if chance(50, "fixed", cpf)
        else [],
        "telefones_moveis": mobiles,
        "whatsapps": mobiles[:1] if chance(70, "whatsapp", cpf) else [],
        "emails": [f"{name[0]}@{name[-1]}.example", ""],
        "enderecos": [address_of(employer, cpf)],
        "renda_estimada": {"FAIXA_RENDA": pick("ABCD", "income", cpf), "VALOR_RENDA": "7450,00"},
        "ocupacao": occupation_of(employer, cpf),
        "participacoes": [],
    }


def as_objects(sections: dict[str, Any]) -> dict[str, Any]:
    """Write shape B: single values as objects, upper case, several sections missing."""
    kept = {name: value for name, value in sections.items() if name not in ("renda_estimada", "ocupacao")}
    for name, inner in SINGLE.items():
        kept[name] = {inner: kept[name][0]} if kept[name] else []
    kept["enderecos"] = kept["enderecos"][0]
    return {name.upper(): value for name, value in kept.items()}


def degenerate(sections: dict[str, Any], cpf: str) -> dict[str, Any]:
    """Write what was never seen but must be understood: lists inside, null, empty text, objects in lists."""
    mobiles = sections["telefones_moveis"]
    odd = ({"TELEFONE": mobiles}, [{"TELEFONE": mobile} for mobile in mobiles], mobiles[0])
    empty: tuple[object, ...] = (None, "", {})
    return {
        **sections,
        "telefones_moveis": pick(odd, "odd", cpf),
        "telefones_fixos": pick(empty, "empty", cpf),
        "renda_estimada": pick(empty, "no income", cpf),
        "participacoes": None,
    }


def address_of(employer: Company, cpf: str) -> dict[str, str]:
    """Return a home in the employer's city."""
    return {
        "TIPO_LOGRADOURO": "AV",
        "LOGRADOURO": "SETE DE SETEMBRO",
        "NUMERO": str(between(10, 2999, "home", cpf)),
        "COMPLEMENTO": f"AP {between(1, 90, 'flat', cpf)}",
        "BAIRRO": "CENTRO",
        "CIDADE": employer.city.name.upper() if employer.city else "",
        "UF": employer.uf,
        "CEP": employer.postal_code.strip(),
    }


def occupation_of(employer: Company, cpf: str) -> dict[str, str]:
    code, _, description = pick(OCCUPATIONS, "occupation", cpf).partition(" ")
    return {
        "CNPJ": employer.cnpj,
        "RAZAO_SOCIAL": employer.legal_name,
        "CBO": code,
        "DESCRICAO_CBO": description,
        "possui_beneficio_inss": "NAO",
        "possui_siape": "NAO",
    }


def _four(cpf: str) -> list[int]:
    return [between(0, 8999, "mobile", cpf, place) for place in range(between(1, 2, "mobiles", cpf))]

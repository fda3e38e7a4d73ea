"""Where the thing is put right that keeps a note back: a field of the form, or a page (R94)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from fiscal.values import RuleProblem

FIELDS = {
    "amount": ("amount", "Corrigir o valor"),
    "description": ("description", "Corrigir a descrição"),
    "competence_date": ("competence_date", "Corrigir a competência"),
    "service": ("service", "Escolher o serviço"),
    "place_city_code": ("place", "Informar a cidade"),
    "federal": ("federal", "Corrigir as retenções"),
    "dCompet": ("competence_date", "Corrigir a competência"),
    "valores/vServPrest/vServ": ("amount", "Corrigir o valor"),
    "valores/trib/tribFed/vRetCP": ("federal", "Corrigir as retenções"),
    "valores/trib/tribFed/vRetIRRF": ("federal", "Corrigir as retenções"),
    "valores/trib/tribFed/vRetCSLL": ("federal", "Corrigir as retenções"),
    "serv/cServ/xDescServ": ("description", "Corrigir a descrição"),
    "serv/locPrest/cLocPrestacao": ("place", "Informar a cidade"),
    "subst/cMotivo": ("reason", "Corrigir o motivo"),
    "subst/xMotivo": ("reason_text", "Corrigir o motivo"),
}
TAX = ("tax", "prest/regTrib", "valores/trib", "IBSCBS")
COMPANY = ("company", "prest", "emit")
TAKER = ("taker", "toma")
SERVICE = ("serv/cServ", "valores/trib/tribFed")


@dataclass(frozen=True)
class Subject:
    """What a problem is about; `has_form` when the fields are on the same page."""

    company_id: int | None = None
    taker_id: int | None = None
    service_id: int | None = None
    has_form: bool = False
    next_page: str = ""


@dataclass(frozen=True)
class ShownProblem:
    """A problem with the way to put it right; `url` is empty where nobody here can."""

    problem: RuleProblem
    url: str = ""
    label: str = ""


def show_problems(problems: Iterable[RuleProblem], subject: Subject) -> list[ShownProblem]:
    """Return problems with their links, in order."""
    return [ShownProblem(problem, *_find(problem.field, subject)) for problem in problems]


def _find(field: str, subject: Subject) -> tuple[str, str]:
    if subject.has_form and field in FIELDS:
        name, label = FIELDS[field]
        return f"#id_{name}", label
    if _is_about(field, TAKER):
        return _taker(field, subject)
    if field == "certificates":
        return _page("nfse:upload_certificate", subject.company_id), "Enviar certificado"
    if field == "gateway":
        page = _page("nfse:edit_company", subject.company_id)
        return page and f"{page}#id_gateway", "Trocar o emissor"
    if field == "services":
        return _page("nfse:new_service", subject.company_id), "Cadastrar serviço"
    if _is_about(field, SERVICE):
        return _page("nfse:edit_service", subject.service_id), "Abrir o serviço"
    if _is_about(field, TAX):
        return _page("nfse:tax_profile", subject.company_id), "Abrir o perfil fiscal"
    if _is_about(field, COMPANY):
        return _page("nfse:company", subject.company_id), "Abrir a empresa"
    return "", ""


def _taker(field: str, subject: Subject) -> tuple[str, str]:
    if subject.taker_id is not None and field != "taker":
        return _page("nfse:edit_taker", subject.taker_id), "Abrir o tomador"
    return ("#id_taker", "Trocar o tomador") if subject.has_form else ("", "")


def _is_about(field: str, names: tuple[str, ...]) -> bool:
    return any(field == name or field.startswith(f"{name}/") for name in names)


def _page(name: str, row_id: int | None) -> str:
    if row_id is None:
        return ""
    try:
        return reverse(name, args=[row_id])
    except NoReverseMatch:
        return ""

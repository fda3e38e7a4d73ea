"""What a company still lacks to issue notes (N8): pure, over facts that a selector read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from core.formatting import format_date
from fiscal.documents.clock import competence_today
from fiscal.enumerations import Gateway, TaxRegime, TotalTaxMode, WhoFixes
from nfse.states import SetupState


class Need(StrEnum):
    """One line of the checklist."""

    FIRM = "firm"
    COMPANY = "company"
    ENABLED = "enabled"
    TAX_PROFILE = "tax_profile"
    SERVICE = "service"
    CERTIFICATE = "certificate"
    CITY = "city"
    GATEWAY = "gateway"
    PLUGNOTAS = "plugnotas"
    IBS_CBS = "ibs_cbs"
    PHONE = "phone"


@dataclass(frozen=True)
class TaxFacts:
    """Of the tax profile: what is chosen; percents are None until somebody fills them in."""

    apportionment: int | None
    total_tax_mode: str
    simples_percent: Decimal | None = None
    percents: tuple[Decimal | None, ...] = (None, None, None)


@dataclass(frozen=True)
class CompanyFacts:
    """All that readiness depends on. `city_uses_national` is None while it is not known."""

    is_firm_active: bool
    is_company_active: bool
    is_nfse_enabled: bool
    tax_regime: str
    gateway: str
    tax: TaxFacts | None
    service_count: int
    certificate_from: datetime | None
    certificate_until: datetime | None
    city_uses_national: bool | None
    plugnotas_state: str
    ibs_cbs_from: date | None = None
    """From which competence a note without IBS and CBS is stopped; None: never, or the profile has them."""


@dataclass(frozen=True)
class ReadinessItem:
    """One thing that is there or not: `message` says what to do, `target` where in the portal."""

    need: Need
    is_met: bool
    title: str
    message: str
    who_fixes: WhoFixes
    target: str


def check_readiness(facts: CompanyFacts, *, now: datetime) -> tuple[ReadinessItem, ...]:
    """Return the checklist of a company, in the order of the portal; items that do not apply are left out.

    A MEI cannot issue through PlugNotas: it takes no note without `iss.aliquota` (plugnotas.md 4), and the
    note of a MEI states none (E0600). The national issuer takes it in every city (national.md 3, 13).
    """
    lines = [
        (Need.FIRM, facts.is_firm_active),
        (Need.COMPANY, facts.is_company_active),
        (Need.ENABLED, facts.is_nfse_enabled),
        (Need.TAX_PROFILE, is_tax_complete(TaxRegime(facts.tax_regime), facts.tax)),
        (Need.SERVICE, facts.service_count > 0),
        (Need.CERTIFICATE, _is_certificate_valid(facts, now)),
    ]
    if facts.gateway == Gateway.NATIONAL:
        lines.append((Need.CITY, _does_city_accept(facts)))
        if facts.ibs_cbs_from is not None and competence_today(now) >= facts.ibs_cbs_from:
            lines.append((Need.IBS_CBS, False))
    if facts.gateway == Gateway.PLUGNOTAS and facts.tax_regime == TaxRegime.MEI:
        lines.append((Need.GATEWAY, False))
    elif facts.gateway == Gateway.PLUGNOTAS:
        lines.append((Need.PLUGNOTAS, facts.plugnotas_state == SetupState.SENT))
    items = (_item(need, is_met) for need, is_met in lines)
    return tuple(_tell_end(item, facts, now) if item.need is Need.CERTIFICATE else item for item in items)


def check_chat(phone_count: int) -> ReadinessItem:
    """Return the line of the chat, by how many active phones may ask for notes. It is shown apart.

    It is no part of the checklist, and keeps no user from issuing (N8).
    """
    return _item(Need.PHONE, phone_count > 0)


def is_ready(items: Sequence[ReadinessItem]) -> bool:
    """Return whether nothing is missing."""
    return all(item.is_met for item in items)


def list_missing(items: Sequence[ReadinessItem]) -> list[ReadinessItem]:
    """Return what is missing, in the same order."""
    return [item for item in items if not item.is_met]


def is_tax_complete(regime: TaxRegime, tax: TaxFacts | None) -> bool:
    """Return whether the profile states what SEFIN asks of the regime (national.md 5.5)."""
    if tax is None or regime.is_simples != (tax.apportionment is not None):
        return False
    if regime == TaxRegime.MEI:
        return tax.total_tax_mode == TotalTaxMode.NOT_INFORMED
    if regime.is_simples:
        return tax.total_tax_mode == TotalTaxMode.SIMPLES_PERCENT and tax.simples_percent is not None
    return tax.total_tax_mode == TotalTaxMode.PERCENTS and None not in tax.percents


def _item(need: Need, is_met: bool) -> ReadinessItem:
    return ReadinessItem(need, is_met, *_WORDS[need])


def _tell_end(item: ReadinessItem, facts: CompanyFacts, now: datetime) -> ReadinessItem:
    """Say when the certificate ended, where it was its end that keeps the company from issuing."""
    if facts.certificate_until is None or facts.certificate_until >= now:
        return item
    ended = format_date(facts.certificate_until)
    return replace(item, message=f"O certificado venceu em {ended}. Envie o renovado (.pfx) e a senha.")


def _is_certificate_valid(facts: CompanyFacts, now: datetime) -> bool:
    if facts.certificate_from is None or facts.certificate_until is None:
        return False
    return facts.certificate_from <= now <= facts.certificate_until


def _does_city_accept(facts: CompanyFacts) -> bool:
    """The agreement does not matter to the MEI, and one that is not known blocks nobody (national.md 3)."""
    return facts.tax_regime == TaxRegime.MEI or facts.city_uses_national is not False


_WORDS = {
    Need.FIRM: (
        "Contabilidade ativa",
        "A contabilidade está bloqueada. Fale com o atendimento do Nitro.",
        WhoFixes.OPERATORS,
        "firm",
    ),
    Need.COMPANY: ("Empresa ativa", "A empresa está desativada. Ative-a.", WhoFixes.FIRM, "company"),
    Need.ENABLED: (
        "Emissão de NFS-e ligada",
        "Marque “Emite NFS-e” no cadastro da empresa.",
        WhoFixes.FIRM,
        "company",
    ),
    Need.TAX_PROFILE: (
        "Perfil fiscal completo",
        "Complete o perfil fiscal conforme o regime tributário da empresa.",
        WhoFixes.FIRM,
        "tax",
    ),
    Need.SERVICE: (
        "Serviço cadastrado",
        "Cadastre ao menos um serviço, com o código de tributação nacional.",
        WhoFixes.FIRM,
        "services",
    ),
    Need.CERTIFICATE: (
        "Certificado A1 válido",
        "Envie um certificado A1 válido da empresa (.pfx) e a senha.",
        WhoFixes.FIRM,
        "certificates",
    ),
    Need.CITY: (
        "Cidade aceita o emissor nacional",
        "A cidade não usa o emissor nacional. Troque o emissor da empresa para PlugNotas.",
        WhoFixes.FIRM,
        "gateway",
    ),
    Need.GATEWAY: (
        "Emissor do MEI",
        "A nota do MEI sai pelo emissor nacional, em qualquer cidade: o PlugNotas exige uma alíquota de ISS, "
        "que o MEI não tem. Troque o emissor da empresa para Emissor nacional.",
        WhoFixes.FIRM,
        "gateway",
    ),
    Need.PLUGNOTAS: (
        "Cadastro no PlugNotas",
        "O cadastro no PlugNotas ainda não foi concluído. Confira o motivo e reenvie.",
        WhoFixes.FIRM,
        "company",
    ),
    Need.IBS_CBS: (
        "IBS e CBS no perfil fiscal",
        "A nota já precisa informar o IBS e a CBS. Preencha o grupo no perfil fiscal.",
        WhoFixes.FIRM,
        "tax",
    ),
    Need.PHONE: (
        "Telefone autorizado",
        "Cadastre ao menos um telefone que possa pedir notas pelo WhatsApp.",
        WhoFixes.FIRM,
        "phones",
    ),
}

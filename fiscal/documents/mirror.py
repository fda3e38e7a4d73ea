"""The mirror: what is confirmed, line by line, each one a field of the payload (PRODUCT 5.6, N17)."""

from dataclasses import dataclass
from decimal import Decimal

from core.documents import format_cnpj, format_cpf
from core.formatting import format_date
from core.money import format_brl
from fiscal.documents.amounts import ZERO, Preview, preview_amounts
from fiscal.documents.retentions import name_withheld, rates_by_tax
from fiscal.documents.tables import get_services
from fiscal.documents.texts import DESCRIPTION_LIMIT, clean_code, clean_text
from fiscal.enumerations import Environment, IssTreatment, TaxRegime
from fiscal.values import FederalRates, FederalTaxes, NoteSnapshot, Service
from registry.tables import get_municipality_names

TEST_BANNER = "TESTE: esta nota não tem valor fiscal."
NO_TAKER = "tomador não identificado"
_TREATMENTS = {
    IssTreatment.IMMUNE: "imune",
    IssTreatment.EXPORT: "exportação de serviço",
    IssTreatment.NOT_INCIDENT: "não incide",
}


@dataclass(frozen=True)
class MirrorLine:
    """One line: `key` names it for styling and tests, `label` and `text` are shown."""

    key: str
    label: str
    text: str


def mirror_lines(snapshot: NoteSnapshot, city_rate: Decimal | None = None) -> list[MirrorLine]:
    """Return the lines of the mirror in order. No amount is shown that the payload does not carry.

    Args:
        city_rate: percent of the city that receives the ISS, where the authority applies it; None: not known.
            The net value is reckoned with it, as the authority will.
    """
    preview = preview_amounts(snapshot, city_rate)
    issuer = snapshot.issuer
    lines = [
        MirrorLine("issuer", "De", _who(issuer.legal_name, issuer.document)),
        MirrorLine("taker", "Para", _taker(snapshot)),
        MirrorLine("service", "Serviço", _service(snapshot.service)),
        MirrorLine("amount", "Valor", format_reais(snapshot.amount)),
    ]
    if discounts := (snapshot.discount_unconditional or ZERO) + (snapshot.discount_conditional or ZERO):
        lines.append(MirrorLine("discounts", "Descontos", format_reais(discounts)))
    lines.append(MirrorLine("iss", "ISS", _iss(snapshot, preview, city_rate)))
    if snapshot.federal and preview.federal_withheld:
        lines.append(MirrorLine("federal", "Retenções federais", _federal(snapshot.federal)))
    if preview.total_withheld or snapshot.withheld:
        net = "depende da alíquota da prefeitura" if preview.net is None else format_reais(preview.net)
        lines.append(MirrorLine("net", "Líquido", net))
    if snapshot.ibs_cbs:
        codes = f"CST {snapshot.ibs_cbs.cst}, classificação {snapshot.ibs_cbs.cclasstrib}"
        lines.append(MirrorLine("ibs_cbs", "IBS/CBS", codes))
    when = f"{format_date(snapshot.competence_date)} · {_place(snapshot.service)}"
    lines.append(MirrorLine("competence", "Competência", when))
    if snapshot.substitutes:
        lines.append(MirrorLine("substitutes", "Substitui a nota", snapshot.substitutes.access_key))
    if snapshot.environment is Environment.STAGING:
        lines.append(MirrorLine("test", "", TEST_BANNER))
    return lines


def format_reais(amount: Decimal) -> str:
    """Return a Decimal of reais as R$ 1.234,56."""
    return format_brl(int((amount * 100).to_integral_value()))


def format_percent(rate: Decimal) -> str:
    """Return 2.00 as "2%" and 2.50 as "2,5%"."""
    return f"{rate.normalize():f}".replace(".", ",") + "%"


def describe_rates(rates: FederalRates) -> str:
    """Return what is withheld as "IRRF 1,5%, INSS 11%"; empty when nothing is."""
    return ", ".join(f"{name.upper()} {format_percent(rate)}" for name, rate in rates_by_tax(rates).items())


def format_document(document: str) -> str:
    """Return a CNPJ or CPF with its mask."""
    code = clean_code(document)
    return format_cpf(code) if len(code) == 11 else format_cnpj(code)


def _who(name: str, document: str) -> str:
    return f"{name} · {format_document(document)}"


def _taker(snapshot: NoteSnapshot) -> str:
    return _who(snapshot.taker.name, snapshot.taker.document) if snapshot.taker else NO_TAKER


def _service(service: Service) -> str:
    listed = get_services().get(clean_code(service.ctribnac))
    code = listed.subitem if listed else service.ctribnac
    return f"{clean_text(service.description, DESCRIPTION_LIMIT)} ({code})"


def _place(service: Service) -> str:
    name, uf = service.place_city_name, service.place_uf
    if not name:
        name, uf = get_municipality_names().get(service.place_city_code, (service.place_city_code, ""))
    return f"{name} - {uf}" if uf else name


def _iss(snapshot: NoteSnapshot, preview: Preview, city_rate: Decimal | None) -> str:
    if snapshot.iss_treatment in _TREATMENTS:
        return _TREATMENTS[snapshot.iss_treatment]
    if snapshot.issuer.tax_regime is TaxRegime.MEI:
        return "MEI, não destacado"
    if snapshot.iss_rate is None or preview.iss is None:
        return _without_rate(snapshot, city_rate)
    if snapshot.withheld:
        return f"retido pelo tomador, {format_reais(preview.iss)}"
    return f"{format_percent(preview.iss_rate or ZERO)} = {format_reais(preview.iss)}"


def _federal(federal: FederalTaxes) -> str:
    return ", ".join(f"{name} {format_reais(amount)}" for name, amount in name_withheld(federal).items())


def _without_rate(snapshot: NoteSnapshot, city_rate: Decimal | None) -> str:
    by_city = "pela alíquota da prefeitura"
    if city_rate is not None:
        by_city = f"{by_city}, {format_percent(city_rate)}"
    if snapshot.withheld:
        return f"retido pelo tomador, {by_city}"
    if snapshot.issuer.tax_regime.is_simples and snapshot.issuer.simples_apportionment == 1:
        return "recolhido pelo Simples Nacional"
    return by_city

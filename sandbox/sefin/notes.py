"""Making the NFS-e out of an accepted DPS (national.md §4.2, §10)."""

from decimal import Decimal
from xml.sax.saxutils import escape

from lxml import etree

from sandbox.sefin import amounts
from sandbox.sefin.cases import Case
from sandbox.sefin.documents import NAMESPACE
from sandbox.sefin.environments import xml_stamp
from sandbox.sefin.heads import APPLICATION
from sandbox.sefin.keys import check_digit
from sandbox.world import Company, World
from sandbox.world.numbers import digest

NATIONAL_SYSTEM = "2"  # ambGer
MEI_STATUS, USUAL_STATUS = "107", "100"


def make_access_key(case: Case, number: int) -> str:
    """Compose the 50 characters: city, generator, inscription, number, month, code and check digit."""
    kind = "2" if case.has("prest/CNPJ") else "1"
    issued = case.text("dhEmi")
    code = digest("access key", case.environment.name, case.node.element.get("Id")) % 10**9
    body = (
        f"{case.city}{NATIONAL_SYSTEM}{kind}{case.provider.zfill(14)}{number:013d}"
        f"{issued[2:4]}{issued[5:7]}{code:09d}"
    )
    return body + check_digit(body)


def write_note(case: Case, root: etree._Element, key: str, number: int, document: int, world: World) -> str:
    """Write the NFS-e without its signature."""
    sums = amounts.compute(case)
    cities = world.catalog.cities_by_ibge
    place = case.text("serv/locPrest/cLocPrestacao")
    service = case.service
    parts = [
        _tag("xLocEmi", cities[case.city].name),
        _tag("xLocPrestacao", cities[place].name if place in cities else "EXTERIOR"),
        _tag("nNFSe", number),
        *_incidence(case, world),
        _tag("xTribNac", (service.description if service else "")[:600]),
        _optional("xNBS", case.tables.nbs.get(case.text("serv/cServ/cNBS"), "")[:600]),
        _tag("verAplic", APPLICATION),
        _tag("ambGer", NATIONAL_SYSTEM),
        "<tpEmis>1</tpEmis><procEmi>1</procEmi>",
        _tag("cStat", MEI_STATUS if case.is_mei else USUAL_STATUS),
        _tag("dhProc", xml_stamp(case.now)),
        _tag("nDFSe", document),
        _emitter(case, world),
        _values(sums),
        _reform(case, sums, world),
        etree.tostring(root, encoding="unicode"),
    ]
    return f'<NFSe xmlns="{NAMESPACE}" versao="1.01"><infNFSe Id="NFS{key}">{"".join(parts)}</infNFSe></NFSe>'


def _tag(name: str, value: object) -> str:
    return f"<{name}>{escape(str(value))}</{name}>"


def _optional(name: str, value: str) -> str:
    return _tag(name, value) if value else ""


def _money(name: str, value: Decimal | None) -> str:
    return "" if value is None else _tag(name, f"{value:.2f}")


def _incidence(case: Case, world: World) -> list[str]:
    city = world.catalog.cities_by_ibge.get(case.incidence_city)
    if city is None or case.taxation != "1":
        return []
    return [_tag("cLocIncid", city.ibge_code), _tag("xLocIncid", city.name)]


def _emitter(case: Case, world: World) -> str:
    """Write the emitter as the registry has it: the invented world's company, or the certificate's holder."""
    company = world.find_company(case.provider) if len(case.provider) == 14 else None
    holder = case.signer.holder if case.signer else ""
    name = company.legal_name if company else holder or "EMPRESA DE TESTE"
    kind = "CNPJ" if case.has("prest/CNPJ") else "CPF"
    parts = [
        _tag(kind, case.provider),
        _optional("IM", case.text("prest/IM")),
        _tag("xNome", name[:150]),
        _optional("xFant", company.trade_name[:150] if company else ""),
        _address(case, company, world),
    ]
    return f"<emit>{''.join(parts)}</emit>"


def _address(case: Case, company: Company | None, world: World) -> str:
    city = world.catalog.cities_by_ibge[case.city]
    known = company is not None and company.street
    street = f"{company.street_type} {company.street}".strip() if company and known else "RUA DE TESTE"
    district = (company.district if company else "") or "CENTRO"
    code = "".join(filter(str.isdigit, company.postal_code)) if company else ""
    parts = [
        _tag("xLgr", street),
        _tag("nro", ((company.number if company else "") or "100").strip()),
        _tag("xBairro", district.strip()),
        _tag("cMun", city.ibge_code),
        _tag("UF", city.uf),
        _tag("CEP", code if len(code) == 8 else "01001000"),
    ]
    return f"<enderNac>{''.join(parts)}</enderNac>"


def _values(sums: amounts.Amounts) -> str:
    parts = [
        _money("vBC", sums.base),
        _money("pAliqAplic", sums.rate),
        _money("vISSQN", sums.iss),
        _money("vTotalRet", sums.withheld),
        _money("vLiq", sums.net),
    ]
    return f"<valores>{''.join(parts)}</valores>"


def _reform(case: Case, sums: amounts.Amounts, world: World) -> str:
    """Write IBS and CBS at the rates of the competence."""
    city = world.catalog.cities_by_ibge.get(case.incidence_city) or world.catalog.cities_by_ibge[case.city]
    if not case.has("IBSCBS"):
        return ""
    rates = amounts.reform_rates(case.competence)
    state, own_city, cbs = (
        amounts.round_cents(sums.reform_base * rate / 100)
        for rate in (rates.ibs_state, rates.ibs_city, rates.cbs)
    )
    total = sums.net + (state + own_city + cbs if rates.is_added else 0)
    return (
        f"<IBSCBS>{_tag('cLocalidadeIncid', city.ibge_code)}{_tag('xLocalidadeIncid', city.name)}"
        f"<valores>{_money('vBC', sums.reform_base)}"
        f"<uf>{_money('pIBSUF', rates.ibs_state)}{_money('pAliqEfetUF', rates.ibs_state)}</uf>"
        f"<mun>{_money('pIBSMun', rates.ibs_city)}{_money('pAliqEfetMun', rates.ibs_city)}</mun>"
        f"<fed>{_money('pCBS', rates.cbs)}{_money('pAliqEfetCBS', rates.cbs)}</fed></valores>"
        f"<totCIBS>{_money('vTotNF', total)}<gIBS>{_money('vIBSTot', state + own_city)}"
        f"<gIBSUFTot>{_money('vIBSUF', state)}</gIBSUFTot>"
        f"<gIBSMunTot>{_money('vIBSMun', own_city)}</gIBSMunTot></gIBS>"
        f"<gCBS>{_money('vCBS', cbs)}</gCBS></totCIBS></IBSCBS>"
    )

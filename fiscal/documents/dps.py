"""The DPS of a snapshot, built over the nfelib bindings in the order of the XSD (contract section 5).

The builder writes what the snapshot says and invents nothing: what the authority would refuse is the rules'
to find, except what cannot be written at all.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import TypeVar

from nfelib.nfse.bindings import v1_0 as bindings
from xsdata.formats.dataclass.context import XmlContext
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.config import SerializerConfig

from core.errors import NitroError
from fiscal.documents.amounts import CENT, own_pis_cofins
from fiscal.documents.clock import format_time
from fiscal.documents.identifiers import dps_id
from fiscal.documents.layouts import LAYOUT_101, LayoutNotAvailable
from fiscal.documents.texts import (
    DESCRIPTION_LIMIT,
    EXTRA_LIMIT,
    NAME_LIMIT,
    clean_code,
    clean_digits,
    clean_line,
    clean_text,
)
from fiscal.documents.xml import NAMESPACE, PROLOG
from fiscal.enumerations import Environment, IssTreatment, SpecialRegime, TaxRegime, TotalTaxMode
from fiscal.values import (
    Address,
    EventActivity,
    FederalTaxes,
    IbsCbs,
    Issuer,
    NoteSnapshot,
    Service,
    Substitution,
    Taker,
    TotalTax,
)

_T = TypeVar("_T")
APPLICATION = "Nitro 1.0"
NO_NUMBER = "S/N"
NO_DISTRICT = "Não informado"
_REGIME_CODES = {
    TaxRegime.NORMAL: "1",
    TaxRegime.MEI: "2",
    TaxRegime.SIMPLES: "3",
    TaxRegime.SIMPLES_EXCESS: "3",
}
SPECIAL_REGIME_CODES = {
    SpecialRegime.NONE: "0",
    SpecialRegime.COOPERATIVE: "1",
    SpecialRegime.ESTIMATE: "2",
    SpecialRegime.MUNICIPAL_MICRO: "3",
    SpecialRegime.NOTARY: "4",
    SpecialRegime.SELF_EMPLOYED: "5",
    SpecialRegime.PROFESSIONAL_SOCIETY: "6",
    SpecialRegime.OTHER: "9",
}


class CannotBuild(NitroError):
    """A snapshot that no document can say. `field` is the path of the contract's section 5.1."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class ForeignNotSupported(CannotBuild):
    """Foreign takers and exports need an accountant's decision and no confirmed path exists (5.7)."""

    def __init__(self, field: str) -> None:
        super().__init__(
            field,
            "Ainda não emitimos notas para cliente ou serviço no exterior. "
            "Emita esta nota no portal nacional ou fale com seu contador.",
        )


def build_dps(
    snapshot: NoteSnapshot, *, series: int, number: int, issued_at: datetime, layout: str = LAYOUT_101
) -> bytes:
    """Return the unsigned DPS as UTF-8 bytes without indentation or prefix.

    Args:
        series: 1 to 49999. number: nDPS. issued_at: aware time, as given by `clock.issue_time`.
        layout: from `layouts.choose_layout`, stored on the request.

    Raises:
        ForeignNotSupported, CannotBuild: naming the field. LayoutNotAvailable.
    """
    build = _BUILDERS.get(layout)
    if build is None:
        raise LayoutNotAvailable
    _refuse_foreign(snapshot)
    return build(snapshot, series, number, issued_at)


def _build_101(snapshot: NoteSnapshot, series: int, number: int, issued_at: datetime) -> bytes:
    issuer = snapshot.issuer
    document = clean_code(issuer.document)
    content = bindings.TcinfDps(
        Id=dps_id(city_code=issuer.city_code, document=document, series=series, number=number),
        tpAmb=bindings.TstipoAmbiente("1" if snapshot.environment is Environment.PRODUCTION else "2"),
        dhEmi=format_time(issued_at),
        verAplic=APPLICATION,
        serie=str(series),
        nDPS=str(number),
        dCompet=snapshot.competence_date.isoformat(),
        tpEmit=bindings.TsemitenteDps.VALUE_1,
        cLocEmi=issuer.city_code,
        subst=_substitution(snapshot.substitutes),
        prest=_issuer(issuer, document),
        toma=_taker(snapshot.taker),
        serv=_service(snapshot.service),
        valores=_values(snapshot),
        IBSCBS=_ibs_cbs(snapshot.ibs_cbs),
    )
    return serialize(bindings.Dps(infDPS=content, versao=LAYOUT_101))


_BUILDERS: dict[str, Callable[[NoteSnapshot, int, int, datetime], bytes]] = {LAYOUT_101: _build_101}


def serialize(document: object) -> bytes:
    """Return a binding as bytes: prolog, default namespace, one line."""
    text = _serializer().render(document, ns_map={None: NAMESPACE})
    return PROLOG + text.encode()


@cache
def _serializer() -> XmlSerializer:
    return XmlSerializer(context=XmlContext(), config=SerializerConfig(xml_declaration=False))


def _refuse_foreign(snapshot: NoteSnapshot) -> None:
    if snapshot.service.place_country != "BR":
        raise ForeignNotSupported("serv/locPrest/cPaisPrestacao")
    if snapshot.iss_treatment is IssTreatment.EXPORT:
        raise ForeignNotSupported("valores/trib/tribMun/tribISSQN")
    taker = snapshot.taker
    if taker and ((taker.address and taker.address.country != "BR") or not clean_code(taker.document)):
        raise ForeignNotSupported("toma")


def _substitution(substitutes: Substitution | None) -> bindings.Tcsubstituicao | None:
    if substitutes is None:
        return None
    return bindings.Tcsubstituicao(
        chSubstda=substitutes.access_key,
        cMotivo=_enum("subst/cMotivo", bindings.TscodJustSubst, substitutes.reason),
        xMotivo=clean_line(substitutes.text, 255) or None,
    )


def _issuer(issuer: Issuer, document: str) -> bindings.TcinfoPrestador:
    regimes = bindings.TcregTrib(
        opSimpNac=bindings.TsopSimpNac(_REGIME_CODES[issuer.tax_regime]),
        regEspTrib=bindings.TsregEspTrib(SPECIAL_REGIME_CODES[issuer.special_regime]),
    )
    if issuer.simples_apportionment is not None:
        regimes.regApTribSN = bindings.TsregimeApuracaoSimpNac(str(int(issuer.simples_apportionment)))
    registration = clean_line(issuer.municipal_registration, 15) or None
    if len(document) == 11:
        return bindings.TcinfoPrestador(CPF=document, IM=registration, regTrib=regimes)
    return bindings.TcinfoPrestador(CNPJ=document, IM=registration, regTrib=regimes)


def _taker(taker: Taker | None) -> bindings.TcinfoPessoa | None:
    if taker is None:
        return None
    document = clean_code(taker.document)
    person = bindings.TcinfoPessoa(
        IM=clean_line(taker.municipal_registration, 15) or None,
        xNome=clean_line(taker.name, NAME_LIMIT),
        end=_address(taker.address),
        fone=_phone(taker.phone),
        email=clean_line(taker.email, 80) or None,
    )
    if len(document) == 11:
        person.CPF = document
    else:
        person.CNPJ = document
    return person


def _address(address: Address | None) -> bindings.Tcendereco | None:
    """An address without city or CEP is left out, and the rules say when that is not enough."""
    if address is None or not (address.city_code and clean_digits(address.postal_code)):
        return None
    return bindings.Tcendereco(
        endNac=bindings.TcenderNac(cMun=address.city_code, CEP=clean_digits(address.postal_code, 8)),
        xLgr=clean_line(address.street, 255),
        nro=clean_line(address.number, 60) or NO_NUMBER,
        xCpl=clean_line(address.complement, 156) or None,
        xBairro=clean_line(address.district, 60) or NO_DISTRICT,
    )


def _phone(phone: str) -> str | None:
    digits = clean_digits(phone.removeprefix("+55"))
    return digits if len(digits) >= 6 else None


def _service(service: Service) -> bindings.Tcserv:
    municipal_code = clean_code(service.ctribmun)
    extra = clean_text(service.extra_information, EXTRA_LIMIT)
    return bindings.Tcserv(
        locPrest=bindings.TclocPrest(cLocPrestacao=service.place_city_code),
        cServ=bindings.Tccserv(
            cTribNac=clean_code(service.ctribnac),
            cTribMun=municipal_code if municipal_code.strip("0") else None,
            xDescServ=_description(service.description),
            cNBS=clean_code(service.cnbs) or None,
        ),
        obra=bindings.TcinfoObra(cObra=clean_code(service.construction_code))
        if service.construction_code
        else None,
        atvEvento=_event(service.event),
        infoCompl=bindings.TcinfoCompl(xInfComp=extra) if extra else None,
    )


def _description(text: str) -> str:
    """The words of the person: cut, they would no longer be what was confirmed."""
    cleaned = clean_text(text, len(text) * 3)
    if len(cleaned) > DESCRIPTION_LIMIT:
        message = f"A descrição passa de {DESCRIPTION_LIMIT} caracteres. Resuma o serviço."
        raise CannotBuild("serv/cServ/xDescServ", message)
    return cleaned


def _event(event: EventActivity | None) -> bindings.TcatvEvento | None:
    if event is None:
        return None
    activity = bindings.TcatvEvento(
        xNome=clean_line(event.name, 255),
        dtIni=event.starts_on.isoformat(),
        dtFim=event.ends_on.isoformat(),
    )
    if event.code:
        activity.idAtvEvt = clean_line(event.code, 30)
    elif event.address:
        activity.end = bindings.TcenderecoSimples(
            CEP=clean_digits(event.address.postal_code, 8),
            xLgr=clean_line(event.address.street, 255),
            nro=clean_line(event.address.number, 60) or NO_NUMBER,
            xCpl=clean_line(event.address.complement, 156) or None,
            xBairro=clean_line(event.address.district, 60) or NO_DISTRICT,
        )
    return activity


def _values(snapshot: NoteSnapshot) -> bindings.TcinfoValores:
    unconditional = _optional_amount("valores/vDescCondIncond/vDescIncond", snapshot.discount_unconditional)
    conditional = _optional_amount("valores/vDescCondIncond/vDescCond", snapshot.discount_conditional)
    discounts = bindings.TcvdescCondIncond(vDescIncond=unconditional, vDescCond=conditional)
    return bindings.TcinfoValores(
        vServPrest=bindings.TcvservPrest(vServ=_amount("valores/vServPrest/vServ", snapshot.amount)),
        vDescCondIncond=discounts if unconditional or conditional else None,
        trib=bindings.TcinfoTributacao(
            tribMun=_municipal_tax(snapshot),
            tribFed=_federal_taxes(snapshot.federal),
            totTrib=_total_tax(snapshot.total_tax),
        ),
    )


def _municipal_tax(snapshot: NoteSnapshot) -> bindings.TctribMunicipal:
    tax = bindings.TctribMunicipal(
        tribISSQN=bindings.TstribIssqn(str(int(snapshot.iss_treatment))),
        tpRetISSQN=bindings.TstipoRetIssqn("2" if snapshot.withheld else "1"),
        pAliq=_optional_amount("valores/trib/tribMun/pAliq", snapshot.iss_rate),
    )
    if snapshot.immunity_kind is not None:
        kind = str(snapshot.immunity_kind)
        tax.tpImunidade = _enum("valores/trib/tribMun/tpImunidade", bindings.TstipoImunidadeIssqn, kind)
    return tax


def _federal_taxes(federal: FederalTaxes | None) -> bindings.TctribFederal | None:
    if federal is None:
        return None
    path = "valores/trib/tribFed"
    return bindings.TctribFederal(
        piscofins=_pis_cofins(federal),
        vRetCP=_optional_amount(f"{path}/vRetCP", federal.inss_withheld),
        vRetIRRF=_optional_amount(f"{path}/vRetIRRF", federal.irrf_withheld),
        vRetCSLL=_optional_amount(f"{path}/vRetCSLL", federal.csll_withheld),
    )


def _pis_cofins(federal: FederalTaxes) -> bindings.TctribOutrosPisCofins | None:
    if not federal.pis_cofins_cst:
        return None
    path = "valores/trib/tribFed/piscofins"
    pis, cofins = own_pis_cofins(federal)
    group = bindings.TctribOutrosPisCofins(
        CST=_enum(f"{path}/CST", bindings.TstipoCst, federal.pis_cofins_cst),
        vBCPisCofins=_optional_amount(f"{path}/vBCPisCofins", federal.pis_cofins_base),
        pAliqPis=_optional_amount(f"{path}/pAliqPis", federal.pis_rate),
        pAliqCofins=_optional_amount(f"{path}/pAliqCofins", federal.cofins_rate),
        vPis=_optional_amount(f"{path}/vPis", pis),
        vCofins=_optional_amount(f"{path}/vCofins", cofins),
    )
    if federal.withholding is not None:
        kind = str(federal.withholding)
        group.tpRetPisCofins = _enum(f"{path}/tpRetPisCofins", bindings.TstipoRetPiscofins, kind)
    return group


def _total_tax(total: TotalTax) -> bindings.TctribTotal:
    path = "valores/trib/totTrib"
    if total.mode is TotalTaxMode.NOT_INFORMED:
        return bindings.TctribTotal(indTotTrib=bindings.TstipoIndTotTrib.VALUE_0)
    if total.mode is TotalTaxMode.SIMPLES_PERCENT:
        if total.simples_percent is None:
            raise CannotBuild(f"{path}/pTotTribSN", _NO_TOTAL)
        return bindings.TctribTotal(pTotTribSN=_amount(f"{path}/pTotTribSN", total.simples_percent))
    if total.federal is None or total.state is None or total.municipal is None:
        raise CannotBuild(path, _NO_TOTAL)
    parts = [_amount(path, part) for part in (total.federal, total.state, total.municipal)]
    if total.mode is TotalTaxMode.PERCENTS:
        return bindings.TctribTotal(pTotTrib=bindings.TctribTotalPercent(*parts))
    return bindings.TctribTotal(vTotTrib=bindings.TctribTotalMonet(*parts))


_NO_TOTAL = (
    "Faltam os percentuais aproximados de tributos no cadastro da empresa. Peça ao contador para preencher."
)


def _ibs_cbs(group: IbsCbs | None) -> bindings.TcrtcinfoIbscbs | None:
    if group is None:
        return None
    classification = bindings.TcrtcinfoTributosSitClas(CST=group.cst, cClassTrib=group.cclasstrib)
    result = bindings.TcrtcinfoIbscbs(
        finNFSe=bindings.TsrtcfinNfse.VALUE_0,
        cIndOp=group.cindop,
        indDest=bindings.TsrtcindDest.VALUE_0,
        valores=bindings.TcrtcinfoValoresIbscbs(
            trib=bindings.TcrtcinfoTributosIbscbs(gIBSCBS=classification)
        ),
    )
    if group.personal_use is not None:
        result.indFinal = bindings.TsrtcindFinal("1" if group.personal_use else "0")
    if group.operation_type is not None:
        result.tpOper = _enum("IBSCBS/tpOper", bindings.TsrtctpOper, str(group.operation_type))
    return result


def _amount(field: str, value: Decimal) -> str:
    """A figure with two decimals; one with more would be rounded in silence, so it is refused."""
    if not value.is_finite() or value < 0 or value >= Decimal(10) ** 15 or value != value.quantize(CENT):
        raise CannotBuild(field, "O valor precisa ser positivo e ter no máximo duas casas decimais.")
    return format(value.quantize(CENT), "f")


def _optional_amount(field: str, value: Decimal | None) -> str | None:
    return None if value is None else _amount(field, value)


def _enum(field: str, kind: Callable[[str], _T], value: str) -> _T:
    try:
        return kind(value)
    except ValueError as error:
        raise CannotBuild(field, f"O código {value!r} não existe para {field}.") from error

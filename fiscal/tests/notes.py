"""The same invented notes for every test of documents: Oficina Rota Sul bills Clínica Bem Viver."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import pkcs12
from lxml import etree

from fiscal.documents.certificates import describe, open_pfx
from fiscal.documents.dps import build_dps
from fiscal.documents.identifiers import access_key_digit
from fiscal.documents.signing import SignatureAlgorithm, sign
from fiscal.documents.xml import NAMESPACE, PROLOG, find_child, find_first, local_name, read_xml
from fiscal.enumerations import Environment, SimplesApportionment, TaxRegime, TotalTaxMode
from fiscal.values import (
    Address,
    FederalTaxes,
    IbsCbs,
    Issuer,
    LoadedCertificate,
    NoteSnapshot,
    Service,
    Taker,
    TotalTax,
)
from sandbox.pki import make_pfx

SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
PORTO_ALEGRE = "4314902"
ISSUER_CNPJ, TAKER_CNPJ, LETTERS_CNPJ = "12345678000195", "11222333000181", "12ABC34501DE35"
TAKER_CPF, ISSUER_CPF = "52998224725", "11144477735"
KEY_BODY = f"{PORTO_ALEGRE}22{ISSUER_CNPJ}0000000000042" + "2611" + "123456789"
KEY = KEY_BODY + access_key_digit(KEY_BODY)
WRONG_KEY = KEY_BODY + str((int(KEY[-1]) + 1) % 10)
PASSWORD = "segredo"
ADDRESS = Address("Rua da Praia", "100", "", "Centro", PORTO_ALEGRE, "Porto Alegre", "RS", "90010-000")
CLINIC = Taker(TAKER_CNPJ, "Clínica Bem Viver Ltda", ADDRESS)
PERSON = Taker(TAKER_CPF, "Dona Maria")
SIMPLES_TOTAL = TotalTax(TotalTaxMode.SIMPLES_PERCENT, Decimal("6.00"))
PARTS_TOTAL = TotalTax(
    TotalTaxMode.PERCENTS, federal=Decimal("13.45"), state=Decimal("0.00"), municipal=Decimal("2.00")
)
FEDERAL = FederalTaxes(
    "01", Decimal("1500"), Decimal("0.65"), Decimal("3"), 3, Decimal("165"), Decimal("22.5"), Decimal("69.75")
)
IBS_CBS = IbsCbs(cindop="100301", cst="000", cclasstrib="000001")


def make_issuer(**changes: Any) -> Issuer:
    values: dict[str, Any] = {
        "document": ISSUER_CNPJ,
        "legal_name": "Oficina Rota Sul Ltda",
        "tax_regime": TaxRegime.SIMPLES,
        "simples_apportionment": SimplesApportionment.ALL_INSIDE,
        "city_code": PORTO_ALEGRE,
        "city_name": "Porto Alegre",
        "uf": "RS",
    }
    return Issuer(**{**values, **changes})


def make_service(**changes: Any) -> Service:
    values: dict[str, Any] = {
        "ctribnac": "010701",
        "description": "Manutenção do site em novembro",
        "place_city_code": PORTO_ALEGRE,
        "place_city_name": "Porto Alegre",
        "place_uf": "RS",
    }
    return Service(**{**values, **changes})


def make_snapshot(**changes: Any) -> NoteSnapshot:
    """A note of a Simples company, for a clinic with address, without retention."""
    values: dict[str, Any] = {
        "environment": Environment.STAGING,
        "issuer": make_issuer(),
        "taker": CLINIC,
        "service": make_service(),
        "amount": Decimal("1500.00"),
        "competence_date": date(2026, 11, 22),
        "total_tax": SIMPLES_TOTAL,
    }
    return NoteSnapshot(**{**values, **changes})


def mei_snapshot(**changes: Any) -> NoteSnapshot:
    issuer = make_issuer(tax_regime=TaxRegime.MEI, simples_apportionment=None)
    values = {"issuer": issuer, "total_tax": TotalTax(TotalTaxMode.NOT_INFORMED)}
    return make_snapshot(**{**values, **changes})


def normal_snapshot(**changes: Any) -> NoteSnapshot:
    values: dict[str, Any] = {
        "issuer": make_issuer(tax_regime=TaxRegime.NORMAL, simples_apportionment=None),
        "service": make_service(cnbs="115022000"),
        "total_tax": PARTS_TOTAL,
        "ibs_cbs": IBS_CBS,
    }
    return make_snapshot(**{**values, **changes})


def build(snapshot: NoteSnapshot | None = None, number: int = 57) -> bytes:
    return build_dps(snapshot or make_snapshot(), series=900, number=number, issued_at=NOW)


def make_certificate_file(document: str = ISSUER_CNPJ, **how: Any) -> bytes:
    """A PFX of the day NOW; `how` as in sandbox.pki.make_pfx."""
    return make_pfx(document, "OFICINA ROTA SUL", PASSWORD, now=NOW, **how)


@cache
def make_certificate(document: str = ISSUER_CNPJ) -> LoadedCertificate:
    return open_pfx(make_certificate_file(document), PASSWORD, now=NOW)


@cache
def make_unfit_certificate(kind: str, document: str = ISSUER_CNPJ) -> LoadedCertificate:
    """A certificate that `open_pfx` would refuse."""
    return load_unfit(make_certificate_file(document, kind=kind))


def load_unfit(data: bytes) -> LoadedCertificate:
    key, certificate, chain = pkcs12.load_key_and_certificates(data, PASSWORD.encode())
    return describe(certificate, private_key=key, chain=chain)


def signed(
    snapshot: NoteSnapshot | None = None,
    algorithm: SignatureAlgorithm = SignatureAlgorithm.RSA_SHA256_EXCLUSIVE,
) -> bytes:
    return sign(build(snapshot), certificate=make_certificate(), algorithm=algorithm)


def make_nfse(declaration: bytes, *, key: str = KEY, number: str = "42") -> bytes:
    """What the authority would return around a DPS; its signature is left out."""
    inside = etree.tostring(read_xml(declaration), encoding="unicode")
    amount = find_child(read_xml(declaration), "infDPS/valores/vServPrest/vServ")
    text = "0.00" if amount is None else amount.text
    return (
        PROLOG
        + (
            f'<NFSe versao="1.01" xmlns="{NAMESPACE}"><infNFSe Id="NFS{key}"><xLocEmi>Porto Alegre</xLocEmi>'
            f"<xLocPrestacao>Porto Alegre</xLocPrestacao><nNFSe>{number}</nNFSe>"
            f"<cLocIncid>{PORTO_ALEGRE}</cLocIncid>"
            "<xLocIncid>Porto Alegre</xLocIncid><xTribNac>Suporte técnico em informática.</xTribNac>"
            "<verAplic>SefinNac_1.6.0</verAplic><ambGer>2</ambGer><tpEmis>1</tpEmis><procEmi>1</procEmi>"
            "<cStat>100</cStat><dhProc>2026-11-24T12:00:05-03:00</dhProc><nDFSe>99</nDFSe>"
            f"<emit><CNPJ>{ISSUER_CNPJ}</CNPJ><xNome>OFICINA ROTA SUL LTDA</xNome><enderNac>"
            f"<xLgr>RUA A</xLgr><nro>1</nro><xBairro>CENTRO</xBairro><cMun>{PORTO_ALEGRE}</cMun><UF>RS</UF>"
            f"<CEP>90010000</CEP></enderNac></emit><valores><vLiq>{text}</vLiq></valores>{inside}</infNFSe></NFSe>"
        ).encode()
    )


def edit(xml: bytes, changes: dict[str, str | None]) -> bytes:
    """Set, add or (None) remove elements by their path inside infDPS or infPedReg; "@Id" is its attribute."""
    root = read_xml(xml)
    content = find_first(root, "infDPS")
    if content is None:
        content = find_first(root, "infPedReg")
    for path, value in changes.items():
        if path.startswith("@"):
            (root if path == "@versao" else content).set(path[1:], value)
        else:
            _set(content, path.split("/"), value)
    return PROLOG + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def _set(element: etree._Element, names: list[str], value: str | None) -> None:
    for index, name in enumerate(names):
        found = next((child for child in element if local_name(child) == name), None)
        if value is None and found is None:
            return
        if found is None:
            found = etree.SubElement(element, f"{{{NAMESPACE}}}{name}")
        if value is None and index == len(names) - 1:
            element.remove(found)
            return
        element = found
    if value:
        element.text = value

"""Documents on one core: a DPS built, checked and signed beside its bare signature; the PDF beside its tool.

Bare signing is signxml over the same bytes, read and written once, with the same RSA key. What is ours on
top: the bindings, the XSD and the local rules. The DANFSe is beside the library given the same note directly.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure, alternate

NOTES = 200
PICTURES = 15
GOAL_PREPARED = 0.25  # signing is C; the bindings are Python, and lose more on a machine that is shared
GOAL_CHECKED = 0.15
GOAL_PICTURE = 0.8


def run() -> list[Figure]:
    from brazilfiscalreport.danfse import Danfse

    from fiscal.documents.danfse import render
    from fiscal.documents.dps import build_dps
    from fiscal.documents.preparation import prepare_dps
    from fiscal.documents.rules import check_snapshot

    certificate, snapshot, now = make_certificate(), make_snapshot(), datetime.now(UTC)
    unsigned = build_dps(snapshot, series=900, number=1, issued_at=now)
    note = _note(unsigned)

    def prepare() -> None:
        prepare_dps(snapshot, series=900, number=1, issued_at=now, certificate=certificate)

    def check_and_prepare() -> None:
        assert check_snapshot(snapshot, certificate=certificate.certificate) == []
        prepare()

    def sign_bare() -> None:
        bare_sign(unsigned, certificate)

    def draw_bare() -> None:
        bytes(Danfse(xml=note).output())

    return [
        _figure("DPS built, signed and valid, beside bare signing", prepare, sign_bare, NOTES, GOAL_PREPARED),
        _figure("the same after all local rules", check_and_prepare, sign_bare, NOTES, GOAL_CHECKED),
        _figure("DANFSe, beside the renderer alone", lambda: render(note), draw_bare, PICTURES, GOAL_PICTURE),
    ]


def _figure(
    name: str, ours: Callable[[], object], reference: Callable[[], object], times: int, goal: float
) -> Figure:
    mine, theirs = alternate(lambda: _seconds(ours, times), lambda: _seconds(reference, times))
    return Figure.rate(name, ours=times / mine, reference=times / theirs, unit="documents/s", goal=goal)


def _seconds(action: Callable[[], object], times: int) -> float:
    """Seconds of this process's own processor time: what one core does, whoever shares the machine."""
    started = time.process_time()
    for _ in range(times):
        action()
    return time.process_time() - started


def bare_sign(unsigned: bytes, certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding
    from lxml import etree
    from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod, XMLSigner, methods

    root = etree.fromstring(unsigned)
    signer = XMLSigner(
        method=methods.enveloped,
        signature_algorithm=SignatureMethod.RSA_SHA256,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed = signer.sign(
        root,
        key=certificate.private_key,
        cert=[certificate.certificate.public_bytes(Encoding.PEM).decode()],
        reference_uri="#" + root[0].get("Id"),
        id_attribute="Id",
    )
    return etree.tostring(signed, encoding="UTF-8")


def make_certificate():
    from fiscal.documents.certificates import open_pfx
    from sandbox.pki import make_pfx

    with TemporaryDirectory() as home:
        data = make_pfx("12345678000195", "OFICINA ROTA SUL", "segredo", home=Path(home))
    return open_pfx(data, "segredo")


def make_snapshot():
    from fiscal.values import (
        Address,
        Environment,
        IbsCbs,
        Issuer,
        NoteSnapshot,
        Service,
        Taker,
        TaxRegime,
        TotalTax,
        TotalTaxMode,
    )

    address = Address("Rua da Praia", "100", "Sala 2", "Centro", "4314902", "Porto Alegre", "RS", "90010000")
    return NoteSnapshot(
        environment=Environment.STAGING,
        issuer=Issuer("12345678000195", "Oficina Rota Sul Ltda", TaxRegime.NORMAL, "4314902"),
        taker=Taker(
            "11222333000181", "Clínica Bem Viver Ltda", address, "+5551999990000", "nf@clinica.example"
        ),
        service=Service("010701", "Manutenção do site em novembro. " * 8, "4314902", cnbs="115022000"),
        amount=Decimal("1500.00"),
        competence_date=date(2026, 11, 1),
        total_tax=TotalTax(TotalTaxMode.PERCENTS, None, Decimal("13.45"), Decimal(0), Decimal("2.00")),
        ibs_cbs=IbsCbs("100301", "000", "000001"),
    )


def _note(unsigned: bytes) -> bytes:
    from fiscal.documents.xml import PROLOG

    inside = unsigned.removeprefix(PROLOG).decode()
    return (
        '<?xml version="1.0" encoding="UTF-8"?><NFSe versao="1.01" xmlns="http://www.sped.fazenda.gov.br/nfse">'
        '<infNFSe Id="NFS43149022212345678000195000000000004226111234567894"><xLocEmi>Porto Alegre</xLocEmi>'
        "<nNFSe>42</nNFSe><xTribNac>Suporte técnico</xTribNac><ambGer>2</ambGer><cStat>100</cStat>"
        "<dhProc>2026-11-24T12:00:05-03:00</dhProc><emit><CNPJ>12345678000195</CNPJ><xNome>OFICINA</xNome></emit>"
        f"<valores><vLiq>1500.00</vLiq></valores>{inside}</infNFSe></NFSe>"
    ).encode()

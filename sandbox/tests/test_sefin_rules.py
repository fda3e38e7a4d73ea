"""Rules of the annex: each document breaks one rule, or a few, and SEFIN names exactly those."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sandbox.tests.clients import CITY, COMPANY, OTHER, Dps

MEI = "<opSimpNac>2</opSimpNac><regEspTrib>0</regEspTrib>"
NORMAL = "<opSimpNac>1</opSimpNac><regEspTrib>0</regEspTrib>"
SIMPLES = "<opSimpNac>3</opSimpNac><regApTribSN>{}</regApTribSN><regEspTrib>0</regEspTrib>"
OUTSIDE = SIMPLES.format(2)
NO_TOTAL = "<indTotTrib>0</indTotTrib>"
PERCENT = (
    "<pTotTrib><pTotTribFed>1.00</pTotTribFed><pTotTribEst>0.00</pTotTribEst>"
    "<pTotTribMun>2.00</pTotTribMun></pTotTrib>"
)
ADDRESS = (
    "<end><endNac><cMun>{}</cMun><CEP>30100000</CEP></endNac><xLgr>Rua Um</xLgr><nro>1</nro>"
    "<xBairro>Centro</xBairro></end>"
)
ABROAD = (
    "<end><endExt><cPais>{}</cPais><cEndPost>1000</cEndPost><xCidade>Lisboa</xCidade>"
    "<xEstProvReg>Lisboa</xEstProvReg></endExt><xLgr>Rua Um</xLgr><nro>1</nro><xBairro>Centro</xBairro></end>"
)
TRADE = (
    "<comExt><mdPrestacao>{}</mdPrestacao><vincPrest>0</vincPrest><tpMoeda>220</tpMoeda>"
    "<vServMoeda>10.00</vServMoeda><mecAFComexP>{}</mecAFComexP><mecAFComexT>{}</mecAFComexT>"
    "<movTempBens>{}</movTempBens><mdic>0</mdic></comExt>"
)
NBS = "<cTribNac>{}</cTribNac><xDescServ>Serviço</xDescServ><cNBS>115013000</cNBS>"
EXPORTED = "<tribISSQN>3</tribISSQN><cPaisResult>PT</cPaisResult><tpRetISSQN>1</tpRetISSQN>"


def service(code, municipal=""):
    return f"<cTribNac>{code}</cTribNac>{municipal}<xDescServ>Serviço</xDescServ>"


def taker(body="", address="", name="CLIENTE"):
    return f"<toma>{body or f'<CNPJ>{OTHER}</CNPJ>'}<xNome>{name}</xNome>{address}</toma>"


def municipal(taxation="1", withheld="1", rate="", before=""):
    informed = f"<pAliq>{rate}</pAliq>" if rate else ""
    return f"<tribISSQN>{taxation}</tribISSQN>{before}<tpRetISSQN>{withheld}</tpRetISSQN>{informed}"


def reform(indicator="030101", recipient="", kind="0", cst="000", classification="000001", operation=""):
    return (
        f"<IBSCBS><finNFSe>0</finNFSe><cIndOp>{indicator}</cIndOp>{operation}<indDest>{kind}</indDest>{recipient}"
        f"<valores><trib><gIBSCBS><CST>{cst}</CST><cClassTrib>{classification}</cClassTrib></gIBSCBS></trib>"
        "</valores></IBSCBS>"
    )


def discounts(unconditional="", conditional=""):
    one = f"<vDescIncond>{unconditional}</vDescIncond>" if unconditional else ""
    two = f"<vDescCond>{conditional}</vDescCond>" if conditional else ""
    return f"<vDescCondIncond>{one}{two}</vDescCondIncond>"


def federal(body):
    return f"<tribFed>{body}</tribFed>"


TOMORROW = datetime.now(ZoneInfo("America/Sao_Paulo")) + timedelta(days=1)
WITHHELD_TAKER = taker(address=ADDRESS.format(CITY))
RULES = [
    # who, when, which number
    (Dps(identifier="DPS310620011144477700016100900000000000000001"), "E0004"),
    (Dps(tp_amb="1"), "E0006"),
    (Dps(issued_at=TOMORROW), "E0008"),
    (Dps(series="50000"), "E0010"),
    (Dps(competence=str(TOMORROW.date())), "E0015"),
    (Dps(competence="2023-08-31"), "E0016"),
    (Dps(emitter="2"), "E9996"),
    # provider
    (Dps(registration="<xNome>EMPRESA</xNome>"), "E0121"),
    (Dps(registration=ADDRESS.format(CITY)), "E0128"),
    (Dps(registration="<email>sem-arroba</email>"), "E0148"),
    (Dps(regime=MEI.replace("<regEsp", "<regApTribSN>1</regApTribSN><regEsp"), totals=NO_TOTAL), "E0162"),
    (Dps(regime="<opSimpNac>3</opSimpNac><regEspTrib>0</regEspTrib>"), "E0166"),
    (Dps(regime=MEI.replace("b>0", "b>6"), totals=NO_TOTAL), "E0174"),
    (Dps(regime=SIMPLES.format(1).replace("b>0", "b>6")), "E0175 E0177"),
    (Dps(regime=NORMAL.replace("b>0", "b>6"), totals=PERCENT), "E0177"),
    # taker
    (Dps(taker=taker("<CNPJ>11222333000182</CNPJ>")), "E0188"),
    (Dps(taker=taker(f"<CNPJ>{COMPANY}</CNPJ>")), "E0202"),
    (Dps(taker=taker("<CPF>11144477734</CPF>")), "E0206"),
    (Dps(taker=taker(address="<email>nada</email>")), "E0247"),
    (Dps(taker=taker(address=ADDRESS.format("9999999"))), "E0238"),
    (Dps(municipal=municipal(withheld="2", rate="2.00")), "E0204 E0237"),
    (Dps(service=service("170501"), taker=taker()), "E0234"),
    (
        Dps(
            taker=taker("<cNaoNIF>0</cNaoNIF>", ABROAD.format("PT")),
            service=NBS.format("010701"),
            groups=TRADE.format(1, "01", "01", 1),
        ),
        "E0226",
    ),
    (
        Dps(
            taker=taker("<NIF>123</NIF>"), service=NBS.format("010701"), groups=TRADE.format(1, "01", "01", 1)
        ),
        "E0242",
    ),
    (
        Dps(
            taker=taker("<NIF>123</NIF>", ABROAD.format("BR")),
            service=NBS.format("010701"),
            groups=TRADE.format(1, "01", "01", 1),
        ),
        "E0246",
    ),
    # service
    (Dps(place="<cLocPrestacao>9999999</cLocPrestacao>"), "E0302"),
    (Dps(service=service("999999")), "E0310"),
    (Dps(service=service("010701", "<cTribMun>000</cTribMun>")), "E0315"),
    (Dps(service=service("010701") + "<cNBS>111111111</cNBS>"), "E0316"),
    (Dps(taker=taker("<NIF>123</NIF>", ABROAD.format("PT"))), "E0318 E0330"),
    (Dps(service=service("070201")), "E0370"),
    (Dps(groups="<obra><cObra>123</cObra></obra>"), "E0372"),
    (Dps(service=service("120101")), "E0390"),
    (Dps(service=NBS.format("010701"), municipal=EXPORTED), "E0330"),
    (
        Dps(service=NBS.format("010701"), municipal=EXPORTED, groups=TRADE.format(0, "00", "00", 0)),
        "E0333 E0341 E0343 E0345",
    ),
    (Dps(service=NBS.format("010701"), municipal=EXPORTED, groups=TRADE.format(1, "01", "01", 3)), "E0356"),
    (
        Dps(service=NBS.format("010701"), municipal=municipal("3"), groups=TRADE.format(1, "01", "01", 1)),
        "E0590",
    ),
    (Dps(service=NBS.format("071001"), municipal=EXPORTED, groups=TRADE.format(1, "01", "01", 1)), "E0529"),
    # values
    (Dps(discounts=discounts("250.00")), "E0431"),
    (Dps(discounts=discounts("", "300.00")), "E0428 E0432 E1508"),
    (Dps(discounts=discounts("200.00") + "<vDedRed><vDR>60.00</vDR></vDedRed>"), "E0427 E0428 E0441"),
    (Dps(regime=MEI, totals=NO_TOTAL, discounts="<vDedRed><vDR>10.00</vDR></vDedRed>"), "E0436"),
    (Dps(service=service("990101")), "E0532"),
    (Dps(municipal=municipal("2")), "E0592"),
    (Dps(municipal=municipal("4", "2"), taker=WITHHELD_TAKER), "E0580"),
    (Dps(regime=MEI, totals=NO_TOTAL, municipal=municipal("1", "2"), taker=WITHHELD_TAKER), "E0583"),
    (
        Dps(regime=OUTSIDE.replace("b>0", "b>6"), municipal=municipal("1", "2"), taker=WITHHELD_TAKER),
        "E0177 E0588",
    ),
    # rate
    (Dps(regime=NORMAL, totals=PERCENT, municipal=municipal(rate="5.01")), "E0595 E0617"),
    (Dps(regime=MEI, totals=NO_TOTAL, municipal=municipal(rate="2.00")), "E0600"),
    (Dps(municipal=municipal("4", rate="2.00")), "E0602"),
    (Dps(regime=OUTSIDE.replace("b>0", "b>6"), municipal=municipal(rate="2.00")), "E0177 E0604 E0635"),
    (Dps(regime=NORMAL, totals=PERCENT, municipal=municipal(rate="2.00")), "E0617"),
    (Dps(municipal=municipal("1", "2"), taker=WITHHELD_TAKER), "E0621"),
    (Dps(municipal=municipal("1", "2", "1.79"), taker=WITHHELD_TAKER), "E0621"),
    (Dps(municipal=municipal(rate="2.00")), "E0625"),
    (Dps(regime=OUTSIDE, municipal=municipal(rate="2.00")), "E0635"),
    # federal taxes and totals
    (Dps(regime=MEI, totals=NO_TOTAL, federal=federal("<vRetIRRF>1.00</vRetIRRF>")), "E0676"),
    (
        Dps(federal=federal("<piscofins><CST>01</CST><vBCPisCofins>300.00</vBCPisCofins></piscofins>")),
        "E0677",
    ),
    (
        Dps(
            federal=federal(
                "<piscofins><CST>01</CST><vBCPisCofins>100.00</vBCPisCofins>"
                "<pAliqPis>0.65</pAliqPis><pAliqCofins>3.00</pAliqCofins><vPis>0.70</vPis>"
                "<vCofins>3.50</vCofins></piscofins>"
            )
        ),
        "E0694 E0696",
    ),
    (Dps(federal=federal("<vRetCP>0.00</vRetCP>")), "E0699"),
    (Dps(federal=federal("<vRetIRRF>0.00</vRetIRRF>")), "E0700"),
    (Dps(federal=federal("<vRetCSLL>0.00</vRetCSLL>")), "E0701"),
    (
        Dps(
            federal=federal(
                "<piscofins><CST>01</CST><tpRetPisCofins>0</tpRetPisCofins></piscofins>"
                "<vRetCSLL>5.00</vRetCSLL>"
            )
        ),
        "E0720",
    ),
    (Dps(federal=federal("<piscofins><CST>01</CST><tpRetPisCofins>3</tpRetPisCofins></piscofins>")), "E0724"),
    (Dps(regime=MEI, totals="<pTotTribSN>6.00</pTotTribSN>"), "E0710"),
    (Dps(totals=NO_TOTAL), "E0712"),
    (Dps(regime=NORMAL, totals=NO_TOTAL), "E0713"),
    # IBS and CBS
    (Dps(service=NBS.format("010701"), reform=reform("999999")), "E0901"),
    (Dps(reform=reform()), "E0322"),
    (Dps(service=NBS.format("010701"), reform=reform("020101")), "E0932"),
    (Dps(service=NBS.format("010701"), reform=reform("100301")), "E0187"),
    (Dps(service=NBS.format("010701"), reform=reform(), competence="2025-12-31"), "E0850"),
    (Dps(service=NBS.format("010701"), reform=reform(cst="200")), "E0959"),
    (Dps(service=NBS.format("010701"), reform=reform(operation="<tpOper>1</tpOper>")), "E0904"),
]


@pytest.mark.parametrize(("dps", "codes"), RULES, ids=[codes for _, codes in RULES])
def test_a_broken_rule_is_named(company, dps, codes):
    assert company.codes(dps) == codes.replace("", "").split()


def test_the_table_is_large_enough():
    assert len({code for _, codes in RULES for code in codes.split()}) > 60


GOOD = [
    Dps(),
    Dps(version="1.00"),
    Dps(regime=MEI, totals=NO_TOTAL),
    Dps(regime=NORMAL, totals=PERCENT),
    Dps(regime=OUTSIDE),
    Dps(regime=SIMPLES.format(3)),
    Dps(municipal=municipal("1", "2", "2.00"), taker=WITHHELD_TAKER),
    Dps(taker=taker("<CPF>11144477735</CPF>")),
    Dps(taker=taker("<CNPJ>12ABC34501DE35</CNPJ>")),
    Dps(service=NBS.format("010701"), reform=reform()),
    Dps(service=NBS.format("010701"), municipal=EXPORTED, groups=TRADE.format(1, "01", "01", 1)),
    Dps(groups="<infoCompl><xInfComp>Pedido 12</xInfComp></infoCompl>", discounts=discounts("10.00", "5.00")),
]


@pytest.mark.parametrize("dps", GOOD)
def test_a_good_document_is_issued(company, dps):
    assert company.codes(dps) == []


def test_all_rejections_are_listed_at_once(company):
    dps = Dps(series="50000", totals=NO_TOTAL, taker=taker("<CPF>11144477734</CPF>"))
    assert company.codes(dps) == ["E0010", "E0206", "E0712"]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"has_agreement": False}, "E0037"),
        ({"is_member": False}, "E0038"),
        ({"uses_national_issuer": False}, "E0039"),
        ({"services_off": ["010701"]}, "E0312"),
    ],
)
def test_a_city_decides_for_all_but_mei(company, sandbox, entry, code):
    sandbox.set_city(CITY, **entry)
    assert code in company.codes(Dps())
    assert company.codes(Dps(number=2, regime=MEI, totals=NO_TOTAL)) == []


@pytest.mark.parametrize(
    ("dps", "code"),
    [
        (Dps(regime=NORMAL, totals=PERCENT), "E0619"),
        (Dps(regime=OUTSIDE), "E0640"),
        (Dps(municipal=municipal(rate="2.00")), "E0631"),
        (Dps(municipal=municipal("1", "2"), taker=WITHHELD_TAKER), "E0628"),
    ],
)
def test_a_city_without_agreement_wants_the_rate(company, sandbox, dps, code):
    """The ISS of a works service is due where it was done, which here has no agreement."""
    sandbox.set_city("3550308", has_agreement=False, is_member=False)
    dps = Dps(
        **{**vars(dps), "service": service("071001"), "place": "<cLocPrestacao>3550308</cLocPrestacao>"}
    )
    assert company.codes(dps) == [code]


@pytest.mark.parametrize(
    ("document", "facts", "dps", "codes"),
    [
        (COMPANY, {"municipal_registration": "123"}, Dps(), ["E0116"]),
        (COMPANY, {"municipal_registration": "123"}, Dps(registration="<IM>9</IM>"), ["E0119"]),
        (COMPANY, {"municipal_registration": ""}, Dps(registration="<IM>9</IM>"), ["E0120"]),
        (COMPANY, {"municipal_registration": "123"}, Dps(registration="<IM>123</IM>"), []),
        (COMPANY, {"municipal_registration": "123"}, Dps(regime=MEI, totals=NO_TOTAL), []),
        (COMPANY, {"simples": "1"}, Dps(), ["E0160"]),
        (COMPANY, {"exists": False}, Dps(), ["E0082"]),
        (COMPANY, {"opened": "2999-01-01"}, Dps(), ["E0018"]),
        (COMPANY, {"city": "3550308"}, Dps(), ["E0084"]),
        (COMPANY, {"city": "3550308"}, Dps(regime=MEI, totals=NO_TOTAL), ["E0041"]),
        (OTHER, {"exists": False}, Dps(taker=taker()), ["E0190"]),
        ("11144477735", {"exists": False}, Dps(taker=taker("<CPF>11144477735</CPF>")), ["E0207"]),
    ],
)
def test_registries_decide_when_they_are_told(company, sandbox, document, facts, dps, codes):
    sandbox.set_taxpayer(document, **facts)
    assert company.codes(dps) == codes


def test_a_city_that_is_none_is_refused_to_a_mei_too(company):
    place = "<cLocPrestacao>3106200</cLocPrestacao>"
    dps = Dps(city="9999999", place=place, regime=MEI, totals=NO_TOTAL)
    assert company.codes(dps) == ["E0041"]


def test_a_city_with_its_own_issuer_refuses(company):
    assert "E0039" in company.codes(Dps(city="3550308"))


@pytest.mark.parametrize("entry", [{"cancel_limit": "muito"}, {"colour": "blue"}])
def test_a_senseless_entry_is_refused(sandbox, entry):
    with pytest.raises(AssertionError, match="400"):
        sandbox.set_city(CITY, **entry)

"""Who plays in the demo: invented companies of the sandbox's world, so that looking up a CNPJ finds them.

CNPJs begin with 99 and CPFs with 999, which nobody has; mail goes to `.example`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiscal.enumerations import Environment, Gateway, SimplesApportionment, TaxRegime, TotalTaxMode
from fiscal.values import IbsCbs
from nfse.models import ServiceProfile
from nfse.services.companies import CompanyData
from nfse.services.phones import PhoneData
from nfse.services.profiles import ServiceData, TaxData
from nfse.services.takers import TakerData

PORTO_ALEGRE = "4314902"
FIRM_CNPJ = "99138008000186"
FIRM_NAME = "Contabilidade Horizonte (demonstração)"
ISS_AT_PROVIDER = ServiceProfile.Incidence.PROVIDER


@dataclass(frozen=True)
class DemoCompany:
    """One company of the firm. `certificate_days` is how long its certificate lasts; None: it has none."""

    document: str
    data: CompanyData
    tax: TaxData | None = None
    services: tuple[ServiceData, ...] = ()
    certificate_days: int | None = 300
    environment: Environment = Environment.STAGING
    phones: tuple[PhoneData, ...] = ()


# Numbers of 90000, which no operator gives out; the first one asks for notes of two companies.
ONE_PHONE = PhoneData(name="Beto Balcão", number="(51) 90000-0001", can_cancel=True)
OTHER_PHONE = PhoneData(name="Sônia Sócia", number="(51) 90000-0002", email="sonia@cenedorelva.example")

SIMPLES_TAX = TaxData(
    total_tax_mode=TotalTaxMode.SIMPLES_PERCENT,
    total_tax_percent=Decimal("6.00"),
    simples_apportionment=SimplesApportionment.ALL_INSIDE,
    ibs_cbs=IbsCbs(cindop="100301", cst="000", cclasstrib="000001"),
)

SOFTWARE = DemoCompany(
    "99R7OQXX000138",
    CompanyData(
        legal_name="Desenvolvimento de Software Cenedorelva Ltda",
        trade_name="Cenedorelva Software",
        tax_regime=TaxRegime.SIMPLES,
        gateway=Gateway.NATIONAL,
        city_code=PORTO_ALEGRE,
        main_cnae="6202300",
        opening_date=date(2019, 3, 11),
        street="Estrada das Palmeiras",
        number="638",
        district="Boa Vista",
        postal_code="91330726",
        email="financeiro@cenedorelva.example",
    ),
    SIMPLES_TAX,
    (
        ServiceData(
            nickname="Suporte de sistemas",
            ctribnac="010701",
            cnbs="115013000",
            incidence_rule=ISS_AT_PROVIDER,
            cnae="6202300",
            keywords=("suporte", "manutenção"),
            description_template="Suporte técnico e manutenção de sistemas",
        ),
        ServiceData(
            nickname="Desenvolvimento",
            ctribnac="010101",
            cnbs="115022000",
            incidence_rule=ISS_AT_PROVIDER,
            cnae="6202300",
            keywords=("desenvolvimento", "sistema", "site"),
            description_template="Desenvolvimento de sistema sob encomenda",
        ),
    ),
    environment=Environment.PRODUCTION,
    phones=(ONE_PHONE, OTHER_PHONE),
)
ARCHITECT = DemoCompany(
    "99396777000184",
    CompanyData(
        legal_name="Arquiteto Horirilina Ltda ME",
        trade_name="Horirilina Arquitetura",
        tax_regime=TaxRegime.SIMPLES,
        gateway=Gateway.NATIONAL,
        city_code=PORTO_ALEGRE,
        main_cnae="7111100",
        opening_date=date(2021, 8, 2),
        street="Rua da Estação",
        number="S/N",
        complement="Sala 36",
        district="Nossa Senhora de Fátima",
        postal_code="91330518",
        email="contato@horirilina.example",
    ),
    SIMPLES_TAX,
    (
        ServiceData(
            nickname="Projeto de arquitetura",
            ctribnac="070101",
            cnbs="114021200",
            incidence_rule=ISS_AT_PROVIDER,
            cnae="7111100",
            keywords=("projeto", "arquitetura"),
            description_template="Projeto de arquitetura",
        ),
    ),
    environment=Environment.PRODUCTION,
    phones=(ONE_PHONE,),
)
FREELANCER = DemoCompany(
    "99940089000133",
    CompanyData(
        legal_name="99.940.089 Rosangela Pereira Quaresmeiro",
        trade_name="Rosangela Sistemas",
        tax_regime=TaxRegime.MEI,
        gateway=Gateway.NATIONAL,
        city_code=PORTO_ALEGRE,
        main_cnae="6202300",
        opening_date=date(2023, 1, 16),
        street="Rua Quinze de Novembro",
        number="1412",
        district="Centro",
        postal_code="91330372",
        email="rosangela@demo.example",
    ),
    TaxData(total_tax_mode=TotalTaxMode.NOT_INFORMED),
    (
        ServiceData(
            nickname="Suporte técnico",
            ctribnac="010701",
            incidence_rule=ISS_AT_PROVIDER,
            cnae="6202300",
            keywords=("suporte", "computador"),
            description_template="Suporte técnico em informática",
        ),
    ),
    certificate_days=12,
    environment=Environment.PRODUCTION,
)
CONSULTANCY = DemoCompany(
    "99836452000175",
    CompanyData(
        legal_name="Zimozelanda e Cia Ltda",
        trade_name="Zimozelanda Tecnologia",
        tax_regime=TaxRegime.NORMAL,
        gateway=Gateway.PLUGNOTAS,
        city_code=PORTO_ALEGRE,
        main_cnae="6202300",
        opening_date=date(2015, 5, 20),
        street="Avenida das Palmeiras",
        number="1157",
        district="Boa Vista",
        postal_code="91330671",
        email="fiscal@zimozelanda.example",
    ),
    TaxData(
        total_tax_mode=TotalTaxMode.PERCENTS,
        total_tax_federal=Decimal("13.45"),
        total_tax_state=Decimal("0.00"),
        total_tax_municipal=Decimal("2.00"),
    ),
    (
        ServiceData(
            nickname="Consultoria em tecnologia",
            ctribnac="010601",
            incidence_rule=ISS_AT_PROVIDER,
            cnae="6202300",
            iss_rate=Decimal("2.00"),
            keywords=("consultoria", "assessoria"),
            description_template="Consultoria em tecnologia da informação",
        ),
    ),
)
BLOCKED = DemoCompany(
    "99105520000126",
    CompanyData(
        legal_name="Curso de Informática Cenefulina S.A.",
        trade_name="Cenefulina Cursos",
        tax_regime=TaxRegime.SIMPLES,
        gateway=Gateway.NATIONAL,
        city_code=PORTO_ALEGRE,
        main_cnae="8599603",
        street="Avenida do Comércio",
        number="917",
        district="Bela Vista",
        postal_code="91330012",
    ),
    certificate_days=None,
)
COMPANIES = (SOFTWARE, ARCHITECT, FREELANCER, CONSULTANCY, BLOCKED)

VET = "99461806000144"
CLINIC = "99803614000179"
SHOP = "99586041000179"
PERSON = "99941235058"
BAKERY = "99006762000162"
GYM = "99918494000155"
STORE = "99441908000106"
LAWYER = "99427027000122"
TAKERS: dict[str, TakerData] = {
    VET: TakerData(
        name="Clínica Veterinária Liradetrama Ltda",
        nickname="Liradetrama",
        email="contas@liradetrama.example",
        street="Rua das Flores",
        number="SN",
        district="Vila Nova",
        postal_code="91330412",
        city_code=PORTO_ALEGRE,
    ),
    CLINIC: TakerData(
        name="Borasifiora Serviços Ltda",
        email="financeiro@borasifiora.example",
        street="Avenida da Independência",
        number="S/N",
        district="Industrial",
        postal_code="91330118",
        city_code=PORTO_ALEGRE,
    ),
    SHOP: TakerData(
        name="Karibebranca Serviços Ltda",
        email="nfe@karibebranca.example",
        street="Rodovia da Estação",
        number="2885",
        district="Centro",
        postal_code="91330777",
        city_code=PORTO_ALEGRE,
    ),
    PERSON: TakerData(
        name="Lívia Alambarino (pessoa inventada)",
        email="livia@demo.example",
        street="Rua da Praia",
        number="40",
        district="Centro",
        postal_code="91330291",
        city_code=PORTO_ALEGRE,
    ),
    BAKERY: TakerData(
        name="Padaria Cenelotilva Ltda ME",
        nickname="Padaria",
        email="compras@cenelotilva.example",
        street="Travessa dos Pinheiros",
        number="571",
        complement="Sala 37",
        district="Santo André",
        postal_code="91330672",
        city_code=PORTO_ALEGRE,
    ),
    GYM: TakerData(
        name="Academia Timagonirva S.A.",
        email="fiscal@timagonirva.example",
        street="Rua da Praia",
        number="1113",
        district="Vila Nova",
        postal_code="91330716",
        city_code=PORTO_ALEGRE,
    ),
    STORE: TakerData(
        name="Padaria Doratuvedra S.A.",
        nickname="Doratuvedra",
        email="nfe@doratuvedra.example",
        street="Rua das Acácias",
        number="1014",
        complement="Sala 38",
        district="São José",
        postal_code="91330262",
        city_code=PORTO_ALEGRE,
    ),
    LAWYER: TakerData(
        name="Farozavimar Serviços Ltda ME",
        email="contato@farozavimar.example",
        street="Travessa da Estação",
        number="1397",
        district="Industrial",
        postal_code="91330387",
        city_code=PORTO_ALEGRE,
    ),
}


@dataclass(frozen=True)
class DemoNote:
    """One of the notes that the accountant asked for on the first day."""

    company: DemoCompany
    taker: str
    amount: Decimal
    description: str


NOTES = (
    DemoNote(ARCHITECT, VET, Decimal("4800.00"), "Projeto de arquitetura da nova recepção"),
    DemoNote(ARCHITECT, SHOP, Decimal("2350.50"), "Projeto de arquitetura do depósito"),
    DemoNote(SOFTWARE, CLINIC, Decimal("1900.00"), "Suporte técnico e manutenção de sistemas"),
    DemoNote(SOFTWARE, PERSON, Decimal("350.00"), "Suporte técnico e manutenção de sistemas"),
    DemoNote(FREELANCER, VET, Decimal("280.00"), "Suporte técnico em informática"),
)

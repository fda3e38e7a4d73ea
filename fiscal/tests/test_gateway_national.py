import pytest

from fiscal.documents.certificates import open_pfx
from fiscal.enumerations import Environment
from fiscal.gateways import get_gateway
from fiscal.tests.gateway_contract import GatewayContract, Side, today
from fiscal.tests.notes import (
    ISSUER_CNPJ,
    PASSWORD,
    PORTO_ALEGRE,
    TAKER_CNPJ,
    load_unfit,
    make_snapshot,
)


@pytest.fixture(scope="session")
def certificate(sandbox_server):
    return open_pfx(sandbox_server.make_pfx(ISSUER_CNPJ, password=PASSWORD), PASSWORD)


@pytest.fixture(scope="session")
def foreign_certificate(sandbox_server):
    return load_unfit(sandbox_server.make_pfx(ISSUER_CNPJ, password=PASSWORD, kind="foreign CA"))


class NationalSide(Side):
    provider = "sefin"
    issue_path = "*/nfse"
    find_path = "*/dps/*"
    cancel_path = "*/eventos"
    url_setting = "SEFIN_STAGING_URL"

    def __init__(self, sandbox, settings, certificate, foreign):
        super().__init__(sandbox, settings)
        self.certificate = certificate
        self.foreign = foreign

    def gateway(self, certificate=None):
        return get_gateway(
            "national",
            environment=Environment.STAGING,
            city_code=PORTO_ALEGRE,
            certificate=certificate or self.certificate,
            record=self.exchanges.append,
        )

    def stranger(self):
        return self.gateway(self.foreign)

    def snapshot(self):
        return make_snapshot(competence_date=today())

    def refusable(self):
        self.sandbox.set_taxpayer(TAKER_CNPJ, exists=False)
        return self.snapshot(), "E0190", "toma/CNPJ"

    def be_down_for_maintenance(self):
        self.fail("reject", code="E1217")

    def cancel_by_city(self, reference):
        self.sandbox.add_event(reference.access_key, "305101")

    def refuse_cancellations(self):
        self.sandbox.set_city(PORTO_ALEGRE, cancel_limit="1.00")

    def count(self):
        return self.sandbox.count_notes("staging", ISSUER_CNPJ)["count"]


@pytest.fixture
def side(sandbox, settings, certificate, foreign_certificate):
    return NationalSide(sandbox, settings, certificate, foreign_certificate)


class TestNationalGateway(GatewayContract):
    pass

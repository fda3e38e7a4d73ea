from dataclasses import replace
from decimal import Decimal

import pytest

from fiscal.enumerations import Environment
from fiscal.gateways import get_gateway
from fiscal.gateways.plugnotas import CompanyRegistration, PlugNotasAccount
from fiscal.tests.gateway_contract import GatewayContract, Side, today
from fiscal.tests.notes import ADDRESS, ISSUER_CNPJ, PASSWORD, PORTO_ALEGRE, make_issuer, make_snapshot

ISSUER = make_issuer(main_cnae="6209100", address=ADDRESS)


@pytest.fixture(scope="session")
def pfx(sandbox_server):
    return sandbox_server.make_pfx(ISSUER_CNPJ, password=PASSWORD)


class PlugNotasSide(Side):
    provider = "plugnotas"
    issue_path = "/nfse"
    find_path = "/nfse/consultar/*"
    cancel_path = "/nfse/cancelar/*"
    url_setting = "PLUGNOTAS_BASE_URL"

    def gateway(self):
        return get_gateway(
            "plugnotas",
            environment=Environment.STAGING,
            city_code=PORTO_ALEGRE,
            record=self.exchanges.append,
        )

    def stranger(self):
        self.settings.PLUGNOTAS_API_KEY = "another"
        return self.gateway()

    def snapshot(self):
        return make_snapshot(issuer=ISSUER, iss_rate=Decimal("2.50"), competence_date=today())

    def refusable(self):
        return replace(self.snapshot(), iss_rate=None), "PLUGNOTAS", "servico[0].iss.aliquota"

    def be_down_for_maintenance(self):
        self.fail("status", status=429, retry_after="30")

    def cancel_by_city(self, reference):
        self.sandbox.change_plugnotas_note(reference.provider_id, "CANCELADO")

    def refuse_cancellations(self):
        self.sandbox.set_plan(cancels=False)

    def count(self):
        return self.sandbox.plugnotas()["count"]


@pytest.fixture
def side(sandbox, settings, pfx):
    account = PlugNotasAccount()
    certificate_id = account.save_certificate(pfx, PASSWORD, email="a@nitro.example")
    account.save_company(CompanyRegistration(ISSUER, Environment.STAGING, certificate_id))
    sandbox.set_plan(polls=1, seconds=0.2, cancel_seconds=0.1)
    return PlugNotasSide(sandbox, settings)


class TestPlugNotasGateway(GatewayContract):
    pass

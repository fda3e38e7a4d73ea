"""The annexes were read twice, by the product and by the sandbox: both must find the same faults."""

from datetime import date

import pytest
from cryptography import x509

from fiscal.documents.rules import check_xml
from fiscal.documents.rules.base import Context
from fiscal.enumerations import Environment
from fiscal.values import CityParameters
from sandbox.tests.clients import COMPANY, Certificate, sign
from sandbox.tests.test_sefin_rules import GOOD, RULES

CITY = CityParameters(
    agreement_exists=True,
    agreement_active=True,
    uses_national_issuer=True,
    agreement_since=date(2023, 9, 1),
    incidence_agreement_active=True,
    service_administered=True,
    special_regimes=frozenset({0}),
)
ONLY_WARNED = {"E0310", "E0901"}  # our tables of services and operations are older than the official ones


@pytest.fixture(scope="module")
def certificate(sandbox_server):
    return Certificate(sandbox_server.make_pfx(COMPANY))


@pytest.mark.parametrize(("dps", "codes"), [*RULES, *((dps, "") for dps in GOOD)])
def test_the_product_finds_what_sefin_would(certificate, dps, codes):
    signer = x509.load_pem_x509_certificate(certificate.pem.encode())
    context = Context(environment=Environment.STAGING, params=CITY)
    problems = check_xml(sign(dps.xml(), certificate), signer, context=context)
    found = {problem.code for problem in problems if problem.blocking}
    assert found == set(codes.split()) - ONLY_WARNED

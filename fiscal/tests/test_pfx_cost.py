"""A PFX says itself what opening it costs: too much is refused before anything is derived (R95)."""

import signal

import pytest
from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from fiscal.documents import pfx_cost
from fiscal.documents.pfx_cost import MAX_ITERATIONS, TooCostly, check_cost, try_opening
from fiscal.tests.notes import ISSUER_CNPJ, PASSWORD, make_certificate
from sandbox.pki import make_pfx

JUST_TOO_MANY = MAX_ITERATIONS + 1


@pytest.fixture(scope="module")
def pfx():
    return make_pfx(ISSUER_CNPJ, "OFICINA ROTA SUL", PASSWORD)


def with_rounds(rounds, scheme):
    """A PFX whose bags ask for so many rounds, written by the library that writes ours."""
    loaded = make_certificate()
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds).key_cert_algorithm(scheme)
    encryption = builder.build(PASSWORD.encode())
    return pkcs12.serialize_key_and_certificates(
        b"teste", loaded.private_key, loaded.certificate, None, encryption
    )


def with_mac(data, iterations):
    """The same file with another count for its MAC, which therefore no longer fits."""
    pfx = asn1_pkcs12.Pfx.load(data)
    pfx["mac_data"]["iterations"] = iterations
    return pfx.dump(force=True)


@pytest.mark.parametrize("kind", ["A1", "rc2", "3des"])
def test_what_issuers_write_is_affordable(kind):
    data = make_pfx(ISSUER_CNPJ, "OFICINA ROTA SUL", PASSWORD, kind=kind)

    check_cost(data)
    try_opening(data, PASSWORD)


@pytest.mark.parametrize(
    "scheme", [pkcs12.PBES.PBESv2SHA256AndAES256CBC, pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC]
)
def test_a_bag_that_asks_for_too_many_rounds_is_refused(scheme):
    with pytest.raises(TooCostly):
        check_cost(with_rounds(JUST_TOO_MANY, scheme))


@pytest.mark.parametrize("iterations", [JUST_TOO_MANY, 2**31 - 1, 2**70, -1])
def test_a_mac_that_asks_for_too_many_rounds_is_refused(pfx, iterations):
    with pytest.raises(TooCostly) as refused:
        check_cost(with_mac(pfx, iterations))

    assert "Exporte o certificado de novo" in refused.value.message


def test_all_parts_together_have_a_limit_too(pfx, monkeypatch):
    check_cost(with_mac(pfx, MAX_ITERATIONS))

    monkeypatch.setattr(pfx_cost, "MAX_TOTAL", MAX_ITERATIONS)
    with pytest.raises(TooCostly):
        check_cost(with_mac(pfx, MAX_ITERATIONS))


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x80", b"%PDF-1.7", b"\x30\x03\x02\x01\x03"])
def test_what_is_no_pfx_costs_nothing_here(data):
    check_cost(data)
    try_opening(data, PASSWORD)


def test_what_shows_only_when_it_is_opened_is_ended_by_the_kernel(pfx):
    """Inner bags are encrypted: the first opening happens where the time of the processor is limited."""
    some_seconds = with_mac(pfx, 60 * MAX_ITERATIONS)

    with pytest.raises(TooCostly) as refused:
        try_opening(some_seconds, PASSWORD, seconds=1)

    assert refused.value.detail == f"exit code {-signal.SIGKILL}"


def test_a_wrong_password_is_for_the_opening_to_say(pfx):
    try_opening(pfx, "outra")

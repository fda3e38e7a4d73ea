import ssl
import stat
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from core.http import Response
from fiscal.documents.signing import verify
from fiscal.documents.xml import find_text, read_xml
from fiscal.enumerations import Environment
from fiscal.gateways import NationalGateway, PlugNotasGateway, get_gateway
from fiscal.gateways.base import Allocation, CertificateRejected, Rejected
from fiscal.gateways.exchanges import describe
from fiscal.gateways.national.endpoints import get_endpoints
from fiscal.gateways.national.tls import identity_of, make_context
from fiscal.tests.notes import NOW, PORTO_ALEGRE, make_certificate, make_snapshot, make_unfit_certificate
from nfse.checks import check_city_endpoints

AMERICANA = "3501608"


def make_gateway(city_code=PORTO_ALEGRE):
    return get_gateway(
        "national", environment="production", city_code=city_code, certificate=make_certificate()
    )


def test_the_factory_knows_two_gateways():
    assert isinstance(make_gateway(), NationalGateway)
    assert isinstance(
        get_gateway("plugnotas", environment="staging", city_code=PORTO_ALEGRE), PlugNotasGateway
    )
    with pytest.raises(ValueError, match="no gateway"):
        get_gateway("nfeio", environment="staging", city_code=PORTO_ALEGRE)
    with pytest.raises(ValueError, match="homologacao"):
        get_gateway("national", environment="homologacao", city_code=PORTO_ALEGRE)


def test_environments_have_their_own_hosts(settings):
    settings.SEFIN_PRODUCTION_URL, settings.SEFIN_STAGING_URL = "https://a.example", "https://b.example"

    assert get_endpoints(Environment.PRODUCTION, PORTO_ALEGRE).base_url == "https://a.example"
    assert get_endpoints(Environment.STAGING, PORTO_ALEGRE).base_url == "https://b.example"


def test_a_city_may_serve_the_layout_itself(settings):
    override = {"base_url": "https://americana.example/api/adn", "issue": "/dps/recepcao"}
    settings.NFSE_CITY_ENDPOINTS = {f"production:{AMERICANA}": override}

    own = get_endpoints(Environment.PRODUCTION, AMERICANA)

    assert (own.base_url, own.issue, own.dps) == (override["base_url"], "/dps/recepcao", "/dps/{id}")
    assert get_endpoints(Environment.STAGING, AMERICANA).issue == "/nfse"
    assert get_endpoints(Environment.PRODUCTION, PORTO_ALEGRE).issue == "/nfse"


def test_nonsense_in_an_override_fails_and_is_named(settings):
    settings.NFSE_CITY_ENDPOINTS = {f"production:{AMERICANA}": {"isue": "/dps"}}

    with pytest.raises(ImproperlyConfigured, match="isue"):
        make_gateway(AMERICANA)


@pytest.mark.parametrize(
    ("place", "override", "words"),
    [
        ("production:3501608", {"isue": "/dps"}, "not a field"),
        ("production:3501608", {"issue": "dps"}, "one slash"),
        ("production:3501608", {"issue": "//outro.example/dps"}, "one slash"),
        ("production:3501608", {"base_url": "http://americana.example"}, "https"),
        ("production:3501608", {"signature": "md5"}, "algorithm"),
        ("producao:3501608", {}, "production:IBGE"),
        ("production:9999999", {}, "city that exists"),
    ],
)
def test_a_mistake_in_an_override_is_named_when_the_product_starts(settings, place, override, words):
    settings.NFSE_CITY_ENDPOINTS = {place: override}

    [error] = check_city_endpoints()

    assert error.id == "nfse.E001"
    assert place in error.msg
    assert words in error.msg


def test_a_right_override_passes(settings):
    assert check_city_endpoints() == []
    settings.NFSE_CITY_ENDPOINTS = {
        f"production:{AMERICANA}": {
            "base_url": "https://americana.example/api/adn",
            "issue": "/dps/recepcao",
            "signature": "rsa-sha1",
        }
    }
    assert check_city_endpoints() == []


def test_the_algorithm_of_the_signature_is_a_setting_of_the_endpoint(settings):
    settings.NFSE_CITY_ENDPOINTS = {f"production:{AMERICANA}": {"signature": "rsa-sha1"}}
    allocation = Allocation("inv-1", NOW, series=900, number=1)

    methods = {}
    for city in (PORTO_ALEGRE, AMERICANA):
        signed = make_gateway(city).prepare(make_snapshot(), allocation).payload
        root = read_xml(signed)
        assert verify(signed).status == "valid"
        assert find_text(root, "Signature/SignatureValue")
        methods[city] = b"rsa-sha256" in signed

    assert methods == {PORTO_ALEGRE: True, AMERICANA: False}


# --- The key ---------------------------------------------------------------------------------------
@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_key_touches_the_disk_encrypted_for_us_alone_and_goes_at_once(folder, monkeypatch, settings):
    settings.SEFIN_CA_FILE = ""
    seen = []
    load = ssl.SSLContext.load_cert_chain

    def look(context, path, password):
        seen.append((Path(path).read_bytes(), stat.S_IMODE(Path(path).stat().st_mode)))
        return load(context, path, password=password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", look)

    make_context(make_certificate())

    [(content, mode)] = seen
    assert mode == 0o600
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in content
    assert b"BEGIN PRIVATE KEY" not in content
    assert list(folder.iterdir()) == []


def test_the_key_goes_also_when_it_cannot_be_loaded(folder, monkeypatch, settings):
    settings.SEFIN_CA_FILE = ""

    def fail(*_args, **_kwargs):
        raise ssl.SSLError("bad key")

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", fail)

    with pytest.raises(CertificateRejected):
        make_context(make_certificate())

    assert list(folder.iterdir()) == []


def test_a_key_of_another_certificate_is_a_refusal_and_nothing_is_sent(settings):
    settings.SEFIN_CA_FILE = ""
    other = make_unfit_certificate("expired")
    mixed = replace(make_certificate(), private_key=other.private_key)
    gateway = get_gateway("national", environment="staging", city_code=PORTO_ALEGRE, certificate=mixed)
    prepared = gateway.prepare(make_snapshot(), Allocation("inv-1", NOW, series=900, number=1))

    outcome = gateway.issue(prepared)

    assert isinstance(outcome, Rejected)
    assert outcome.problems[0].code == "HTTP-403"
    with pytest.raises(CertificateRejected):
        gateway.find(prepared)


def test_an_authority_that_cannot_be_read_names_its_setting(settings, tmp_path):
    settings.SEFIN_CA_FILE = str(tmp_path / "gone.pem")

    with pytest.raises(ImproperlyConfigured, match="SEFIN_CA_FILE"):
        make_context(make_certificate())


# --- The trail -------------------------------------------------------------------------------------
def said(content, kind="application/json"):
    return describe(Response("sefin", 200, {"content-type": kind}, content))


def test_the_trail_keeps_the_words_and_not_the_documents():
    document = "H4sI" + "A" * 5000

    text = said(f'{{"chaveAcesso": "1", "nfseXmlGZipB64": "{document}", "arquivoXml":"{document}"}}'.encode())

    assert text == '{"chaveAcesso": "1", "nfseXmlGZipB64": "…", "arquivoXml":"…"}'


def test_the_trail_keeps_8_kb_without_nul():
    assert len(said(b"x" * 10_000)) == 8192
    assert said(b"a\x00b") == "a�b"
    assert said(b"\x30\x82", "application/zip") == "(application/zip, 2 bytes)"


def test_the_server_is_always_verified_and_renegotiation_stays_possible(settings):
    settings.SEFIN_CA_FILE = ""

    context = make_context(make_certificate())

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.post_handshake_auth
    assert not context.options & ssl.OP_NO_RENEGOTIATION
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_two_certificates_are_two_identities_that_show_no_key():
    one, other = identity_of(make_certificate()), identity_of(make_unfit_certificate("expired"))

    assert one.fingerprint != other.fingerprint
    assert "context" not in repr(one)

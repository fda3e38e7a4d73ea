import gc
import ssl

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from core.errors import ProviderError, Refused, Unavailable, Unknown
from core.http import ClientIdentity, ProviderClient, Timeout, connections
from core.http.providers import get_provider
from core.tests.provider_states import provider_states
from core.tests.stranger import answer, drop, running_stranger
from sandbox import pki
from sandbox.tls import make_context


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return pki.set_up(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def identities(authority):
    return [make_identity(authority, name) for name in ("a", "b", "c")]


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def stranger(authority, request):
    context = make_context(authority)
    context.maximum_version = context.minimum_version = request.param
    context.load_verify_locations(authority.ca_file)
    with running_stranger(context) as server:
        yield server


def make_identity(authority, name, **how):
    """A certificate of the authority, or of another one when it is of a home of its own."""
    pfx = pki.make_pfx("12345678000195", name, "senha", home=authority.folder.parent.parent, **how)
    key, certificate, _ = pkcs12.load_key_and_certificates(pfx, b"senha")
    file = authority.folder.parent / f"{name}.pem"
    file.write_bytes(
        certificate.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )

    def make():
        context = ssl.create_default_context(cafile=authority.ca_file)
        context.load_cert_chain(file)
        return context

    return ClientIdentity(f"{name}-{certificate.serial_number}", make)


def make_client(stranger, identity, **options):
    return ProviderClient(
        "stranger", stranger.url, timeout=Timeout(3, 3), max_concurrency=4, identity=identity, **options
    )


def post(stranger, identity):
    return make_client(stranger, identity).request("POST", "/thing", idempotent=False)


def pools(stranger):
    return len(get_provider("stranger", stranger.url, 4).connections)


def test_each_certificate_speaks_on_its_own_connection(stranger, identities):
    first, second, _ = identities
    for identity in (first, second, first):
        post(stranger, identity)

    peers = [request["peer"] for request in stranger.requests]
    ports = [request["port"] for request in stranger.requests]
    assert peers[0] == peers[2] != peers[1]
    assert ports[0] == ports[2] != ports[1]


def test_certificates_share_the_state_of_their_provider(stranger, identities):
    for identity in identities:
        post(stranger, identity)

    assert len(provider_states()) == 1


def test_connections_of_unused_certificates_are_closed(stranger, identities, monkeypatch):
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0)
    for identity in identities:
        post(stranger, identity)

    assert pools(stranger) == 0
    gc.collect()  # an unclosed socket would warn, and warnings are errors


def test_no_more_than_so_many_certificates_stay_connected(stranger, identities, monkeypatch):
    monkeypatch.setattr(connections, "MAX_POOLS", 2)
    for identity in identities:
        post(stranger, identity)

    assert pools(stranger) == 2
    post(stranger, identities[0])
    assert len({request["port"] for request in stranger.requests}) == 4


def test_without_a_certificate_nothing_is_said(stranger, authority):
    identity = ClientIdentity("none", lambda: ssl.create_default_context(cafile=authority.ca_file))

    with pytest.raises(ProviderError):
        post(stranger, identity)

    assert stranger.requests == []


def test_a_server_of_another_authority_is_sent_nothing(stranger, identities):
    identity = ClientIdentity("mistrust", ssl.create_default_context)

    with pytest.raises(Unavailable):
        post(stranger, identity)

    assert stranger.requests == []


def test_a_certificate_refused_in_the_handshake_is_a_refusal_and_no_failure_of_the_provider(
    authority, tmp_path
):
    context = make_context(pki.set_up(tmp_path))  # which does not know our authority
    context.load_cert_chain(authority.server_file, authority.server_key_file)
    identity = make_identity(authority, "unknown")

    with running_stranger(context) as stranger, pytest.raises(Refused) as refusal:
        post(stranger, identity)

    assert refusal.value.code == "certificate"
    assert provider_states() == [("stranger", "", "closed", 0)]


def test_a_post_cut_after_the_handshake_is_unknown(stranger, identities):
    stranger.says(drop)

    with pytest.raises(Unknown):
        post(stranger, identities[0])


def test_a_first_handshake_that_fails_is_repeated_for_a_question(authority, identities, monkeypatch):
    context = make_context(authority)
    with running_stranger(context) as stranger:
        context.maximum_version = context.minimum_version = ssl.TLSVersion.TLSv1_3
        made = []
        make = identities[0].make_context

        def make_once_too_old():
            made.append(make())
            if len(made) == 1:
                made[0].maximum_version = ssl.TLSVersion.TLSv1_2
            return made[-1]

        identity = ClientIdentity("flaky", make_once_too_old)
        monkeypatch.setattr(connections, "IDLE_SECONDS", 0)

        done = make_client(stranger, identity, retry_waits=(0.01,)).request("GET", "/x", idempotent=True)

    assert done.status == 200
    assert len(stranger.requests) == 1


def test_an_identity_shows_no_key(identities):
    assert "make" not in repr(identities[0])


def test_the_answer_of_a_mutual_connection_is_read(stranger, identities):
    stranger.says(answer(201, '{"chave": 1}'))

    assert post(stranger, identities[0]).json() == {"chave": 1}

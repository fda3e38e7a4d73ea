"""The authority's files under NITRO_HOME/sandbox/pki, made once, whoever asks first."""

import fcntl
import ipaddress
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from embedded import defaults

CA_YEARS = 20
LEAF_YEARS = 10
ICP, FOREIGN = "ca", "foreign-ca"
CA_NAMES = {ICP: "AC ICP-Brasil de mentira", FOREIGN: "AC Estrangeira de mentira"}


@dataclass(frozen=True)
class Identity:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


@dataclass(frozen=True)
class Authority:
    """The folder with both authorities, the server's certificate and the one that SEFIN signs notes with."""

    folder: Path

    @property
    def ca_file(self) -> Path:
        """The root to trust as ICP-Brasil, and as the public authority of the server's certificate."""
        return self.folder / "ca.pem"

    @property
    def trusted_file(self) -> Path:
        """Both roots: the TLS layer lets foreign certificates in, for SEFIN to refuse them by code."""
        return self.folder / "trusted.pem"

    @property
    def server_file(self) -> Path:
        return self.folder / "server.pem"

    @property
    def server_key_file(self) -> Path:
        return self.folder / "server.key"

    def load(self, name: str) -> Identity:
        """Read one identity: ca, foreign-ca, server or sefin."""
        certificate = x509.load_pem_x509_certificate((self.folder / f"{name}.pem").read_bytes())
        key = load_pem_private_key((self.folder / f"{name}.key").read_bytes(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError(f"{name}.key is not an RSA key")
        return Identity(certificate, key)


def set_up(home: Path | None = None) -> Authority:
    """Return the authority of a home folder, making it when it is not there. Safe to call from anywhere."""
    sandbox = (home or defaults.HOME) / "sandbox"
    sandbox.mkdir(parents=True, exist_ok=True)
    folder = sandbox / "pki"
    with _locked(sandbox / "pki.lock"):
        if not folder.exists():
            _make(folder)
    return Authority(folder)


def issue(
    issuer: Identity | None,
    name: x509.Name,
    key: rsa.RSAPrivateKey,
    valid_from: datetime,
    valid_until: datetime,
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> x509.Certificate:
    """Sign a certificate. Without issuer it signs itself."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer.key if issuer else key, hashes.SHA256())


def key_usage(**uses: bool) -> x509.KeyUsage:
    """Build a KeyUsage from the uses that are true."""
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement"
        " key_cert_sign crl_sign encipher_only decipher_only"
    )
    return x509.KeyUsage(**{name: uses.get(name, False) for name in names.split()})


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def name_of(common_name: str, unit: str = "Sandbox do Nitro") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "BR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ICP-Brasil de mentira"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _make(folder: Path) -> None:
    """Write everything beside the folder, then give it its name in one step."""
    draft = Path(tempfile.mkdtemp(prefix="pki-", dir=folder.parent))
    try:
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=365 * 5)
        authorities = {name: _make_ca(name, start) for name in (ICP, FOREIGN)}
        for name, identity in authorities.items():
            _write(draft, name, identity)
        _write(draft, "server", _make_server(authorities[ICP], start))
        _write(draft, "sefin", _make_signer(authorities[ICP], start))
        roots = b"".join((draft / f"{name}.pem").read_bytes() for name in (ICP, FOREIGN))
        (draft / "trusted.pem").write_bytes(roots)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _make_ca(name: str, start: datetime) -> Identity:
    key = new_key()
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (key_usage(key_cert_sign=True, crl_sign=True), True),
    ]
    until = start + timedelta(days=365 * CA_YEARS)
    return Identity(issue(None, name_of(CA_NAMES[name]), key, start, until, extensions), key)


def _make_server(ca: Identity, start: datetime) -> Identity:
    hosts = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.SubjectAlternativeName(hosts), False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (key_usage(digital_signature=True, key_encipherment=True), True),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key()), False),
    ]
    key = new_key()
    until = start + timedelta(days=365 * LEAF_YEARS)
    return Identity(issue(ca, name_of("localhost"), key, start, until, extensions), key)


def _make_signer(ca: Identity, start: datetime) -> Identity:
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage(digital_signature=True, content_commitment=True), True),
    ]
    key = new_key()
    until = start + timedelta(days=365 * LEAF_YEARS)
    return Identity(issue(ca, name_of("SEFIN NACIONAL DE MENTIRA"), key, start, until, extensions), key)


def _write(folder: Path, name: str, identity: Identity) -> None:
    (folder / f"{name}.pem").write_bytes(identity.certificate.public_bytes(Encoding.PEM))
    descriptor = os.open(folder / f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

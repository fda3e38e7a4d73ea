"""Certificates of companies and people, as certification authorities hand them out in a PFX file."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    KeySerializationEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from sandbox.pki import rc2
from sandbox.pki.authority import FOREIGN, ICP, Authority, issue, key_usage, name_of, new_key, set_up

CNPJ_OID = ObjectIdentifier("2.16.76.1.3.3")
CPF_OID = ObjectIdentifier("2.16.76.1.3.1")
RESPONSIBLE_OID = ObjectIdentifier("2.16.76.1.3.2")
KINDS = (
    *("A1", "foreign CA", "no client auth", "no document", "expired", "not yet valid", "rc2", "3des"),
    "odd e-mail",
)
OTHER_NAME_FORMS: dict[str, Callable[[str], bytes]] = {
    "octet": lambda text: asn1.encode_der(text.encode()),
    "printable": lambda text: asn1.encode_der(asn1.PrintableString(text)),
    "utf8": lambda text: asn1.encode_der(text),
}
USUAL_DAYS = 365


class UnknownKind(ValueError):
    """No such kind of certificate, or of encoding."""


def make_pfx(
    document: str,
    holder: str,
    password: str,
    *,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    now: datetime | None = None,
    kind: str = "A1",
    other_name: str = "octet",
    home: Path | None = None,
) -> bytes:
    """Make the PFX file of an invented holder.

    Args:
        document: CNPJ (14 characters) or CPF (11 digits).
        valid_from, valid_until: aware; by default a year from yesterday, unless the kind says otherwise.
        now: the day whose yesterday that is; aware, by default today's.
        kind: one of KINDS. "foreign CA": of another root. "no client auth": for e-mail only. "no document":
            without the OtherName of ICP-Brasil. "rc2" and "3des": encrypted as old programs do. "odd e-mail":
            with an accent, where the standard has plain letters only.
        other_name: how the document is encoded in the certificate: octet, printable or utf8.
        home: folder of the authority; NITRO_HOME by default.

    Raises:
        UnknownKind: for another kind or encoding.
    """
    if kind not in KINDS:
        raise UnknownKind(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    if other_name not in OTHER_NAME_FORMS:
        raise UnknownKind(f"other_name must be one of {', '.join(OTHER_NAME_FORMS)}, not {other_name!r}")
    authority = set_up(home)
    start, end = _validity(kind, valid_from, valid_until, now or datetime.now(UTC))
    key = new_key()
    certificate = _issue(authority, document, holder, kind, other_name, key, start, end)
    ca = authority.load(FOREIGN if kind == "foreign CA" else ICP).certificate
    friendly_name = f"{holder}:{document}"
    if kind == "rc2":
        return rc2.serialize(friendly_name, key, [certificate, ca], password)
    return pkcs12.serialize_key_and_certificates(
        friendly_name.encode(), key, certificate, [ca], _encryption(kind, password)
    )


def _validity(
    kind: str, start: datetime | None, end: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    now = now.replace(microsecond=0)
    shift = {"expired": -USUAL_DAYS - 30, "not yet valid": 30}.get(kind, -1)
    start = start or (end - timedelta(days=USUAL_DAYS) if end else now + timedelta(days=shift))
    return start, end or start + timedelta(days=USUAL_DAYS)


def _issue(
    authority: Authority,
    document: str,
    holder: str,
    kind: str,
    other_name: str,
    key: rsa.RSAPrivateKey,
    start: datetime,
    end: datetime,
) -> x509.Certificate:
    purpose = (
        ExtendedKeyUsageOID.EMAIL_PROTECTION if kind == "no client auth" else ExtendedKeyUsageOID.CLIENT_AUTH
    )
    ca = authority.load(FOREIGN if kind == "foreign CA" else ICP)
    unit = "Certificado PJ A1" if len(document) == 14 else "Certificado PF A1"
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (key_usage(digital_signature=True, content_commitment=True, key_encipherment=True), True),
        (x509.ExtendedKeyUsage([purpose]), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key()), False),
        (_alternative_names(document, holder, kind, OTHER_NAME_FORMS[other_name]), False),
    ]
    return issue(ca, name_of(f"{holder}:{document}"[:64], unit), key, start, end, extensions)


def _alternative_names(
    document: str, holder: str, kind: str, encode: Callable[[str], bytes]
) -> x509.ExtensionType:
    """Write the names that ICP-Brasil prescribes: the person's birth date comes before the CPF."""
    email = x509.RFC822Name("certificado@nitro.example")
    if kind == "no document":
        return x509.SubjectAlternativeName([email])
    if len(document) == 14:
        names = [(RESPONSIBLE_OID, asn1.encode_der(holder)), (CNPJ_OID, encode(document))]
    else:
        names = [(CPF_OID, encode(f"01011980{document}{'0' * 32}"))]
    written = x509.SubjectAlternativeName([email, *(x509.OtherName(oid, value) for oid, value in names)])
    if kind == "odd e-mail":
        odd = written.public_bytes().replace(b"certificado@", b"certific\xe1do@")
        return x509.UnrecognizedExtension(written.oid, odd)
    return written


def _encryption(kind: str, password: str) -> KeySerializationEncryption:
    if kind != "3des":
        return BestAvailableEncryption(password.encode())
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2048)
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(SHA1())  # noqa: S303
    return builder.build(password.encode())

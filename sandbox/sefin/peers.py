"""Whose certificate came over the connection or in a signature, and what is wrong with it (§1.2, §6)."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

CNPJ_OID = ObjectIdentifier("2.16.76.1.3.3")
CPF_OID = ObjectIdentifier("2.16.76.1.3.1")
Kind = TypeVar("Kind", bound=x509.ExtensionType)
BIRTH_DATE = 8  # characters before the CPF


@dataclass(frozen=True)
class Peer:
    """A certificate, read."""

    document: str  # CNPJ or CPF, "" when there is none
    holder: str
    valid_from: datetime
    valid_until: datetime
    is_client: bool  # X.509 v3, not an authority, for client authentication
    signs: bool  # digital signature and non-repudiation
    is_icp: bool

    def is_valid_at(self, moment: datetime) -> bool:
        return self.valid_from <= moment <= self.valid_until

    def find_transmission_problems(self, moment: datetime) -> list[str]:
        """Return the codes of what the connection's certificate lacks (E1200 to E1209)."""
        checks = {
            "E1200": self.is_client,
            "E1203": self.is_valid_at(moment),
            "E1208": self.is_icp,
            "E1209": bool(self.document),
        }
        return [code for code, holds in checks.items() if not holds]


def read_peer(der: bytes, ca: x509.Certificate) -> Peer | None:
    """Read a certificate; None when it is not one."""
    return _read(der, ca)


@lru_cache(maxsize=2048)
def _read(der: bytes, ca: x509.Certificate) -> Peer | None:
    try:
        certificate = x509.load_der_x509_certificate(der)
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        usage = _extension(certificate, x509.KeyUsage)
        return Peer(
            document=_document(certificate),
            holder=str(names[0].value).rpartition(":")[0] if names else "",
            valid_from=certificate.not_valid_before_utc,
            valid_until=certificate.not_valid_after_utc,
            is_client=_is_client(certificate),
            signs=usage is not None and usage.digital_signature and usage.content_commitment,
            is_icp=_is_issued_by(certificate, ca),
        )
    except ValueError:
        return None


def _extension(certificate: x509.Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _is_client(certificate: x509.Certificate) -> bool:
    basic = _extension(certificate, x509.BasicConstraints)
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    return (
        certificate.version is x509.Version.v3
        and not (basic is not None and basic.ca)
        and purposes is not None
        and ExtendedKeyUsageOID.CLIENT_AUTH in purposes
    )


def _is_issued_by(certificate: x509.Certificate, ca: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(ca)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _document(certificate: x509.Certificate) -> str:
    names = _extension(certificate, x509.SubjectAlternativeName)
    for name in names or ():
        if isinstance(name, x509.OtherName):
            text = name.value[2:].decode("latin-1")  # after the tag and a short length
            if name.type_id == CNPJ_OID:
                return text.strip().upper()[:14]
            if name.type_id == CPF_OID:
                return text[BIRTH_DATE : BIRTH_DATE + 11]
    return ""

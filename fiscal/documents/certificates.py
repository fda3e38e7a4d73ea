"""A1 certificates: opening the PFX and reading who it belongs to (N4, R95, contract 1.2)."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from core.errors import NitroError
from fiscal.documents.extensions import ALL, CONSTRAINTS, NAMES, PURPOSES, read_extensions
from fiscal.values import LoadedCertificate

MAX_PFX_BYTES = 1024 * 1024
OID_CNPJ = x509.ObjectIdentifier("2.16.76.1.3.3")
OID_CPF = x509.ObjectIdentifier("2.16.76.1.3.1")
_MIN_KEY_BITS = 2048


class CertificateRefused(NitroError):
    """A PFX that cannot sign for anybody; `code` is the rule of rules.csv where there is one."""

    code = "E1200"


class WrongPassword(CertificateRefused):
    message = "A senha não abre este certificado. Confira a senha (ou o arquivo, que pode ter defeito)."


class NotAPfx(CertificateRefused):
    message = "O arquivo não é um certificado A1 (.pfx ou .p12). Envie o que a certificadora entregou."


class PfxTooBig(CertificateRefused):
    message = "O arquivo passa de 1 MB; um certificado A1 é bem menor. Confira se é o arquivo certo."


class NoPrivateKey(CertificateRefused):
    message = "O arquivo não traz a chave privada. Exporte o .pfx de novo, com a chave privada."


class WeakKey(CertificateRefused):
    message = "A chave deste certificado não é aceita. Envie um e-CNPJ A1 com chave RSA de 2048 bits ou mais."


class NotYetValid(CertificateRefused):
    message = "Este certificado ainda não começou a valer. Envie-o de novo a partir da data de início."
    code = "E1203"


class Expired(CertificateRefused):
    message = "Este certificado venceu. Envie o certificado renovado (.pfx) e a senha."
    code = "E1203"


class NotForClients(CertificateRefused):
    message = "Este certificado não permite autenticação de cliente; ele não emite notas. Envie um e-CNPJ A1."


class UnreadablePart(CertificateRefused):
    """A part that decides cannot be read: not the same as a part that says no."""

    def __init__(self, part: str) -> None:
        self.message = f"Não consegui ler {part} deste certificado. Peça um novo e-CNPJ A1 à certificadora."
        super().__init__(self.message)


class WithoutDocument(CertificateRefused):
    message = "O certificado não traz o CNPJ da empresa. Envie o e-CNPJ A1 da própria empresa."
    code = "E1209"


def open_pfx(data: bytes, password: str, *, now: datetime | None = None) -> LoadedCertificate:
    """Open a PFX (AES, 3DES or RC2) and check that it can authenticate and sign at `now`.

    Raises:
        PfxTooBig, NotAPfx, WrongPassword, NoPrivateKey, WeakKey, NotYetValid, Expired, NotForClients,
        UnreadablePart, WithoutDocument: each with a sentence and the next step.
    """
    if len(data) > MAX_PFX_BYTES:
        raise PfxTooBig
    if not data.startswith(b"\x30"):
        raise NotAPfx
    key, certificate, chain = _open(data, password)
    loaded = describe(certificate, private_key=key, chain=chain)
    check_usable(loaded, now or datetime.now(UTC))
    return loaded


def describe(
    certificate: x509.Certificate, *, private_key: RSAPrivateKey, chain: Iterable[x509.Certificate] = ()
) -> LoadedCertificate:
    """Return what a certificate says of its holder."""
    return LoadedCertificate(
        private_key=private_key,
        certificate=certificate,
        chain=tuple(chain),
        holder=holder_name(certificate),
        document=holder_document(certificate),
        serial=format(certificate.serial_number, "X"),
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def check_usable(loaded: LoadedCertificate, now: datetime) -> None:
    """Raise the reason why a certificate may not be used at `now`; nothing when it may."""
    if now < loaded.valid_from:
        raise NotYetValid
    if now > loaded.valid_until:
        raise Expired
    extensions = read_extensions(loaded.certificate)
    for part in (ALL, PURPOSES, CONSTRAINTS):
        if part in extensions.unreadable:
            raise UnreadablePart(part)
    if not allows_client_authentication(loaded.certificate):
        raise NotForClients
    if not loaded.document:
        raise UnreadablePart(NAMES) if NAMES in extensions.unreadable else WithoutDocument


def holder_document(certificate: x509.Certificate) -> str:
    """Return the CNPJ, or the CPF, in the otherName of ICP-Brasil; empty when there is none."""
    values = read_extensions(certificate).other_names
    if company := values.get(OID_CNPJ, ""):
        return company if re.fullmatch(r"[0-9A-Z]{14}", company) else ""
    person = values.get(OID_CPF, "")[8:19]  # birth date of 8 digits, then the CPF
    return person if re.fullmatch(r"[0-9]{11}", person) and person.strip("0") else ""


def holder_name(certificate: x509.Certificate) -> str:
    """Return the common name, without the document that ICP-Brasil puts after a colon."""
    try:
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except ValueError:
        return ""
    return str(names[0].value).partition(":")[0].strip() if names else ""


def issuer_organizations(certificate: x509.Certificate) -> list[str]:
    """Return who issued, in upper case; nothing when that cannot be read."""
    try:
        names = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    except ValueError:
        return []
    return [str(name.value).strip().upper() for name in names]


def is_authority(certificate: x509.Certificate) -> bool:
    """Return whether this is the certificate of a certification authority."""
    return read_extensions(certificate).is_authority is True


def allows_client_authentication(certificate: x509.Certificate) -> bool:
    """Return whether this is an end certificate with clientAuth (E1200)."""
    extensions = read_extensions(certificate)
    return extensions.for_clients is True and extensions.is_authority is not True


def allows_signing(certificate: x509.Certificate) -> bool:
    """Return whether its key usage has digitalSignature and nonRepudiation (E0716)."""
    return read_extensions(certificate).for_signing is True


def is_of_company(certificate_document: str, company_document: str) -> bool:
    """Return whether a certificate is the company's own, branch included."""
    return bool(certificate_document) and certificate_document == company_document


def is_of_same_root(certificate_document: str, company_document: str) -> bool:
    """Return whether both are the same CNPJ root, another branch perhaps (accepted only explicitly)."""
    return (
        len(certificate_document) == len(company_document) == 14
        and certificate_document[:8] == company_document[:8]
    )


def _open(data: bytes, password: str) -> tuple[RSAPrivateKey, x509.Certificate, list[x509.Certificate]]:
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(data, password.encode() or None)
    except (ValueError, TypeError) as error:
        raise (WrongPassword if _looks_like_pfx(data) else NotAPfx) from error
    if key is None or certificate is None:
        raise NoPrivateKey
    if not isinstance(key, RSAPrivateKey) or key.key_size < _MIN_KEY_BITS:
        raise WeakKey
    return key, certificate, list(chain)


def _looks_like_pfx(data: bytes) -> bool:
    """PFX: SEQUENCE, version 3, then an authenticated safe. cryptography gives one error for all causes."""
    return b"\x02\x01\x03\x30" in data[:16]

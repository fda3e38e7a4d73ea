"""Rules about the file itself: encoding, prefixes, schema, kind, signature and certificate."""

import re

from cryptography import x509

from fiscal.documents.certificates import (
    allows_client_authentication,
    allows_signing,
    holder_document,
    is_authority,
    is_of_same_root,
    issuer_organizations,
)
from fiscal.documents.envelopes import is_xml_payload
from fiscal.documents.rules.base import Broken, Context, Document, document_rule
from fiscal.documents.signing import SignatureStatus
from fiscal.enumerations import Environment

_PROLOG = re.compile(
    rb"(?:\xef\xbb\xbf)?<\?xml\b[^>]*\bencoding\s*=\s*[\"']utf-?8[\"'][^>]*\?>", re.IGNORECASE
)
_OURS = {"DPS", "pedRegEvento"}
_RETURNED = {"NFSe", "evento"}


@document_rule("E1225")
def payload_is_not_compressed_xml(_document: Document, context: Context) -> bool:
    return context.payload is not None and not is_xml_payload(context.payload)


@document_rule("E1228")
def has_namespace_prefix(document: Document, _context: Context) -> bool:
    return any(prefix not in (None, "xml") for element in document.root.iter("*") for prefix in element.nsmap)


@document_rule("E1229")
def is_not_utf8_with_prolog(_document: Document, context: Context) -> bool:
    return not _PROLOG.match(context.raw[:200]) or not _is_utf8(context.raw)


@document_rule("E1235")
def breaks_the_schema(_document: Document, context: Context) -> "bool | Broken":
    problems = [problem for problem in context.schema if not problem.warning]
    return Broken(problems[0].field) if problems else False


@document_rule("E1242")
def is_not_sent_by_taxpayers(document: Document, _context: Context) -> "bool | Broken":
    """A returned note or event is right as what it is, and only not for sending: it warns."""
    return document.kind not in _OURS and Broken(blocking=document.kind not in _RETURNED)


# --- Signature -------------------------------------------------------------------------------------
@document_rule("E0714")
def signature_does_not_hold(document: Document, context: Context) -> bool:
    return document.declaration is not None and _status(context) is SignatureStatus.INVALID


@document_rule("E0715")
def signer_is_out_of_validity(document: Document, context: Context) -> bool:
    return document.declaration is not None and _signer_out_of_validity(context)


@document_rule("E0716")
def signer_is_unfit(document: Document, context: Context) -> "bool | Broken":
    signer = _signer(context)
    if document.declaration is None or signer is None:
        return False
    if not allows_signing(signer) or not holder_document(signer) or is_authority(signer):
        return True
    return _outside_icp_brasil(signer, document, context)


@document_rule("E0717")
def dps_is_not_signed(document: Document, context: Context) -> bool:
    """Where the authority wrote the DPS itself, or a city transcribed it, only the note is signed."""
    needs_signature = document.declaration is not None and not document.is_written_by_authority
    return needs_signature and _status(context) is SignatureStatus.ABSENT


@document_rule("E0718")
def signer_is_not_the_emitter(document: Document, context: Context) -> "bool | Broken":
    """Both the signer and the certificate at hand. Whether another branch may sign is unknown: it warns."""
    emitter = document.provider_document
    certificates = (_signer(context), context.certificate)
    holders = [holder_document(certificate) for certificate in certificates if certificate is not None]
    strangers = [holder for holder in holders if holder and emitter and holder != emitter]
    if not strangers:
        return False
    return Broken(blocking=not all(is_of_same_root(holder, emitter) for holder in strangers))


@document_rule("E1980")
def event_signature_does_not_hold(document: Document, context: Context) -> bool:
    return document.request is not None and _status(context) is SignatureStatus.INVALID


@document_rule("E1983")
def event_signer_is_out_of_validity(document: Document, context: Context) -> bool:
    return document.request is not None and _signer_out_of_validity(context)


@document_rule("E1989")
def event_is_not_signed(document: Document, context: Context) -> bool:
    needs_signature = document.event_code in {"101101", "101103"}
    return needs_signature and _status(context) is SignatureStatus.ABSENT


@document_rule("E1991")
def event_signer_is_not_the_author(document: Document, context: Context) -> bool:
    return _is_of_another_root(_author(document), _signer(context))


@document_rule("E0812")
def author_is_not_of_the_certificate(document: Document, context: Context) -> bool:
    return _is_of_another_root(_author(document), context.certificate or _signer(context))


# --- The certificate that will transmit ------------------------------------------------------------
@document_rule("E1200")
def certificate_is_not_for_clients(_document: Document, context: Context) -> bool:
    certificate = context.certificate
    return certificate is not None and (
        certificate.version is not x509.Version.v3 or not allows_client_authentication(certificate)
    )


@document_rule("E1203")
def certificate_is_out_of_validity(_document: Document, context: Context) -> bool:
    return context.certificate is not None and _is_out_of_validity(context.certificate, context)


@document_rule("E1208")
def certificate_is_outside_icp_brasil(document: Document, context: Context) -> "bool | Broken":
    if context.certificate is None:
        return False
    return _outside_icp_brasil(context.certificate, document, context)


@document_rule("E1209")
def certificate_has_no_document(_document: Document, context: Context) -> bool:
    return context.certificate is not None and not holder_document(context.certificate)


def _status(context: Context) -> SignatureStatus | None:
    return context.signature.status if context.signature else None


def _signer(context: Context) -> x509.Certificate | None:
    return context.signature.certificate if context.signature else None


def _signer_out_of_validity(context: Context) -> bool:
    signer = _signer(context)
    return signer is not None and _is_out_of_validity(signer, context)


def _is_out_of_validity(certificate: x509.Certificate, context: Context) -> bool:
    return not certificate.not_valid_before_utc <= context.now <= certificate.not_valid_after_utc


def _outside_icp_brasil(
    certificate: x509.Certificate, document: Document, context: Context
) -> "bool | Broken":
    """By the name of the issuer; a name proves little, so in the test environment it only warns."""
    if any(name.startswith("ICP-BRASIL") for name in issuer_organizations(certificate)):
        return False
    staging = context.environment is Environment.STAGING or document.text("tpAmb") == "2"
    return Broken(blocking=not staging)


def _is_of_another_root(author: str, certificate: x509.Certificate | None) -> bool:
    holder = holder_document(certificate) if certificate else ""
    return bool(author and holder) and author != holder and not is_of_same_root(author, holder)


def _author(document: Document) -> str:
    return document.event_text("CNPJAutor") or document.event_text("CPFAutor")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True

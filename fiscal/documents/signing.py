"""XMLDSig of DPS and event requests: signed with signxml, verified with xmlsec (contract section 6)."""

import base64
from dataclasses import dataclass
from enum import StrEnum

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner

from core.errors import NitroError
from fiscal.documents.xml import SIGNATURE_NAMESPACE, find_child, find_text, local_name, read_xml, write_xml
from fiscal.values import LoadedCertificate

_SIGNED_CHILDREN = ("infDPS", "infPedReg", "infNFSe", "infEvento")

WHOLE_DOCUMENT = ""
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_TRANSFORMS = {
    ENVELOPED,
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
}


class SignatureAlgorithm(StrEnum):
    """The two pairs that the authority is known to accept; chosen per endpoint by setting."""

    RSA_SHA256_EXCLUSIVE = "rsa-sha256"
    RSA_SHA1_INCLUSIVE = "rsa-sha1"


class SignatureStatus(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    ABSENT = "absent"


class CannotSign(NitroError):
    message = "Houve uma falha nossa ao assinar a nota. Já avisei a equipe; você não precisa refazer nada."


@dataclass(frozen=True)
class SignatureVerdict:
    """Integrity and signer of a document; trust in the chain is a separate check."""

    status: SignatureStatus
    certificate: x509.Certificate | None = None
    problem: str = ""


def sign(
    xml: bytes,
    *,
    certificate: LoadedCertificate,
    algorithm: SignatureAlgorithm | str = SignatureAlgorithm.RSA_SHA256_EXCLUSIVE,
) -> bytes:
    """Return the signed document: Signature last in the root, no prefix, one certificate, nothing reindented.

    Keep and send exactly these bytes.

    Args:
        xml: unsigned DPS or pedRegEvento, as built.

    Raises:
        CannotSign: there is nothing to sign or it is already signed.
    """
    root = read_xml(xml)
    content = next((child for child in root if local_name(child) in _SIGNED_CHILDREN), None)
    if content is None or not content.get("Id") or _signature_of(root) is not None:
        raise CannotSign
    signed = _signer(SignatureAlgorithm(algorithm)).sign(
        root,
        key=certificate.private_key,
        cert=[certificate.certificate.public_bytes(Encoding.PEM).decode()],
        reference_uri=f"#{content.get('Id')}",
        id_attribute="Id",
        always_add_key_value=False,
    )
    _join_certificate_lines(signed)
    return write_xml(signed)


def verify(xml: bytes | etree._Element) -> SignatureVerdict:
    """Return whether the outer signature of a document holds over its content, and who signed.

    The one Reference must point at the child of the root that carries the content, or at the whole document
    (URI=""), and pass it through the usual transforms alone: a valid signature over something else proves
    nothing.

    Raises:
        UnreadableXml: the bytes are not XML.
    """
    root = read_xml(xml) if isinstance(xml, bytes) else xml
    signature = _signature_of(root)
    if signature is None:
        return SignatureVerdict(SignatureStatus.ABSENT)
    certificate = signing_certificate(signature)
    if certificate is None:
        return SignatureVerdict(
            SignatureStatus.INVALID, problem="A assinatura não traz um certificado legível."
        )
    if not _covers_content(root, signature):
        return _invalid(certificate, "A assinatura não cobre o conteúdo do documento.")
    if _reference_uri(signature) == WHOLE_DOCUMENT:
        root, signature = _alone(root)
    if not _holds(root, signature, certificate):
        return SignatureVerdict(
            SignatureStatus.INVALID, certificate, "A assinatura não confere com o conteúdo."
        )
    return SignatureVerdict(SignatureStatus.VALID, certificate)


def _invalid(certificate: x509.Certificate | None, problem: str) -> SignatureVerdict:
    return SignatureVerdict(SignatureStatus.INVALID, certificate, problem)


def signing_certificate(signature: etree._Element) -> x509.Certificate | None:
    """Return the first certificate inside a Signature; None when there is none that can be read."""
    text = "".join(find_text(signature, "KeyInfo/X509Data/X509Certificate").split())
    try:
        return x509.load_der_x509_certificate(base64.b64decode(text, validate=True)) if text else None
    except (ValueError, x509.InvalidVersion):
        return None


def digest_value(root: etree._Element) -> str:
    """Return the DigestValue of the signature that belongs to this element, empty without one."""
    signature = _signature_of(root)
    return "" if signature is None else find_text(signature, "SignedInfo/Reference/DigestValue")


def _join_certificate_lines(signed: etree._Element) -> None:
    """KeyInfo is outside the signature: one line of base64, as everyone else sends it."""
    signature = _signature_of(signed)
    element = find_child(signature, "KeyInfo/X509Data/X509Certificate")
    if element is None:
        raise CannotSign
    element.text = "".join((element.text or "").split())


def _signature_of(root: etree._Element) -> etree._Element | None:
    return next((child for child in root if local_name(child) == "Signature"), None)


def _reference_uri(signature: etree._Element) -> str | None:
    reference = find_child(signature, "SignedInfo/Reference")
    return None if reference is None else reference.get("URI")


def _alone(root: etree._Element) -> tuple[etree._Element, etree._Element]:
    """A document of its own, as it was when it was signed, of an element that stands inside another."""
    alone = read_xml(etree.tostring(root, with_tail=False))
    signature = _signature_of(alone)
    if signature is None:
        raise CannotSign
    return alone, signature


def _covers_content(root: etree._Element, signature: etree._Element) -> bool:
    references = [element for element in signature.iter() if local_name(element) == "Reference"]
    transforms = {each.get("Algorithm") for each in signature.iter() if local_name(each) == "Transform"}
    content = next((child for child in root if local_name(child) in _SIGNED_CHILDREN), None)
    if len(references) != 1 or not transforms <= _TRANSFORMS or content is None or not content.get("Id"):
        return False
    if references[0].get("URI") == WHOLE_DOCUMENT:
        return ENVELOPED in transforms  # the signature itself is all that is left out
    same_id = [element for element in root.iter() if element.get("Id") == content.get("Id")]
    return references[0].get("URI") == f"#{content.get('Id')}" and len(same_id) == 1


def _holds(root: etree._Element, signature: etree._Element, certificate: x509.Certificate) -> bool:
    try:
        xmlsec.tree.add_ids(root, ["Id"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(
            certificate.public_bytes(Encoding.DER), xmlsec.constants.KeyDataFormatCertDer
        )
        context.verify(signature)
    except (xmlsec.Error, xmlsec.VerificationError, ValueError):
        return False
    return True


class _Signer(XMLSigner):
    """Signs without prefix (E1228); SHA-1 stays available as the fallback that the authority takes."""

    def check_deprecated_methods(self) -> None:
        return


def _signer(algorithm: SignatureAlgorithm) -> XMLSigner:
    if algorithm is SignatureAlgorithm.RSA_SHA256_EXCLUSIVE:
        signature, digest = SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256
        canonical = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    else:
        signature, digest = SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA1
        canonical = CanonicalizationMethod.CANONICAL_XML_1_0
    signer = _Signer(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=signature,
        digest_algorithm=digest,
        c14n_algorithm=canonical,
    )
    signer.namespaces = {None: SIGNATURE_NAMESPACE}  # type: ignore[dict-item]
    return signer

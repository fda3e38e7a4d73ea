"""XML signatures by xmlsec: checking those of the companies, making SEFIN's own (national.md §6, §10)."""

import base64
import binascii
from dataclasses import dataclass
from functools import lru_cache

import xmlsec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from sandbox.pki import Authority
from sandbox.sefin.documents import NAMESPACE, SIGNATURE_NAMESPACE

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"
DS = {"ds": SIGNATURE_NAMESPACE}
TEMPLATE = (
    f'<Signature xmlns="{SIGNATURE_NAMESPACE}"><SignedInfo>'
    f'<CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>'
    '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
    '<Reference URI="#{id}"><Transforms>'
    f'<Transform Algorithm="{SIGNATURE_NAMESPACE}enveloped-signature"/>'
    f'<Transform Algorithm="{EXCLUSIVE}"/></Transforms>'
    '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue/></Reference>'
    "</SignedInfo><SignatureValue/><KeyInfo><X509Data><X509Certificate>{certificate}</X509Certificate>"
    "</X509Data></KeyInfo></Signature>"
)


@dataclass(frozen=True)
class Checked:
    """The signer's certificate (DER), and whether the signature is there and holds."""

    certificate: bytes = b""
    present: bool = True
    valid: bool = False


def check(root: etree._Element, signed_name: str) -> Checked:
    """Verify that the only signature of the root covers its signed element, by Id."""
    signature = root.find("ds:Signature", DS)
    if signature is None:
        return Checked(present=False)
    signed = root.find(f"{{{NAMESPACE}}}{signed_name}")
    references = signature.findall("ds:SignedInfo/ds:Reference", DS)
    certificates = signature.findall("ds:KeyInfo/ds:X509Data/ds:X509Certificate", DS)
    if signed is None or len(references) != 1 or len(certificates) != 1:
        return Checked()
    try:
        certificate = base64.b64decode("".join((certificates[0].text or "").split()), validate=True)
    except (binascii.Error, ValueError):
        return Checked()
    if references[0].get("URI") != f"#{signed.get('Id')}":
        return Checked(certificate)
    return Checked(certificate, valid=_verify(root, signature, certificate))


def _verify(root: etree._Element, signature: etree._Element, certificate: bytes) -> bool:
    try:
        xmlsec.tree.add_ids(root, ["Id"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(certificate, xmlsec.constants.KeyDataFormatCertDer)
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


class Signer:
    """SEFIN's own certificate at work."""

    def __init__(self, authority: Authority) -> None:
        identity = authority.load("sefin")
        pem = identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
        self._certificate = base64.b64encode(identity.certificate.public_bytes(Encoding.DER)).decode()

    def sign(self, xml: str, identifier: str) -> bytes:
        """Sign the element of that Id, with the signature last in the root; return the bytes to keep."""
        template = TEMPLATE.format(id=identifier, certificate=self._certificate)
        body, end, name = xml.rpartition("</")
        root = etree.fromstring(f"{body}{template}{end}{name}".encode())
        xmlsec.tree.add_ids(root, ["Id"])
        context = xmlsec.SignatureContext()
        context.key = self._key
        context.sign(root[-1])
        text: bytes = etree.tostring(root, encoding="utf-8")
        return b'<?xml version="1.0" encoding="utf-8"?>' + text


@lru_cache(maxsize=4)
def signer_of(authority: Authority) -> Signer:
    return Signer(authority)

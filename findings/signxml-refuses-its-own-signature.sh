#!/usr/bin/env bash
# signxml 5.2.0 calls its own signature of a DPS invalid when it was made with inclusive C14N and without prefix, as companies sign
# theirs (E1228 of the authority refuses ds:); xmlsec 1.3.17 verifies the same bytes. With exclusive C14N, or a prefix, signxml agrees.
# Guessed: what it signs it verifies.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check signxml==5.2.0 xmlsec==1.3.17 lxml==6.1.3 cryptography==50.0.2
"$dir/venv/bin/python" - <<'PY'
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml import InvalidSignature, XMLSigner, XMLVerifier, methods

print({name: version(name) for name in ("signxml", "xmlsec")})
DPS = '<DPS xmlns="http://www.sped.fazenda.gov.br/nfse" versao="1.01"><infDPS Id="DPS1"><tpAmb>2</tpAmb></infDPS></DPS>'
INCLUSIVE, EXCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2001/10/xml-exc-c14n#"
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "PRESTADORA LTDA:11222333000181")])
now = datetime.now(UTC)
certificate = x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=365))
certificate = certificate.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
pem = certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def signed(c14n, prefix):
    options = {"signature_algorithm": "rsa-sha256", "digest_algorithm": "sha256", "c14n_algorithm": c14n}
    signer = XMLSigner(method=methods.enveloped, **options)
    signer.namespaces = {prefix: "http://www.w3.org/2000/09/xmldsig#"}
    root = signer.sign(etree.fromstring(DPS), key=key, cert=[pem.decode()], reference_uri="#DPS1", id_attribute="Id")
    return etree.tostring(root)


def by_signxml(document):
    try:
        XMLVerifier().verify(document, x509_cert=pem.decode(), id_attribute="Id")
    except InvalidSignature:
        return "invalid"
    return "valid"


def by_xmlsec(document):
    root = etree.fromstring(document)
    xmlsec.tree.add_ids(root, ["Id"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatCertPem)
    context.verify(xmlsec.tree.find_node(root, xmlsec.constants.NodeSignature))
    return "valid"


seen = {}
for form in (("inclusive", None), ("inclusive", "ds"), ("exclusive", None)):
    document = signed({"inclusive": INCLUSIVE, "exclusive": EXCLUSIVE}[form[0]], form[1])
    seen[form] = (by_signxml(document), by_xmlsec(document))
    print(f"{form[0]} C14N, prefix {form[1]}: signxml {seen[form][0]}, xmlsec {seen[form][1]}")
assert list(seen.values()) == [("invalid", "valid"), ("valid", "valid"), ("valid", "valid")], "changed"
PY

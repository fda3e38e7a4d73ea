"""XML as it travels: base64 of gzip of UTF-8, with a prolog and without prefixes (national.md §2, §5)."""

import base64
import binascii
import gzip
import re
import zlib
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from lxml import etree

from sandbox.sefin.problems import Problem, Refused, refuse
from sandbox.sefin.schema import find_flaws

NAMESPACE = "http://www.sped.fazenda.gov.br/nfse"
SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
MOST_BYTES = 2 << 20
PROLOG = re.compile(
    rb"""^<\?xml\s+version=["']1\.0["']\s+encoding=["'](?i:utf-8)["']\s*(standalone=\S+\s*)?\?>"""
)
VERSIONS = ("1.00", "1.01")


def pack(xml: bytes) -> bytes:
    """Compress, as documents are kept."""
    return gzip.compress(xml, compresslevel=5, mtime=0)


def packed(data: bytes) -> str:
    """Write what `pack` made in base64."""
    return base64.b64encode(data).decode()


def packed_twice(data: bytes) -> str:
    """Encode as the events list does: base64 of base64 of gzip (national.md §2.3)."""
    return base64.b64encode(base64.b64encode(data)).decode()


def decode(text: object) -> bytes:
    """Undo the envelope. Raises Refused with E1225."""
    if not isinstance(text, str):
        raise refuse("E1225")
    try:
        data = base64.b64decode(text, validate=True)
        decoder = zlib.decompressobj(wbits=31)
        xml = decoder.decompress(data, MOST_BYTES)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise refuse("E1225") from error
    if not decoder.eof:
        raise refuse("E1225")
    return xml


def parse(xml: bytes, root_name: str, schema: str) -> etree._Element:
    """Read a document and check its form. Raises Refused with E1226, E1228, E1229, E1235, E1242 or E1260."""
    if not PROLOG.match(xml):
        raise refuse("E1229")
    try:
        xml.decode("utf-8")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        root = etree.fromstring(xml, parser)
    except (UnicodeDecodeError, etree.XMLSyntaxError) as error:
        raise refuse("E1229" if isinstance(error, UnicodeDecodeError) else "E1226") from error
    if any(element.prefix for element in root.iter(etree.Element)):
        raise refuse("E1228")
    if root.tag != f"{{{NAMESPACE}}}{root_name}":
        raise refuse("E1242")
    if root.get("versao") not in VERSIONS:
        raise refuse("E1260")
    if flaws := find_flaws(schema, root):
        raise Refused(Problem("E1235", flaws[0]))
    return root


@lru_cache(maxsize=1024)
def _qualified(path: str) -> str:
    return "/".join(f"{{{NAMESPACE}}}{name}" for name in path.split("/"))


class Node:
    """Reading a document by plain paths: `node.text("prest/CNPJ")`."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element

    def node(self, path: str) -> "Node | None":
        found = self.element.find(_qualified(path))
        return None if found is None else Node(found)

    def has(self, path: str) -> bool:
        return self.element.find(_qualified(path)) is not None

    def text(self, path: str) -> str:
        """Return the text, "" when there is no such element."""
        return self.element.findtext(_qualified(path), "") or ""

    def amount(self, path: str) -> Decimal:
        """Return the number, zero when there is no such element."""
        try:
            return Decimal(self.text(path) or 0)
        except InvalidOperation:
            return Decimal(0)

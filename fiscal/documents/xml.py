"""Reading XML from anywhere without being harmed by it, and writing it exactly once."""

from functools import cache

from lxml import etree

from core.errors import NitroError

NAMESPACE = "http://www.sped.fazenda.gov.br/nfse"
SIGNATURE_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#"
PROLOG = b'<?xml version="1.0" encoding="UTF-8"?>'
MAX_BYTES = 50 * 1024 * 1024


class UnreadableXml(NitroError):
    """The bytes are not an XML document that can be read safely."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def read_xml(data: bytes) -> etree._Element:
    """Return the root of a document that nobody vouches for. Raises UnreadableXml.

    Entities are never resolved, a DOCTYPE is refused (no fiscal document has one) and so is anything above
    50 MB.
    """
    if not data.strip():
        raise UnreadableXml("O arquivo está vazio.")
    if len(data) > MAX_BYTES:
        raise UnreadableXml("O arquivo passa de 50 MB.")
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise UnreadableXml(
            "O arquivo não é um XML bem formado.", getattr(error, "lineno", 0) or 0
        ) from error
    if root.getroottree().docinfo.doctype or b"<!DOCTYPE" in data[:4096]:
        raise UnreadableXml("O XML traz uma declaração DOCTYPE, que não é aceita.")
    return root


def write_xml(root: etree._Element) -> bytes:
    """Return the document as it is stored and sent: never reindented, never written again."""
    body: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=False)
    return PROLOG + body


def local_name(element: etree._Element) -> str:
    """Return the tag without its namespace; comments and instructions have an empty one."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def find_child(element: etree._Element | None, path: str) -> etree._Element | None:
    """Return the first descendant by a path of local names ("prest/regTrib/opSimpNac"), any namespace."""
    for name in path.split("/"):
        if element is None:
            return None
        element = next((child for child in element if local_name(child) == name), None)
    return element


def find_text(element: etree._Element | None, path: str) -> str:
    """Return the text of `find_child`, stripped; empty when it is not there."""
    found = find_child(element, path)
    return own_text(found) if found is not None else ""


def own_text(element: etree._Element) -> str:
    """Return all text of an element that is its own and not a child's, stripped.

    A comment splits a text in two for lxml and not for a signature, which leaves comments out: 12<!-- -->34
    is 1234 for whoever signed it.
    """
    strangers = (child for child in element if not isinstance(child.tag, str))
    return "".join([element.text or "", *(child.tail or "" for child in strangers)]).strip()


def find_first(root: etree._Element, name: str) -> etree._Element | None:
    """Return the root itself or its first descendant with this local name."""
    return next((element for element in root.iter() if local_name(element) == name), None)


@cache
def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)

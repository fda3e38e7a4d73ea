"""The DANFSe: the picture of a national note, drawn on demand from its XML (contract section 11).

It holds nothing that is not in the XML, except the watermark, which comes from the note's events.
"""

from copy import deepcopy
from typing import Any

from brazilfiscalreport.danfse import Danfse, DanfseConfig
from lxml import etree

from core.errors import NitroError
from fiscal.documents.texts import clean_text
from fiscal.documents.xml import find_first, read_xml

PUBLIC_PAGE = "https://www.nfse.gov.br/ConsultaPublica/?tpc=1&chave="
_TEXT_LIMIT = 4000


class NotDrawable(NitroError):
    message = "Só é possível gerar o PDF de uma NFS-e emitida; este documento não é uma."


def render(xml: bytes, *, canceled: bool = False, replaced: bool = False) -> bytes:
    """Return the DANFSe v2.0 as PDF.

    A test note says SEM VALIDADE JURÍDICA by itself. CANCELADA wins over SUBSTITUÍDA.

    Args:
        xml: the NFS-e as received. canceled, replaced: from `events.fold_events`.

    Raises:
        NotDrawable: a DPS or anything else that is not an issued note. UnreadableXml.
    """
    root = read_xml(xml)
    note = find_first(root, "infNFSe")
    if note is None or find_first(note, "infDPS") is None or not note.get("Id"):
        raise NotDrawable
    config = DanfseConfig(watermark_cancelled=canceled, watermark_replaced=replaced and not canceled)
    return bytes(_NationalDanfse(xml=_printable(root), config=config).output())


def public_address(access_key: str) -> str:
    """Return the address that the QR code holds: where anyone checks the note."""
    return PUBLIC_PAGE + access_key


class _NationalDanfse(Danfse):
    """Completes the line of Lei 12.741 with the percentage of the Simples, which the library leaves out."""

    def _parse_xml(self) -> dict[str, Any]:
        data: dict[str, Any] = super()._parse_xml()
        namespace = "{http://www.sped.fazenda.gov.br/nfse}"
        percent = self.root.find(f".//{namespace}pTotTribSN")
        if percent is not None and percent.text:
            data["complementary_info"]["approx_taxes"] += f" ; Simples Nacional: {self._pct(percent.text)}"
        return data


def _printable(root: etree._Element) -> bytes:
    """A copy whose characters the fonts of a PDF have; the stored note stays as it is."""
    copy = deepcopy(root)
    for element in copy.iter("*"):
        if element.text and not element.text.isascii():
            element.text = clean_text(element.text, _TEXT_LIMIT) or None
    printable: bytes = etree.tostring(copy, encoding="UTF-8", xml_declaration=True)
    return printable

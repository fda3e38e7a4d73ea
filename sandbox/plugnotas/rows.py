"""The vendor's shapes of a note (plugnotas.md §5, §7)."""

from typing import Any

from fpdf import FPDF

OPTIONAL = ("numeroNfse", "protocoloPrefeitura", "codigoVerificacao", "autorizacao")
ALWAYS = (
    "id",
    "idIntegracao",
    "emissao",
    "situacao",
    "prestador",
    "tomador",
    "valorServico",
    "serie",
    "lote",
    "numero",
    "mensagem",
)


def row_of(note: dict[str, Any]) -> dict[str, Any]:
    """Write a note as the look-ups do; fields that it has not yet are missing."""
    row = {name: note[name] for name in ALWAYS} | {"tipoAutorizacao": "WEBSERVICE"}
    row |= {name: note[name] for name in OPTIONAL if name in note}
    if "numeroNfse" in note:
        row |= {kind: f"/nfse/{kind}/{note['id']}" for kind in ("pdf", "xml")}
    return row


def document_of(note: dict[str, Any]) -> dict[str, Any]:
    """Write a note as it was sent, plus its state."""
    return {**note["body"], **row_of(note), "protocol": note["protocolo"]}


def xml_of(note: dict[str, Any], company: dict[str, Any]) -> bytes:
    """Write the city's XML: ABRASF's shape, without signature."""
    service = note["body"]["servico"][0]
    fields = {
        "Numero": note["numeroNfse"],
        "CodigoVerificacao": note["codigoVerificacao"],
        "DataEmissao": note["autorizacao"],
        "Competencia": note["body"].get("rps", {}).get("competencia", ""),
        "ValorServicos": f"{float(note['valorServico']):.2f}",
        "ItemListaServico": service["codigo"],
        "Discriminacao": service["discriminacao"],
        "PrestadorCpfCnpj": note["prestador"],
        "PrestadorRazaoSocial": company.get("razaoSocial", ""),
        "TomadorCpfCnpj": note["tomador"],
        "Situacao": note["situacao"],
    }
    inside = "".join(f"<{name}>{escape_text(value)}</{name}>" for name, value in fields.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?><CompNfse xmlns="http://www.abrasf.org.br/nfse.xsd">'
        f'<Nfse><InfNfse Id="{note["id"]}">{inside}</InfNfse></Nfse></CompNfse>'
    ).encode()


def escape_text(value: object) -> str:
    return str(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def pdf_of(note: dict[str, Any], company: dict[str, Any]) -> bytes:
    """Draw the city's paper, which says where it comes from."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=12)
    lines = (
        "SANDBOX DO NITRO - SEM VALIDADE",
        f"NFS-e {note['numeroNfse']} - verificacao {note['codigoVerificacao']}",
        f"Situacao: {note['situacao']}",
        f"Prestador: {note['prestador']} {company.get('razaoSocial', '')}",
        f"Tomador: {note['tomador']}",
        f"Valor: R$ {float(note['valorServico']):.2f}",
        str(note["body"]["servico"][0]["discriminacao"]),
    )
    for line in lines:
        pdf.multi_cell(
            0, 8, line.encode("latin-1", "replace").decode("latin-1"), new_x="LMARGIN", new_y="NEXT"
        )
    return bytes(pdf.output())

"""Writing events: SEFIN's envelope around a request, and the requests that cities and takers make."""

from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from sandbox.sefin.documents import NAMESPACE
from sandbox.sefin.environments import Environment, xml_stamp
from sandbox.sefin.heads import APPLICATION

CITY_DOCUMENT = "99999999000191"  # of every city hall
AGENT = "<CPFAgTrib>99999999808</CPFAgTrib>"
CASE_NUMBER = "<nProcAdm>2026000123</nProcAdm>"
REASON = "Decisão da prefeitura na sandbox do Nitro"
DESCRIPTIONS = {
    "101101": "Cancelamento de NFS-e",
    "101103": "Solicitação de Análise Fiscal para Cancelamento de NFS-e",
    "105102": "Cancelamento de NFS-e por Substituição",
    "105104": "Cancelamento de NFS-e Deferido por Análise Fiscal",
    "105105": "Cancelamento de NFS-e Indeferido por Análise Fiscal",
    "202201": "Manifestação de NFS-e - Confirmação do Prestador",
    "203202": "Manifestação de NFS-e - Confirmação do Tomador",
    "204203": "Manifestação de NFS-e - Confirmação do Intermediário",
    "205204": "Manifestação de NFS-e - Confirmação Tácita",
    "202205": "Manifestação de NFS-e - Rejeição do Prestador",
    "203206": "Manifestação de NFS-e - Rejeição do Tomador",
    "204207": "Manifestação de NFS-e - Rejeição do Intermediário",
    "205208": "Manifestação de NFS-e - Anulação da Rejeição",
    "305101": "Cancelamento de NFS-e por Ofício",
    "305102": "Bloqueio de NFS-e por Ofício",
    "305103": "Desbloqueio de NFS-e por Ofício",
}
OF_OTHERS = tuple(code for code in DESCRIPTIONS if code not in ("101101", "101103", "105102"))


@dataclass(frozen=True)
class Facts:
    """What an event of a city or a taker says beyond its kind."""

    reason: str = REASON
    locks: str = "e101101"  # 305102: the event that it locks
    refers_to: str = ""  # 305103, 205208: key and code of the event undone
    replaced_by: str = ""  # 105102: key of the new note
    reason_code: str = ""


def write_request(
    environment: Environment, key: str, code: str, author: str, moment: datetime, facts: Facts
) -> str:
    """Write the unsigned request of a city, of a taker or of SEFIN itself."""
    kind = "CPFAutor" if len(author) == 11 else "CNPJAutor"
    return (
        f'<pedRegEvento xmlns="{NAMESPACE}" versao="1.01"><infPedReg Id="PRE{key}{code}">'
        f"<tpAmb>{environment.tp_amb}</tpAmb><verAplic>{APPLICATION}</verAplic>"
        f"<dhEvento>{xml_stamp(moment)}</dhEvento><{kind}>{author}</{kind}><chNFSe>{key}</chNFSe>"
        f"<e{code}><xDesc>{DESCRIPTIONS[code]}</xDesc>{_write_facts(code, facts)}</e{code}>"
        "</infPedReg></pedRegEvento>"
    )


def _write_facts(code: str, facts: Facts) -> str:
    reason = f"<xMotivo>{escape(facts.reason)}</xMotivo>"
    written = {
        "105102": f"<cMotivo>{facts.reason_code or '99'}</cMotivo>{reason}"
        f"<chSubstituta>{facts.replaced_by}</chSubstituta>",
        "105104": f"{AGENT}{CASE_NUMBER}<cMotivo>1</cMotivo>{reason}",
        "105105": f"{AGENT}{CASE_NUMBER}<cMotivo>{facts.reason_code or '1'}</cMotivo>{reason}",
        "202205": f"<cMotivo>{facts.reason_code or '9'}</cMotivo>{reason}",
        "203206": f"<cMotivo>{facts.reason_code or '9'}</cMotivo>{reason}",
        "204207": f"<cMotivo>{facts.reason_code or '9'}</cMotivo>{reason}",
        "205208": f"{AGENT}<idEvManifRej>{facts.refers_to}</idEvManifRej>{reason}",
        "305101": f"{AGENT}{CASE_NUMBER}<xProcAdm>{escape(facts.reason)}</xProcAdm>",
        "305102": f"{AGENT}<codEvento>{facts.locks}</codEvento>{reason}",
        "305103": f"{AGENT}<idBloqOfic>{facts.refers_to}</idBloqOfic>",
    }
    return written.get(code, "")


def write_event(
    request: str, key: str, code: str, sequence: int, moment: datetime, document: int, generator: str
) -> tuple[str, str]:
    """Return the Id of the event and its unsigned XML around the request."""
    identifier = f"EVT{key}{code}{sequence:03d}"
    xml = (
        f'<evento xmlns="{NAMESPACE}" versao="1.01"><infEvento Id="{identifier}">'
        f"<verAplic>{APPLICATION}</verAplic><ambGer>{generator}</ambGer><nSeqEvento>{sequence}</nSeqEvento>"
        f"<dhProc>{xml_stamp(moment)}</dhProc><nDFSe>{document}</nDFSe>{request}</infEvento></evento>"
    )
    return identifier, xml

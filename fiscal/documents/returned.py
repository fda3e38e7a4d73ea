"""The NFS-e that the authority returns: its facts, and whether it is the note that we asked for."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree

from fiscal.documents.amounts import CENT, Preview, read_decimal
from fiscal.documents.clock import read_time
from fiscal.documents.signing import digest_value
from fiscal.documents.xml import UnreadableXml, find_child, find_first, find_text, read_xml
from fiscal.enumerations import Environment
from fiscal.values import ReturnedNote


class NotANote(UnreadableXml):
    """The document is readable and is not an NFS-e, or lacks what identifies one."""


def read_nfse(xml: bytes) -> ReturnedNote:
    """Return the facts of an NFS-e of any prefix style, 1.00 or 1.01. Keep the bytes beside it, untouched.

    Raises:
        UnreadableXml, NotANote.
    """
    root = read_xml(xml)
    note = find_first(root, "infNFSe")
    declaration = find_first(root, "DPS")
    content = find_child(declaration, "infDPS")
    if note is None or declaration is None or content is None:
        raise NotANote("O documento não é uma NFS-e com a sua DPS.")
    key = str(note.get("Id") or "").removeprefix("NFS")
    competence, amount = _day(find_text(content, "dCompet")), _figure(content, "valores/vServPrest/vServ")
    if len(key) != 50 or competence is None or amount is None:
        raise NotANote("A NFS-e não traz chave, competência ou valor legíveis.")
    return ReturnedNote(
        access_key=key,
        number=find_text(note, "nNFSe"),
        issued_at=read_time(find_text(note, "dhProc")),
        status_code=find_text(note, "cStat"),
        environment=_environment(content),
        dps_id=str(content.get("Id") or ""),
        series=find_text(content, "serie"),
        dps_number=find_text(content, "nDPS"),
        issuer_document=_document(content, "prest") or _document(note, "emit"),
        taker_document=_document(content, "toma"),
        taker_name=find_text(content, "toma/xNome"),
        ctribnac=find_text(content, "serv/cServ/cTribNac"),
        ctribmun=find_text(content, "serv/cServ/cTribMun"),
        description=find_text(content, "serv/cServ/xDescServ"),
        place_city_code=find_text(content, "serv/locPrest/cLocPrestacao"),
        competence_date=competence,
        amount=amount,
        net_amount=_figure(note, "valores/vLiq"),
        iss_base=_figure(note, "valores/vBC"),
        iss_rate=_figure(note, "valores/pAliqAplic"),
        iss_amount=_figure(note, "valores/vISSQN"),
        withheld_total=_figure(note, "valores/vTotalRet"),
        iss_withheld=find_text(content, "valores/trib/tribMun/tpRetISSQN") in {"2", "3"},
        incidence_city_code=find_text(note, "cLocIncid"),
        incidence_city_name=find_text(note, "xLocIncid"),
        ibs_total=_figure(note, "IBSCBS/totCIBS/gIBS/vIBSTot"),
        cbs_total=_figure(note, "IBSCBS/totCIBS/gCBS/vCBS"),
        replaces_key=find_text(content, "subst/chSubstda"),
        dps_digest=digest_value(declaration),
    )


def find_differences(returned: ReturnedNote, signed_dps: bytes) -> list[str]:
    """Return the fields in which a note is not ours; empty means that it may be adopted (contract 8, step 8).

    Equal digests of the signed DPS settle it. Otherwise an earlier attempt of the same content is ours too:
    environment, issuer, taker, service, description, competence, amount and replaced note must all agree.

    Args:
        signed_dps: the document that was stored before sending.
    """
    root = read_xml(signed_dps)
    if returned.dps_digest and digest_value(root) == returned.dps_digest:
        return []
    content = find_first(root, "infDPS")
    ours = {
        "tpAmb": (returned.environment, _environment(content)),
        "prest": (returned.issuer_document, _document(content, "prest")),
        "toma": (returned.taker_document, _document(content, "toma")),
        "serv/cServ/cTribNac": (returned.ctribnac, find_text(content, "serv/cServ/cTribNac")),
        "serv/cServ/xDescServ": (
            _words(returned.description),
            _words(find_text(content, "serv/cServ/xDescServ")),
        ),
        "dCompet": (returned.competence_date, _day(find_text(content, "dCompet"))),
        "valores/vServPrest/vServ": (returned.amount, _figure(content, "valores/vServPrest/vServ")),
        "subst/chSubstda": (returned.replaces_key, find_text(content, "subst/chSubstda")),
    }
    return [field for field, (theirs, expected) in ours.items() if theirs != expected]


def is_ours(returned: ReturnedNote, signed_dps: bytes) -> bool:
    """Return whether a note found under our id is the one that was prepared."""
    return not find_differences(returned, signed_dps)


@dataclass(frozen=True)
class AmountDifference:
    """A figure that the authority computed otherwise than the preview said, in reais."""

    name: str
    expected: Decimal
    returned: Decimal


def reconcile_amounts(preview: Preview, returned: ReturnedNote) -> list[AmountDifference]:
    """Return the figures that differ by more than a cent; what either side does not state is not compared."""
    pairs = {
        "iss": (preview.iss, returned.iss_amount),
        "withheld": (preview.total_withheld, returned.withheld_total),
        "net": (preview.net, returned.net_amount),
        "ibs": (preview.ibs, returned.ibs_total),
        "cbs": (preview.cbs, returned.cbs_total),
    }
    return [
        AmountDifference(name, expected, actual)
        for name, (expected, actual) in pairs.items()
        if expected is not None and actual is not None and abs(expected - actual) > CENT
    ]


def _environment(content: etree._Element | None) -> Environment:
    return Environment.STAGING if find_text(content, "tpAmb") == "2" else Environment.PRODUCTION


def _words(text: str) -> str:
    return " ".join(text.split())


def _document(element: etree._Element, who: str) -> str:
    return find_text(element, f"{who}/CNPJ") or find_text(element, f"{who}/CPF")


def _figure(element: etree._Element, path: str) -> Decimal | None:
    return read_decimal(find_text(element, path))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None

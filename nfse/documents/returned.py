"""The NFS-e that the authority returns: its facts, and whether it is the note that we asked for."""

from datetime import date
from decimal import Decimal

from lxml import etree

from nfse.documents.amounts import read_decimal
from nfse.documents.clock import read_time
from nfse.documents.signing import digest_value
from nfse.documents.texts import DESCRIPTION_LIMIT, clean_code, clean_text
from nfse.documents.xml import UnreadableXml, find_child, find_first, find_text, read_xml
from nfse.values import Environment, NoteSnapshot, ReturnedNote


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
        environment=Environment.STAGING if find_text(content, "tpAmb") == "2" else Environment.PRODUCTION,
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


def find_differences(returned: ReturnedNote, snapshot: NoteSnapshot, signed_xml: bytes = b"") -> list[str]:
    """Return the fields in which a note is not ours; empty means that it may be adopted (contract 8, step 8).

    Equal digests of the signed DPS settle it. Otherwise amount, taker, service, competence and description
    must all agree, and so must the issuer and the environment.

    Args:
        signed_xml: the DPS that was stored before sending, when there is one.
    """
    if signed_xml and returned.dps_digest and digest_value(read_xml(signed_xml)) == returned.dps_digest:
        return []
    taker = clean_code(snapshot.taker.document) if snapshot.taker else ""
    ours = {
        "tpAmb": (returned.environment, snapshot.environment),
        "prest": (returned.issuer_document, clean_code(snapshot.issuer.document)),
        "toma": (returned.taker_document, taker),
        "serv/cServ/cTribNac": (returned.ctribnac, clean_code(snapshot.service.ctribnac)),
        "serv/cServ/xDescServ": (
            _words(returned.description),
            _words(clean_text(snapshot.service.description, DESCRIPTION_LIMIT)),
        ),
        "dCompet": (returned.competence_date, snapshot.competence_date),
        "valores/vServPrest/vServ": (returned.amount, snapshot.amount),
    }
    return [field for field, (theirs, expected) in ours.items() if theirs != expected]


def is_ours(returned: ReturnedNote, snapshot: NoteSnapshot, signed_xml: bytes = b"") -> bool:
    """Return whether a note found under our id is the one that was confirmed."""
    return not find_differences(returned, snapshot, signed_xml)


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

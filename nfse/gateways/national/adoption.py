"""Whether a note found under our number is the one that we prepared (contract 8, step 8)."""

from datetime import date
from decimal import Decimal

from nfse.documents.amounts import read_decimal
from nfse.documents.signing import digest_value
from nfse.documents.xml import find_first, find_text, read_xml
from nfse.values import Environment, ReturnedNote

Facts = tuple[Environment, str, str, str, str, str, Decimal | None]


def is_ours(note: ReturnedNote, signed_dps: bytes) -> bool:
    """Return whether a note carries the DPS that was stored before sending.

    Equal digests settle it. Otherwise an earlier attempt of the same content is ours too: issuer, taker,
    service, description, competence, amount and environment must all agree.
    """
    root = read_xml(signed_dps)
    if note.dps_digest and note.dps_digest == digest_value(root):
        return True
    content = find_first(root, "infDPS")
    ours: Facts = (
        Environment.STAGING if find_text(content, "tpAmb") == "2" else Environment.PRODUCTION,
        find_text(content, "prest/CNPJ") or find_text(content, "prest/CPF"),
        find_text(content, "toma/CNPJ") or find_text(content, "toma/CPF"),
        find_text(content, "serv/cServ/cTribNac"),
        _words(find_text(content, "serv/cServ/xDescServ")),
        find_text(content, "dCompet"),
        read_decimal(find_text(content, "valores/vServPrest/vServ")),
    )
    return ours == _facts(note)


def _facts(note: ReturnedNote) -> Facts:
    return (
        note.environment,
        note.issuer_document,
        note.taker_document,
        note.ctribnac,
        _words(note.description),
        _iso(note.competence_date),
        note.amount,
    )


def _words(text: str) -> str:
    return " ".join(text.split())


def _iso(day: date) -> str:
    return day.isoformat()

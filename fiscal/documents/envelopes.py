"""What travels inside JSON: base64 of gzip, and the many shapes of an answer (contract 2.1 to 2.5).

Pure functions over decoded bodies: they say what an answer holds, never what to do about it.
"""

import base64
import binascii
import gzip
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.errors import NitroError
from fiscal.documents.clock import read_time
from fiscal.documents.xml import MAX_BYTES

_GZIP = b"\x1f\x8b"
_REJECTION_CODE = re.compile(r"E\d{3,4}|RNG\d+")
_LAYERS = 3


class UnreadablePayload(NitroError):
    """Not base64 of gzip of a document, however many times it was encoded."""

    message = "A resposta trouxe um documento que não consigo abrir."


@dataclass(frozen=True)
class AnswerProblem:
    """One item of `erros`: the code as received, and the official texts."""

    code: str
    description: str = ""
    complement: str = ""

    @property
    def is_catalogued(self) -> bool:
        """Whether the code has the form of a rejection (E9999, RNG9999)."""
        return bool(_REJECTION_CODE.fullmatch(self.code))


@dataclass(frozen=True)
class IssueAnswer:
    """A 2xx of POST /nfse. `xml` is None when the key came and the document is unreadable: fetch it."""

    access_key: str
    xml: bytes | None
    dps_id: str = ""
    processed_at: datetime | None = None
    alerts: tuple[AnswerProblem, ...] = ()


@dataclass(frozen=True)
class EventAnswer:
    """One event of an answer: its XML and what came beside it."""

    xml: bytes
    nsu: int | None = None
    received_at: datetime | None = None


def pack(xml: bytes) -> str:
    """Return base64 of gzip; the same bytes give the same text."""
    return base64.b64encode(gzip.compress(xml, mtime=0)).decode("ascii")


def unpack(text: str, limit: int = MAX_BYTES) -> bytes:
    """Return the document inside base64 of gzip, encoded once or twice (contract 2.3).

    Raises:
        UnreadablePayload: it is something else, or it unpacks to more than `limit` bytes.
    """
    data = text.encode("ascii", "ignore")
    for _ in range(_LAYERS):
        data = _from_base64(data)
        if data.startswith(_GZIP):
            return _gunzip(data, limit)
        if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
            return data
    raise UnreadablePayload


def is_xml_payload(text: str) -> bool:
    """Return whether a text is exactly what the authority takes: base64 of gzip (E1225)."""
    try:
        data = base64.b64decode(text, validate=True)
        return data.startswith(_GZIP) and bool(_gunzip(data, MAX_BYTES))
    except (binascii.Error, ValueError, UnreadablePayload):
        return False


def read_problems(body: Any) -> list[AnswerProblem]:
    """Return the errors of a body: `erros`, `erro` as object or list, any letter case, ADN's `Erros`."""
    found: list[AnswerProblem] = []
    for name in ("erros", "erro"):
        found += _problems_in(_get(body, name))
    return found


def read_rejection(status: int, body: Any) -> list[AnswerProblem]:
    """Return the reasons of a rejection, or nothing when this is transport trouble.

    A rejection is an HTTP 4xx with at least one item whose code reads E9999 or RNG9999. HTML, an empty body,
    `{"erro": "Bad Gateway"}`, `erros: [{}]` and ASP.NET problems are not.
    """
    problems = read_problems(body) if 400 <= status < 500 else []
    return problems if any(problem.is_catalogued for problem in problems) else []


def read_issue(body: Any) -> IssueAnswer | None:
    """Return what a 2xx of POST or GET /nfse brought; None when it is not a success (unknown outcome)."""
    key = str(_get(body, "chaveAcesso") or "").strip().upper().removeprefix("NFS")
    if len(key) != 50 or read_problems(body):
        return None
    return IssueAnswer(
        access_key=key,
        xml=_unpack_or_none(_get(body, "nfseXmlGZipB64")),
        dps_id=str(_get(body, "idDps") or ""),
        processed_at=read_time(str(_get(body, "dataHoraProcessamento") or "")),
        alerts=tuple(_problems_in(_get(body, "alertas"))),
    )


def read_access_key(body: Any, location: str = "") -> str:
    """Return the key of GET /dps/{id}, from the body or from the Location header; empty without one."""
    key = str(_get(body, "chaveAcesso") or "").strip().upper()
    if len(key) == 50:
        return key
    found = re.search(r"[0-9]{9}[0-9A-Z]{14}[0-9]{27}", location.upper())
    return found[0] if found else ""


def read_events_answer(body: Any) -> list[EventAnswer]:
    """Return the readable events of an answer: the one of the POST, the real GET's list, or ADN's batch."""
    single = _unpack_or_none(_get(body, "eventoXmlGZipB64"))
    answers = [EventAnswer(single)] if single else []
    answers += [_listed_event(item) for item in _items(_get(body, "eventos"))]
    answers += [_batched_event(item) for item in _items(_get(body, "LoteDFe"))]
    return [answer for answer in answers if answer.xml]


def _listed_event(item: Mapping[str, Any]) -> EventAnswer:
    received_at = read_time(str(_get(item, "dataHoraRecebimento") or ""))
    return EventAnswer(_unpack_or_none(_get(item, "arquivoXml")) or b"", received_at=received_at)


def _batched_event(item: Mapping[str, Any]) -> EventAnswer:
    is_event = str(_get(item, "TipoDocumento") or "EVENTO").upper() == "EVENTO"
    xml = _unpack_or_none(_get(item, "ArquivoXml")) if is_event else None
    return EventAnswer(xml or b"", nsu=_number(_get(item, "NSU")))


def _from_base64(data: bytes) -> bytes:
    compact = b"".join(data.split())
    try:
        return base64.b64decode(compact + b"=" * (-len(compact) % 4), validate=True)
    except binascii.Error as error:
        raise UnreadablePayload from error


def _gunzip(data: bytes, limit: int) -> bytes:
    """Unpack all members of a gzip, one after the other (RFC 1952); anything behind them refuses it."""
    document = b""
    while data:
        reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            document += reader.decompress(data, limit + 1 - len(document))
        except zlib.error as error:
            raise UnreadablePayload from error
        if len(document) > limit or not reader.eof:
            raise UnreadablePayload
        data = reader.unused_data.lstrip(b"\0")  # writers may pad
    return document


def _unpack_or_none(value: Any) -> bytes | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        return unpack(value)
    except UnreadablePayload:
        return None


def _problems_in(value: Any) -> list[AnswerProblem]:
    return [problem for item in _items(value) if (problem := _read_problem(item))]


def _read_problem(item: Mapping[str, Any]) -> AnswerProblem | None:
    code = str(_get(item, "codigo") or "").strip()
    description = str(_get(item, "descricao") or _get(item, "mensagem") or "").strip()
    if not code and not description:
        return None
    return AnswerProblem(code, description, str(_get(item, "complemento") or "").strip())


def _items(value: Any) -> Iterable[Mapping[str, Any]]:
    listed = value if isinstance(value, list) else [value]
    return [item for item in listed if isinstance(item, Mapping)]


def _get(body: Any, name: str) -> Any:
    """The value of a key in any letter case: idDPS and idDps, codigo and Codigo."""
    if not isinstance(body, Mapping):
        return None
    wanted = name.casefold()
    return next((value for key, value in body.items() if str(key).casefold() == wanted), None)


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else None

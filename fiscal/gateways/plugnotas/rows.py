"""The vendor's rows and sentences, read into outcomes (sections 5 and 7). Fields may be missing or new."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.text import fold
from fiscal.documents.amounts import read_decimal
from fiscal.documents.clock import SAO_PAULO
from fiscal.documents.envelopes import AnswerProblem
from fiscal.documents.refusals import GROUPS, OTHER, RefusalGroup, explain
from fiscal.documents.tables import get_rules
from fiscal.enumerations import NoteStatus
from fiscal.gateways.base import Accepted, Issued, NoteReference, Outcome, Rejected, Unrecognized
from fiscal.values import RuleProblem

PROCESSING, DONE, REFUSED, CANCELED = "PROCESSANDO", "CONCLUIDO", "REJEITADO", "CANCELADO"
ENDED = {"DENEGADO": "A prefeitura denegou a nota.", "INTERROMPIDO": "O envio da nota foi interrompido."}
CODE = "PLUGNOTAS"
NO_REASON = "A prefeitura recusou a nota sem dizer o motivo."

Row = Mapping[str, Any]

_NATIONAL_CODE = re.compile(r"\b(E\d{4})\b")
_ACCESS_KEY = re.compile(r"[0-9]{9}[0-9A-Z]{14}[0-9]{27}")
_WORDS = (
    ("certificate", ("certificado", "assinatura")),
    ("municipal_registration", ("inscricao municipal",)),
    ("rates", ("aliquota", "retencao", "retido", "tributacao")),
    ("city_or_service", ("codigo do servico", "item da lista", "codigo de tributacao", "cnae", "convenio")),
    ("taker", ("tomador", "cep")),
    ("provider", ("prestador", "empresa")),
)
"""Words of free text that place it in a group of PRODUCT N12, most telling first."""


def newest(rows: Any) -> Row | None:
    """Return the newest row of an answer. Ids of the vendor grow with time."""
    found = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return max(found, key=lambda row: (_day(row.get("emissao")), str(row.get("id"))), default=None)


def read_row(row: Row, issuer_document: str, *, adopted: bool = False) -> Outcome:
    """Return what a row says of its note."""
    reference = reference_of(row, issuer_document)
    state = str(row.get("situacao") or "").strip().upper()
    if state == PROCESSING:
        return Accepted(reference)
    if state in {DONE, CANCELED}:
        status = NoteStatus.CANCELED if state == CANCELED else NoteStatus.AUTHORIZED
        return _issued(row, reference, status, adopted)
    if state == REFUSED:
        return Rejected((read_sentence(_text(row, "mensagem")),), reference)
    if state in ENDED:
        sentence = f"{ENDED[state]} {_text(row, 'mensagem')}".strip()
        return Rejected((_problem(sentence, OTHER, _text(row, "mensagem")),), reference, needs_person=True)
    return Unrecognized(reference, state)


def reference_of(row: Row, issuer_document: str) -> NoteReference:
    return NoteReference(
        issuer_document=issuer_document,
        access_key=_access_key(row),
        provider_id=_text(row, "id"),
        integration_id=_text(row, "idIntegracao"),
        protocol=_text(row, "protocol"),
    )


def _issued(row: Row, reference: NoteReference, status: NoteStatus, adopted: bool) -> Issued:
    return Issued(
        reference=reference,
        number=_text(row, "numeroNfse"),
        access_key=reference.access_key,
        verification_code=_text(row, "codigoVerificacao"),
        issued_at=_moment(row.get("autorizacao")),
        status=status,
        adopted=adopted,
    )


def content_of(document: Row) -> tuple[Decimal | None, str | None]:
    """Return amount and taker of a row or a full document; None where it does not say."""
    services = document.get("servico")
    first = services[0] if isinstance(services, list) and services else services
    value = first.get("valor") if isinstance(first, Mapping) else None
    amount = document.get("valorServico", value.get("servico") if isinstance(value, Mapping) else None)
    taker = document.get("tomador")
    if isinstance(taker, Mapping):
        taker = taker.get("cpfCnpj")
    return (
        read_decimal(str(amount)) if amount is not None else None,
        re.sub(r"[^0-9A-Z]", "", str(taker).upper()) if taker is not None else None,
    )


# --- Refusals --------------------------------------------------------------------------------------
def read_fields(fields: Mapping[str, Any], sentence: str) -> tuple[RuleProblem, ...]:
    """Return the problems of a 400: one for each field, or the sentence alone."""
    problems = tuple(_field_problem(name, str(text)) for name, text in fields.items())
    return problems or (read_sentence(sentence),)


def _field_problem(name: str, text: str) -> RuleProblem:
    message = f"O emissor recusou o campo {name}: {text}." if name else f"O emissor recusou a nota: {text}."
    return _problem(message, _group(f"{name} {text}"), f"{name}: {text}", name)


def read_sentence(text: str) -> RuleProblem:
    """Return a city's sentence with who can fix it: by a national code in it, or by its words."""
    for code in _NATIONAL_CODE.findall(text):
        if code in get_rules():
            return explain(AnswerProblem(code, text))
    if not text:
        return _problem(NO_REASON, OTHER, "")
    return _problem(f"A prefeitura recusou a nota: {text}", _group(text), text)


def _problem(message: str, group: RefusalGroup, original: str, field: str = "") -> RuleProblem:
    return RuleProblem(
        code=CODE,
        field=field,
        message_pt=message,
        who_fixes=group.who_fixes,
        next_step=group.next_step,
        original=original,
    )


def _group(text: str) -> RefusalGroup:
    folded = fold(text)
    name = next((name for name, words in _WORDS if _holds_any(folded, words)), "")
    return next((group for group in GROUPS if group.name == name), OTHER)


def _holds_any(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)


# --- Fields ----------------------------------------------------------------------------------------
def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return str(value).strip() if value is not None else ""


def _access_key(row: Row) -> str:
    """The Nacional's key comes where cities put their verification code."""
    code = _text(row, "codigoVerificacao").upper().removeprefix("NFS")
    return code if _ACCESS_KEY.fullmatch(code) else ""


def _day(value: Any) -> str:
    """Return dd/mm/aaaa as aaaammdd, to compare."""
    day, _, rest = str(value or "").partition("/")
    month, _, year = rest.partition("/")
    return f"{year[:4]}{month}{day}"


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.strptime(str(value)[:10], "%d/%m/%Y").replace(tzinfo=SAO_PAULO)
    except ValueError:
        return None

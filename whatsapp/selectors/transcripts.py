"""A conversation as people of the firm read it: what was said on both sides, and what happened (A25, W21)."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db.models import Count, Q, Sum

from core.formatting import format_brl, format_date, format_document
from whatsapp.conversation.draft import Draft, SessionData
from whatsapp.conversation.states import LABELS, Kind, State
from whatsapp.models import AiCall, Conversation, InboundMessage, OutboundMessage, Session, SessionEvent
from whatsapp.reading.values import Asked

MOST_LINES = 200
PERSON, BOT, FIRM, SYSTEM = "person", "bot", "firm", "system"
SIDES = {"cliente": (PERSON,), "assistente": (BOT, FIRM), "sistema": (SYSTEM,)}
_NOT_SENT = {OutboundMessage.State.FAILED, OutboundMessage.State.DEAD}
_FIELD_LABELS = {
    Asked.TAKER: "Cliente",
    Asked.AMOUNT: "Valor",
    Asked.DESCRIPTION: "Serviço",
    Asked.COMPETENCE: "Competência",
}
_FILES = {"pdf": "PDF da nota", "xml": "XML da nota"}
_ICONS = {
    "audio": "microphone",
    "image": "photo",
    "video": "video",
    "document": "file",
    "sticker": "sticker",
    "location": "map-pin",
    "contact": "address-book",
    "poll": "chart-bar",
    "album": "photo",
    "reaction": "mood-smile",
    "edit": "pencil",
    "revoke": "trash",
}


@dataclass(frozen=True)
class Line:
    """One line of a transcript. `note` stands small beside the time; `remark` under the text."""

    at: datetime
    order: tuple[int, int]
    side: str
    text: str
    who: str = ""
    icon: str = ""
    remark: str = ""
    note: str = ""
    is_bad: bool = False


@dataclass(frozen=True)
class Figures:
    """What a conversation used."""

    received: int
    sent: int
    ai_calls: int
    ai_seconds: int
    cost: int


def list_lines(
    conversation: Conversation, *, sides: tuple[str, ...] = (), show: Callable[[str], str] = str
) -> list[Line]:
    """Return the last lines of a conversation, oldest first; `show` is what each text passes through."""
    wanted = sides or (PERSON, BOT, FIRM, SYSTEM)
    sources: list[Iterator[Line]] = []
    if {PERSON, FIRM} & set(wanted):
        sources.append(_received(conversation, show))
    if {BOT, FIRM} & set(wanted):
        sources.append(_sent(conversation, show))
    if SYSTEM in wanted:
        sources.append(_happened(conversation))
    lines = [line for line in chain(*sources) if line.side in wanted]
    return sorted(lines, key=lambda line: (line.at, line.order))[-MOST_LINES:]


def mark_lines(lines: Sequence[object]) -> str:
    """Return what changes with the lines, so that a page that shows them already is not drawn again."""
    return hashlib.sha256(repr(lines).encode()).hexdigest()[:16]


def list_talk_sessions(conversation: Conversation) -> list[Session]:
    """Return the sessions of a conversation, the latest first."""
    rows = Session.objects.filter(conversation=conversation).select_related("company", "request__invoice")
    return list(rows.order_by("-opened_at", "-pk")[:50])


def count_figures(conversation: Conversation) -> Figures:
    """Count what was said, and what OpenAI was asked for it."""
    used = AiCall.objects.filter(conversation=conversation).aggregate(
        calls=Count("id"), seconds=Sum("audio_seconds"), cost=Sum("cost")
    )
    return Figures(
        received=InboundMessage.objects.filter(conversation=conversation, is_from_firm=False).count(),
        sent=OutboundMessage.objects.filter(conversation=conversation, sent_at__isnull=False).count(),
        ai_calls=used["calls"],
        ai_seconds=used["seconds"] or 0,
        cost=used["cost"] or 0,
    )


@dataclass(frozen=True)
class Known:
    """One field of the note being made: what is known of it, and whether it can be used."""

    label: str
    value: str
    state: str
    tone: str


def list_known(session: Session, show: Callable[[str], str] = str) -> list[Known]:
    """Return the fields of a session with what is known of each; nothing for the canceling of a note."""
    if session.kind != Kind.ISSUE:
        return []
    draft = SessionData.of(session.data).note
    client = draft.taker_name or draft.called
    values = {
        Asked.TAKER: " · ".join(filter(None, (client, show(format_document(draft.document))))),
        Asked.AMOUNT: "" if draft.cents is None else format_brl(draft.cents),
        Asked.DESCRIPTION: draft.description,
        Asked.COMPETENCE: format_date(draft.competence) if draft.competence else "",
    }
    return [_known_of(draft, field, value) for field, value in values.items()]


def _known_of(draft: Draft, field: Asked, value: str) -> Known:
    label = _FIELD_LABELS[field]
    if draft.trouble_of(field) is not None:
        return Known(label, value, "A corrigir", "danger")
    if field is Asked.TAKER and value and draft.registry == "pending":
        return Known(label, value, "Consultando", "info")
    if value:
        return Known(label, value, "Certo", "success")
    return Known(label, "", "Hoje" if field is Asked.COMPETENCE else "Falta", "neutral")


def _received(conversation: Conversation, show: Callable[[str], str]) -> Iterator[Line]:
    rows = InboundMessage.objects.filter(conversation=conversation).order_by("-seq")[:MOST_LINES]
    for row in rows:
        kind = InboundMessage.Kind(row.kind)
        has_words = kind in {InboundMessage.Kind.TEXT, InboundMessage.Kind.REACTION}
        yield Line(
            at=row.received_at,
            order=(0, row.seq),
            side=FIRM if row.is_from_firm else PERSON,
            text=show(row.transcript or row.text) or ("" if has_words else str(kind.label)),
            who="No telefone da contabilidade" if row.is_from_firm else "",
            icon=_ICONS.get(row.kind, ""),
            remark=_remark_on(row),
            note=_note_on(row),
        )


def _remark_on(row: InboundMessage) -> str:
    """What to know of a message besides its words."""
    if row.kind == InboundMessage.Kind.AUDIO:
        if row.media_state == InboundMessage.Media.DELETED:
            return "Áudio apagado após 30 dias"
        if row.media_state == InboundMessage.Media.FAILED:
            return "Não foi possível ouvir o áudio"
        return "Transcrição do áudio" if row.transcript else ""
    if row.kind == InboundMessage.Kind.EDIT:
        return "Corrigiu uma mensagem" if row.has_content else "Corrigiu uma mensagem, e a mudança não chega"
    if row.kind == InboundMessage.Kind.REVOKE:
        return "Apagou uma mensagem"
    return ""


def _note_on(row: InboundMessage) -> str:
    if row.deleted_at is not None:
        return "apagada"
    return "editada" if row.edited_at is not None else ""


def _sent(conversation: Conversation, show: Callable[[str], str]) -> Iterator[Line]:
    rows = OutboundMessage.objects.filter(conversation=conversation).select_related("member", "invoice")
    for row in rows.order_by("-seq")[:MOST_LINES]:
        is_file = row.kind == OutboundMessage.Kind.DOCUMENT
        number = f" {row.invoice.number}" if row.invoice is not None else ""
        is_member = row.author == OutboundMessage.Author.MEMBER
        yield Line(
            at=row.created_at,
            order=(1, row.seq),
            side=FIRM if is_member else BOT,
            text=f"{_FILES[row.file]}{number}" if is_file else show(row.text),
            who=_name_member(row) if is_member else "",
            icon="file-type-pdf" if row.file == "pdf" else "file-code" if is_file else "",
            note=str(OutboundMessage.State(row.state).label).lower(),
            remark=row.error if row.state in _NOT_SENT else "",
            is_bad=row.state in _NOT_SENT,
        )


def _name_member(row: OutboundMessage) -> str:
    return str(row.member.full_name or row.member) if row.member is not None else "Contabilidade"


def _happened(conversation: Conversation) -> Iterator[Line]:
    rows = SessionEvent.objects.filter(session__conversation=conversation).exclude(
        Q(from_state=State.NONE) & Q(to_state=State.NONE)
    )
    for row in rows.select_related("session").order_by("-pk")[:MOST_LINES]:
        if row.from_state == row.to_state:
            continue
        label = LABELS.get(State(row.to_state), row.to_state)
        yield Line(
            at=row.at,
            order=(2, row.pk),
            side=SYSTEM,
            text=f"{label}" + (f" · protocolo {row.session.label}" if row.session.label else ""),
        )

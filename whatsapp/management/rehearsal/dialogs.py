"""Dialogs of a file, played one after the other, and what is printed of them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from core.documents import is_cpf
from nfse.models import Invoice
from whatsapp.conversation.draft import SessionData
from whatsapp.conversation.states import OPEN, Kind, Question, State
from whatsapp.management.rehearsal.clock import RehearsalClock
from whatsapp.management.rehearsal.emulators import Emulators
from whatsapp.management.rehearsal.letters import Line, new_id
from whatsapp.management.rehearsal.player import TOGETHER, Player
from whatsapp.management.rehearsal.stage import COMPANIES, MakeCertificate, build_stage
from whatsapp.models import OutboundMessage, Session
from whatsapp.services.talking.batches import YES_BUTTON

LATE = timedelta(minutes=1)
"""How long before the mirror a message was sent that only arrives now."""

_NAMES = {State.AWAITING_CONFIRMATION: "mirror", State.COMPLETED: "issued"}
_CLOSED = frozenset({State.CANCELED, State.EXPIRED})


def play(
    dialog: dict[str, Any], clock: RehearsalClock, emulators: Emulators, make_certificate: MakeCertificate
) -> dict[str, Any]:
    """Play one dialog of a file and return what is printed. Keys that are not known are ignored."""
    player = set_up(dialog, clock, emulators, make_certificate)
    turns = [play_turn(player, turn) for turn in dialog.get("turns") or []]
    return {"id": dialog.get("id"), "turns": turns, "final": describe_end(player)}


# --- Before the first turn -------------------------------------------------------------------------
def set_up(
    dialog: dict[str, Any], clock: RehearsalClock, emulators: Emulators, make_certificate: MakeCertificate
) -> Player:
    """Bring a person of companies of their own to where a dialog of a file begins."""
    start = dict(dialog.get("start") or {})
    names = _list_companies(start)
    stage = build_stage(names, make_certificate)
    emulators.connect(stage.channel)
    player = Player(stage, clock, emulators)
    state = str(start.get("state") or "idle")
    if last := start.get("last_invoice"):
        _issue(player, dict(last))
    if len(names) > 1 and start.get("company"):
        _choose_company(player, str(start["company"]))
    fields = dict(start.get("fields") or {})
    if state in {"collecting", "mirror", "choosing_company", "awaiting_confirmation"}:
        _fill(player, fields, state)
    player.replies()
    player.forget_requests()
    player.was_closed_before(player.session())
    player.turn_at = clock.now()
    return player


def _list_companies(start: dict[str, Any]) -> list[str]:
    given = start.get("companies")
    if isinstance(given, int):
        return list(COMPANIES[: max(1, given)])
    names = [_name_of(one) for one in given] if isinstance(given, list) and given else []
    if not names and start.get("company"):
        names = [_name_of(start["company"])]
    if not names:
        names = list(COMPANIES[: 2 if start.get("state") == "choosing_company" else 1])
    return names


def _name_of(company: Any) -> str:
    if isinstance(company, dict):
        return str(
            company.get("name") or company.get("legal_name") or company.get("trade_name") or COMPANIES[0]
        )
    return str(company)


def _choose_company(player: Player, name: str) -> None:
    player.say("trocar empresa")
    player.say(name)


def _fill(player: Player, fields: dict[str, Any], state: str) -> None:
    """Bring the conversation where the dialog begins, by messages that say each field plainly."""
    document = str(fields.get("taker_document") or "")
    if state in {"mirror", "awaiting_confirmation"}:
        fields = {
            "taker_document": document or "11222333000181",
            "amount": fields.get("amount") or "1500.00",
            "description": fields.get("description") or "Manutenção do site em novembro",
            **{
                key: value
                for key, value in fields.items()
                if key not in {"taker_document", "amount", "description"}
            },
        }
    parts = ["quero emitir uma nota"]
    if fields.get("taker_document"):
        label = "CPF" if is_cpf(str(fields["taker_document"])) else "CNPJ"
        parts.append(f"{label} do cliente: {fields['taker_document']}")
    if fields.get("amount"):
        parts.append(f"valor: R$ {_as_reais(fields['amount'])}")
    if fields.get("description"):
        parts.append(f"descrição do serviço: {fields['description']}")
    player.say("\n".join(parts))
    session = player.session()
    asked = SessionData.of(session.data).note.asked if session is not None else ()
    if "taker_name" in asked:
        player.say(str(fields.get("taker_name") or "Maria Exemplo da Silva"))


def _as_reais(amount: Any) -> str:
    cents = round(float(amount) * 100)
    return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}"


def _issue(player: Player, last: dict[str, Any]) -> None:
    """Have the note of before issued, as the person would have done it."""
    _fill(player, last, "mirror")
    player.say("sim")
    player.clock.move(timedelta(days=2))
    player.run_due()


# --- One turn --------------------------------------------------------------------------------------
def play_turn(player: Player, turn: dict[str, Any]) -> dict[str, Any]:
    """Play one turn of a file and return what is printed of it."""
    elapsed = turn.get("elapsed_minutes")
    minutes = float(elapsed) if isinstance(elapsed, int | float) else 1.0
    player.wait(max(player.clock.now(), player.turn_at + timedelta(minutes=minutes)))
    player.turn_at = player.clock.now()
    before = player.requests_made()
    texts = turn.get("user")
    for place, text in enumerate(texts if isinstance(texts, list) else [texts or ""]):
        if place:
            player.clock.move(TOGETHER)
        _send(player, turn, str(text), is_first=place == 0)
    player.settle()
    return _describe_turn(player, before)


def _send(player: Player, turn: dict[str, Any], text: str, *, is_first: bool) -> None:
    mirror = _mirror_of(player, turn.get("quotes_mirror"))
    pressed = _mirror_of(player, turn.get("button_of_mirror"))
    kind = str(turn.get("kind") or "text")
    given = str(turn.get("message_id") or "")
    line = Line(
        text=text,
        kind=kind,
        message_id=given if given and is_first else new_id(),
        quoted_id=mirror.provider_message_id if mirror else "",
        button_id=f"{YES_BUTTON}{pressed.mirror_hash}" if pressed else "",
        target_id=_target_of(player, kind),
    )
    shown = next(iter(reversed(list(player.mirrors()))), None)
    sent_at = shown.created_at - LATE if turn.get("sent_before_mirror") and shown else None
    player.send(line, sent_at=sent_at, again=bool(turn.get("redelivery")) or player.knows(line.message_id))
    if turn.get("redelivery"):
        player.send(line, sent_at=sent_at, again=True)


def _mirror_of(player: Player, which: Any) -> OutboundMessage | None:
    if not which:
        return None
    mirrors = list(player.mirrors())
    return (mirrors[0] if which == "first" else mirrors[-1]) if mirrors else None


def _target_of(player: Player, kind: str) -> str:
    if kind == "reaction":
        mirror = _mirror_of(player, "latest")
        return mirror.provider_message_id if mirror else ""
    last = player.last_inbound() if kind in {"edit", "revoke", "delete", "hidden_edit"} else None
    return last.provider_message_id if last else ""


# --- What is printed -------------------------------------------------------------------------------
def _describe_turn(player: Player, before: int) -> dict[str, Any]:
    replies = player.new_messages()
    session = player.session()
    state = name_state(session, player.was_closed_before(session))
    return {
        "state": state,
        "session_state": session.state if session else "none",
        "fields": _fields(session) if session else {},
        "asks_for": list_asked(session) if state not in {"idle", "issued"} else [],
        "replies": [one.text for one in replies if one.kind == OutboundMessage.Kind.TEXT],
        "documents": [one.file for one in replies if one.kind == OutboundMessage.Kind.DOCUMENT],
        "invoice_requested": player.requests_made() > before,
    }


def name_state(session: Session | None, is_old: bool) -> str:
    """Return the state of a conversation as a file of dialogs calls it."""
    if session is None:
        return "idle"
    state = State(session.state)
    if session.kind == Kind.CANCELLATION and state in OPEN:
        return "cancelling_invoice"
    if state in OPEN:
        return _NAMES.get(state, state.value)
    if is_old or state in _CLOSED or session.kind == Kind.CANCELLATION:
        return "idle"
    return _NAMES.get(state, state.value)


def list_asked(session: Session | None) -> list[str]:
    """Return what the last answer asked the person for."""
    if session is None:
        return []
    data, state = SessionData.of(session.data), State(session.state)
    if state is State.CHOOSING_COMPANY:
        return ["company"]
    if state is State.AWAITING_CONFIRMATION or session.question in _CONFIRMED:
        return ["confirmation"]
    asked: tuple[str, ...] = data.cancel.asked if session.kind == Kind.CANCELLATION else data.note.asked
    return [name for name in asked if name]


_CONFIRMED = {
    Question.CONFIRM_CANCEL,
    Question.REPLACE_DATA,
    Question.SWITCH_TO_CANCELLATION,
    Question.CANCEL_ISSUED,
}


def _fields(session: Session) -> dict[str, Any]:
    draft = SessionData.of(session.data).note
    amount = f"{draft.cents // 100}.{draft.cents % 100:02d}" if draft.cents is not None else None
    return {
        "taker_document": draft.document or None,
        "taker_name": draft.taker_name or draft.called or None,
        "amount": amount,
        "description": draft.description or None,
        "competence": draft.competence.isoformat() if draft.competence else None,
    }


def describe_end(player: Player) -> dict[str, Any]:
    """Return what is printed of a dialog as it stands: which notes were made."""
    issued = list(_issued(player))
    session = player.session()
    last = issued[-1] if issued else None
    values = _fields(session) if session else {}
    if last is not None:
        snapshot = last.request.snapshot
        values = {
            "taker_document": snapshot.taker.document if snapshot.taker else None,
            "amount": f"{snapshot.amount:.2f}",
            "description": snapshot.service.description,
        }
    named = {name: values.get(name) for name in ("taker_document", "amount", "description")}
    return {"issued": bool(issued), "issue_count": len(issued), **named}


def _issued(player: Player) -> Iterator[Invoice]:
    requests = [request.pk for request in player.requests()]
    yield from Invoice.objects.select_related("request").filter(request_id__in=requests).order_by("pk")


def read_moment(text: Any, default: datetime) -> datetime:
    """Return a moment of ISO 8601 of a file; of a day alone, its noon in São Paulo."""
    if not text:
        return default
    moment = datetime.fromisoformat(str(text))
    if len(str(text)) == 10:
        moment = moment.replace(hour=15, tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC) + timedelta(hours=3)

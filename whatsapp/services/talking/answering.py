"""Answers to questions, greetings and commands that change nothing (W9, W17, §5.8)."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from core.formatting import MONTHS, format_date
from fiscal.documents.mirror import format_reais
from fiscal.enumerations import Environment
from nfse.models import Firm, Invoice
from nfse.states import State as RequestState
from queue_worker.services import enqueue
from whatsapp import texts
from whatsapp.conversation.states import Kind, State
from whatsapp.conversation.understanding import Understood
from whatsapp.models import Session
from whatsapp.services.talking import kinds
from whatsapp.services.talking.last_notes import find_by_number, find_last_request, list_last, list_of_month
from whatsapp.services.talking.listening import enqueue_hand_over
from whatsapp.services.talking.mirrors import look_again
from whatsapp.services.talking.needs import ask_again
from whatsapp.services.talking.phrasing import _VALUES, call_client, say, say_words, was_said_last
from whatsapp.services.talking.talk import Talk
from whatsapp.vocabulary.commands import Command, Commanded
from whatsapp.vocabulary.faq import Faq
from whatsapp.vocabulary.start import Intent

_PHRASES = {
    State.CHOOSING_COMPANY: "Falta escolher a empresa",
    State.COLLECTING: "Estou preparando a nota",
    State.AWAITING_CONFIRMATION: "O espelho espera a sua confirmação",
    State.AWAITING_FIRM: "O pedido está com a contabilidade",
    State.PROCESSING: "A nota está sendo emitida",
    State.REJECTED: "A nota não foi aceita e nada foi emitido",
    State.FAILED: "A nota não saiu e nada foi emitido",
}


def answer(talk: Talk, understood: Understood) -> bool:
    """Answer what was asked; return whether a line about what is pending should follow."""
    command = understood.command.command if understood.command else None
    if command is Command.HELP:
        say(talk, "T45")
    elif command is Command.STATUS:
        tell_status(talk)
        return False
    elif command is Command.LIST:
        _list_notes(talk, understood.command)
    elif command is Command.COPY:
        send_copy(talk, understood.command.note_number if understood.command else "")
    elif command is Command.SWITCH:
        say(talk, "ONE_COMPANY")
    elif understood.faq is not None:
        _answer_faq(talk, understood.faq)
    elif understood.social is Intent.THANKS:
        say(talk, "T43")
        return False
    elif understood.social is Intent.GREETING:
        return _greet(talk)
    else:
        _say_off_topic(talk)
    return True


def _say_off_topic(talk: Talk) -> None:
    """Say that this is none of ours; the second time in a row what a note needs is of more help (D17)."""
    if talk.session is None and was_said_last(talk, "T44"):
        say(talk, "T07", lista=texts.join_needs(["taker_document", "amount", "description"]))
    else:
        say(talk, "T44")


def tell_status(talk: Talk) -> None:
    """Say where the open request, or the last note, stands (T47)."""
    session = talk.session
    if session is None:
        _tell_last(talk)
        return
    falta = ""
    if session.state == State.COLLECTING:
        evaluation = talk.evaluate()
        if evaluation and evaluation.missing:
            falta = f"Falta {texts.join_needs(list(evaluation.missing))}."
        elif evaluation and evaluation.waits:
            falta = "Espero a consulta do CNPJ na Receita."
    elif session.state in {State.REJECTED, State.FAILED}:
        falta = "Mande o que corrigir, *tentar de novo* ou *cancelar*."
    elif session.state == State.AWAITING_CONFIRMATION:
        falta = "Responda *sim* para emitir."
    elif session.state == State.CHOOSING_COMPANY:
        falta = "Mande o número ou o nome."
    say(talk, "T47", frase=_phrase_of(session), falta=falta)


def _phrase_of(session: Session) -> str:
    """Return where a request stands, in a person's words."""
    if session.kind == Kind.CANCELLATION and session.state != State.AWAITING_FIRM:
        return "O cancelamento da nota ainda não foi feito"
    return _PHRASES[State(session.state)]


def send_copy(talk: Talk, number: str) -> None:
    """Send the PDF and the XML of a note again: the last one, or the one with this number."""
    ids = [company.pk for company in talk.speaker.companies]
    if number:
        invoice = find_by_number(talk.firm.pk, ids, number)
    else:
        invoice = next(iter(list_last(talk.firm.pk, _own_companies(talk))), None)
    if invoice is None:
        if number:
            say(talk, "NO_NOTE_FOUND", numero=number)
        else:
            say(talk, "NOTHING_TO_COPY")
        return
    say(talk, "COPY", **name_note(invoice))
    hand_over(talk, invoice, again=True)


def hand_over(talk: Talk, invoice: Invoice, *, again: bool = False) -> None:
    """Have the files of a note sent in this conversation as soon as they are there; `again`: as asked."""
    if not again:
        enqueue_hand_over(talk.conversation.pk, invoice)
        return
    enqueue(
        kind=kinds.HAND_OVER,
        payload={"conversation_id": talk.conversation.pk, "invoice_id": invoice.pk, "cause": talk.cause},
        dedupe_key=f"{talk.conversation.pk}:{invoice.pk}:{talk.cause}",
    )


def name_note(invoice: Invoice) -> dict[str, str]:
    """Return what a note is called by: number, amount, taker."""
    taker = invoice.request.taker_name or "tomador não identificado"
    return {"numero": invoice.number, "valor": format_reais(invoice.amount), "tomador": taker}


def describe_note(invoice: Invoice) -> str:
    """Return a note as one entry of a list."""
    named = name_note(invoice)
    return f"{named['numero']}, {named['valor']}, {named['tomador']}"


def _greet(talk: Talk) -> bool:
    session = talk.session
    if session is None:
        say(talk, "T01")
        return False
    evaluation = talk.evaluate()
    if session.state == State.COLLECTING and talk.note.has_data and evaluation and evaluation.missing:
        say(talk, "T02", falta=texts.join_needs(list(evaluation.missing)))
        return False
    return True


def _tell_last(talk: Talk) -> None:
    company = talk.company
    request = find_last_request(talk.firm.pk, company.pk if company else None)
    invoice = getattr(request, "invoice", None) if request else None
    if invoice is None:
        say(talk, "STATUS_NONE")
        return
    tell_situation(talk, invoice)


def tell_situation(talk: Talk, invoice: Invoice) -> None:
    """Say how a note stands."""
    situation = RequestState(invoice.request.state).label.lower()
    say(talk, "STATUS_NOTE", situacao=situation, **name_note(invoice))


def _month_asked(talk: Talk, command: Commanded | None) -> date:
    today = timezone.localdate(talk.now)
    month = command.month if command and command.month else today.month
    return date(today.year - (month > today.month), month, 1)


def _list_notes(talk: Talk, command: Commanded | None) -> None:
    first = _month_asked(talk, command)
    notes, total = _count(talk, first)
    listed = "\n".join(f"{describe_note(note)}, {format_date(note.issued_at)}" for note in notes[:5])
    values = {"mes": MONTHS[first.month - 1], "n": str(len(notes)), "total": format_reais(total)}
    if notes and notes[0].environment != Environment.PRODUCTION:
        tests = f"Em {values['mes']}: {len(notes)} de teste, sem valor fiscal. Últimas:\n{listed}"
        say_words(talk, "T46", tests)
    elif notes:
        say(talk, "T46", lista=f"\n{listed}", **values)
    else:
        say_words(talk, "T46", f"Em {values['mes']}: nenhuma nota ainda.")


def _count(talk: Talk, first: date) -> tuple[list[Invoice], Decimal]:
    """Return the notes of a month and the total of those that count: test notes add nothing in production."""
    notes = list_of_month(talk.firm.pk, _own_companies(talk), first)
    real = [note for note in notes if note.environment == Environment.PRODUCTION]
    return real or notes, sum((note.amount for note in real), Decimal("0.00"))


def _own_companies(talk: Talk) -> list[int]:
    """Return the companies whose notes this person may see now: the one of the turn, if it still is one."""
    ids = [company.pk for company in talk.speaker.companies]
    company = talk.company
    return [pk for pk in ids if pk == company.pk] if company else ids


def _answer_faq(talk: Talk, faq: Faq) -> None:
    template = texts.ANSWERS[faq]
    values: dict[str, str] = {}
    if faq is Faq.ISS:
        values["iss"] = _iss_line(talk)
    elif faq is Faq.CANCEL_ISSUED:
        values["regra"] = _cancel_rule(talk)
    elif faq is Faq.HOW_MANY:
        first = _month_asked(talk, None)
        notes, total = _count(talk, first)
        count = f"{len(notes)} nota" + ("" if len(notes) == 1 else "s")
        values = {"mes": MONTHS[first.month - 1], "n": count, "total": format_reais(total)}
    known = {name: _VALUES[name](talk) for name in texts.names_in(template) - set(values)}
    say_words(talk, faq.value, template.format(**values, **known))


def _iss_line(talk: Talk) -> str:
    mirror = look_again(talk)
    line = next((one for one in mirror.lines if one.key == "iss"), None) if mirror else None
    if line is None:
        return texts.ISS_UNKNOWN.format(firma=talk.firm.display_name)
    return f"O ISS desta nota: {line.text}."


def _cancel_rule(talk: Talk) -> str:
    if talk.firm.chat_cancellation == Firm.ChatCancellation.ALLOWED:
        return "Cancelo assim que você confirmar."
    if talk.firm.chat_cancellation == Firm.ChatCancellation.ASK_FIRM:
        return f"A {talk.firm.display_name} aprova antes."
    return f"O cancelamento é com a {talk.firm.display_name}."


def finish_answer(talk: Talk, *, follows: bool) -> None:
    """Say in one line what is pending, after an answer."""
    if follows:
        ask_again(talk)


def describe_open(talk: Talk) -> str:
    """Return what waits for the person, for the end of a handoff (T57)."""
    session = talk.session
    if session is None:
        return ""
    if session.state == State.AWAITING_CONFIRMATION:
        return f"Sua nota para {call_client(talk.note)} espera o *sim*."
    return f"{_phrase_of(session)}."

"""Texts of the table that need more than their values: which wording, which note, which question besides."""

from collections.abc import Callable
from dataclasses import replace

from core.formatting import format_date
from nfse.models import Notice
from whatsapp import texts
from whatsapp.conversation.effects import Do
from whatsapp.conversation.machine import Step
from whatsapp.conversation.understanding import Understood
from whatsapp.services.talking import answering, canceling
from whatsapp.services.talking.needs import list_companies, show_needs
from whatsapp.services.talking.notices import tell_firm
from whatsapp.services.talking.phrasing import as_clause, say
from whatsapp.services.talking.results import explain_refusal
from whatsapp.services.talking.talk import Talk


def _say_companies(talk: Talk, _step: Step, _understood: Understood) -> None:
    say(talk, "T04", lista=list_companies(talk))


def _say_changed(talk: Talk, _step: Step, _understood: Understood) -> None:
    if talk.kept:
        say(talk, "T62", campo=texts.join_needs(talk.kept))
    elif talk.changed:
        say(talk, "T25", campo=texts.join_needs(talk.changed))


def say_blocked(talk: Talk, *_unused: object) -> None:
    reason = talk.blocked[0].message_pt if talk.blocked else "falta algo no cadastro da empresa"
    say(talk, "T58", motivo=as_clause(reason))
    text = f"{talk.speaker.first_name} tentou emitir pelo WhatsApp: {reason}"
    tell_firm(talk, Notice.Kind.NOT_READY, "Empresa não pronta tentou emitir", text)


def _say_looked_up(talk: Talk, step: Step, _understood: Understood) -> None:
    """T67 comes first when the person was told to wait, and always when a shown mirror changes."""
    if talk.note.waits_aloud or step.row == "34c":
        say(talk, "T67")


def _say_taker(talk: Talk, step: Step, _understood: Understood) -> None:
    """T16 and T17, with the question that goes with them. A row that evaluates asks by itself."""
    if Do.SHOW_NEEDS not in {effect.do for effect in step.effects}:
        show_needs(talk)
        talk.asked_needs = True


def _say_issued(talk: Talk, _step: Step, _understood: Understood) -> None:
    request = talk.session.request if talk.session else None
    invoice = getattr(request, "invoice", None) if request else None
    if invoice is None:
        return
    say(talk, "T30", data=format_date(invoice.issued_at), **answering.name_note(invoice))


def _say_refused(talk: Talk, _step: Step, _understood: Understood) -> None:
    refusal = explain_refusal(talk)
    if refusal.asked:
        talk.note = replace(talk.note, asked=(refusal.asked,))
    say(talk, "T31", motivo=refusal.reason, passo=refusal.step)


def _say_not_canceled(talk: Talk, _step: Step, _understood: Understood) -> None:
    refusal = explain_refusal(talk)
    say(talk, "T53", motivo=refusal.reason, passo=refusal.step)


def _say_notes(talk: Talk, _step: Step, _understood: Understood) -> None:
    """T48 is said by `canceling.start`, which knows whether the note was named."""


def _say_summary(talk: Talk, _step: Step, _understood: Understood) -> None:
    canceling.show_summary(talk)


def _say_nothing_open(talk: Talk, _step: Step, _understood: Understood) -> None:
    say(talk, "T37")


def _say_denied(talk: Talk, _step: Step, _understood: Understood) -> None:
    say(talk, "CANCELLATION_DENIED", motivo=as_clause(talk.cancel.denial or "sem mais detalhes"))


def _say_unreadable(talk: Talk, _step: Step, _understood: Understood) -> None:
    talk.data = talk.data.having_said("T64")
    say(talk, "T64")


SAYINGS: dict[str, Callable[[Talk, Step, Understood], None]] = {
    "T04": _say_companies,
    "T16": _say_taker,
    "T17": _say_taker,
    "T25": _say_changed,
    "T30": _say_issued,
    "T31": _say_refused,
    "T37": _say_nothing_open,
    "T48": _say_notes,
    "T50": _say_summary,
    "T53": _say_not_canceled,
    "T58": say_blocked,
    "T64": _say_unreadable,
    "T67": _say_looked_up,
    "CANCELLATION_DENIED": _say_denied,
}

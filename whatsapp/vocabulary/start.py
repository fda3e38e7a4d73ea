"""What a first message wants, when no session is open."""

import re
from enum import StrEnum

from core.text import fold
from whatsapp.reading.canvas import fold_letters, normalize
from whatsapp.reading.questions import REPEAT
from whatsapp.reading.service_words import begins_a_service
from whatsapp.reading.values import Reading, Status
from whatsapp.vocabulary import words
from whatsapp.vocabulary.commands import Command, find_command, find_said
from whatsapp.vocabulary.faq import find_faq, is_question
from whatsapp.vocabulary.phrases import POLITE_MARK, compare, is_made_of, phrases_of


class Intent(StrEnum):
    ISSUE = "issue"
    HELP = "help"
    STATUS = "status"
    CANCEL_INVOICE = "cancel_invoice"
    GREETING = "greeting"
    LIST_INVOICES = "list_invoices"
    REPEAT_LAST = "repeat_last"
    SWITCH_COMPANY = "switch_company"
    TALK_TO_ACCOUNTANT = "talk_to_accountant"
    THANKS = "thanks"
    OTHER = "other"


_OF_COMMAND = {
    Command.REPEAT: Intent.REPEAT_LAST,
    Command.LIST: Intent.LIST_INVOICES,
    Command.STATUS: Intent.STATUS,
    Command.CANCEL_NOTE: Intent.CANCEL_INVOICE,
    Command.SWITCH: Intent.SWITCH_COMPANY,
    Command.HELP: Intent.HELP,
    Command.HANDOFF: Intent.TALK_TO_ACCOUNTANT,
}
_CANCEL_NOTE_ALONE = re.compile(
    r"^(?:(?:quero|preciso|pode|queria|gostaria de|favor|por favor|oi|bom dia|boa tarde|boa noite|"
    r"ola)\s+)*cancel\w+ (?:(?:a|uma|essa|minha|de)\s+)*(?:nota|nf|nfs-?e|"
    r"notinha)s?(?: fiscal)?(?: por favor| pf| pfv)?$"
)
_WANTS_NOTE = re.compile(
    r"\b(?:quero|queria|preciso|precisava|precisamos|necessito|gostaria|faz|fazer|faca|emite|emitir|"
    r"emita|gera|gerar|gere|tira|tirar|lanca|lancar|solta|soltar|manda|mandar|bora|vamos|pode|consegue|"
    r"solicito|nova|outra|mais uma|ver)\b.{0,30}\b(?:nota|notas|notinha|nf|nfs-?e|nfe)\b"
    r"|^(?:uma |nova |outra |mais uma )?(?:nota|notinha|nf|nfs-?e)(?: fiscal| nova| de servico)*$|"
    r"\bemissao de (?:nota|nf)|\bemitir\b"
)


def classify_at_start(text: str, reading: Reading) -> Intent:
    """Return the intent of a first message, already read. Data beat greeting, thanks and question (R68)."""
    plain = " ".join(re.sub(r"[,;:!?.]+(?=\s|$)", " ", fold_letters(normalize(text))).split())
    command = find_command(text)
    if command is not None:
        return _OF_COMMAND.get(command.command, Intent.OTHER)
    if _CANCEL_NOTE_ALONE.match(plain):
        return Intent.CANCEL_INVOICE
    has_document = reading.document.status is not Status.MISSING
    has_amount = reading.amount.status is not Status.MISSING
    has_service = begins_a_service((fold(reading.description.value).split() or [""])[0])
    if REPEAT.search(plain) and not (has_amount and has_service):
        return Intent.REPEAT_LAST
    said = find_said(text)
    if said is Command.CANCEL_NOTE and not (has_amount and has_document):
        return Intent.CANCEL_INVOICE
    if has_document or has_amount or has_service:
        return Intent.ISSUE
    if said is not None and said in _OF_COMMAND:
        return _OF_COMMAND[said]
    social = _social(text)
    if social is not None:
        return social
    if find_faq(text) is not None:
        return Intent.HELP
    if _wants_note(plain, reading, asks=is_question(text)):
        return Intent.ISSUE
    return Intent.OTHER


def _wants_note(plain: str, reading: Reading, *, asks: bool) -> bool:
    polite_request = re.search(
        r"\b(?:pode|consegue|poderia|da pra|tem como)\b.{0,12}\b(?:emitir|fazer|tirar|gerar|faz|emite|"
        r"tira)\b",
        plain,
    )
    if asks and not polite_request:
        return False
    if re.search(r"\bnao (?:quero|preciso|emit|faz|precisa)", plain):
        return False
    named = reading.taker_name.status is not Status.MISSING or bool(reading.known_takers)
    return (
        named
        or reading.competence.status is not Status.MISSING
        or reading.asks_for_invoice
        or bool(_WANTS_NOTE.search(plain))
    )


def _social(text: str) -> Intent | None:
    """Return greeting or thanks when a message is nothing else; thanks beat a greeting in front."""
    compared = compare(text)
    greeting = phrases_of(words.GREETING)
    thanks = phrases_of(words.THANKS) | {(POLITE_MARK,)}
    yes = phrases_of(words.YES)
    if is_made_of(compared, thanks, [greeting, yes, phrases_of(words.POLITE)]):
        return Intent.THANKS
    if is_made_of(compared, greeting, [phrases_of(words.POLITE), thanks]):
        return Intent.GREETING
    return None

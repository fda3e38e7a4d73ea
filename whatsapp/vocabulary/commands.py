"""Messages that are commands as a whole (W17), and commands about an issued note by its number."""

import re
from dataclasses import dataclass
from enum import StrEnum

from whatsapp.reading.canvas import fold_letters, normalize
from whatsapp.reading.months import MONTHS
from whatsapp.vocabulary import words
from whatsapp.vocabulary.phrases import compare, is_made_of, phrases_of


class Command(StrEnum):
    RETRY = "retry"
    RESUME = "resume"
    REPEAT = "repeat_last"
    LIST = "list_invoices"
    STATUS = "status"
    COPY = "copy"
    CANCEL_NOTE = "cancel_invoice"
    SWITCH = "switch_company"
    HELP = "help"
    HANDOFF = "talk_to_accountant"
    BACK = "back"


@dataclass(frozen=True)
class Commanded:
    """A command, with the number of the note or the month that it names."""

    command: Command
    note_number: str = ""
    month: int | None = None


LONGEST_COMMAND = 400
_LISTS = [
    (Command.RETRY, words.RETRY),
    (Command.RESUME, words.RESUME),
    (Command.REPEAT, words.REPEAT),
    (Command.STATUS, words.STATUS),
    (Command.COPY, words.COPY),
    (Command.SWITCH, words.SWITCH),
    (Command.HANDOFF, words.HANDOFF),
    (Command.HELP, words.HELP),
    (Command.BACK, words.BACK),
    (Command.LIST, words.LIST),
]
_NOTE = (
    r"(?:a |o |da |do |de |na |essa |esta |aquela |minha |uma |as )*(?:nota|notinha|nf|nfse|nfs-e|nfe|"
    r"nota fiscal)s?(?: fiscal)?"
)
_NUMBER = r"(?:numero |n[º°o.]? ?|#|de numero )*(\d{1,15})"
_CANCEL_VERB = r"(?:cancel\w+|anul\w+|estorn\w+|desfaz\w*|inutiliz\w+)"
_CANCEL_NUMBERED = re.compile(rf"\b{_CANCEL_VERB}\b(?: (?:o|a|da|de|essa|esta))*(?: {_NOTE})? ?{_NUMBER}\b")
_CANCEL_ISSUED = re.compile(
    rf"\b{_CANCEL_VERB}\b(?: [\w-]+){{0,3}}? {_NOTE}\b(?: (?:que )?(?:ja )?(?:foi )?(?:emitida|emiti|"
    rf"saiu|errada|de ontem|de hoje|anterior|ultima|passada))?|\bcancelamento (?:da|de|duma|"
    rf"de uma) {_NOTE}|\bcancel\w+ a (?:ultima|anterior)"
)
_CANCEL_OF = re.compile(
    rf"\b{_NOTE} ?{_NUMBER}\b[^?]{{0,40}}\b(?:quero |pode |favor |preciso |da pra )?{_CANCEL_VERB}\b"
)
_COPY_NUMBERED = re.compile(
    rf"\b(?:pdf|xml|segunda via|2[aª]? ?via|danfse?|copia)\b(?: (?:da|do|de|e|o|xml|"
    rf"pdf))*(?: {_NOTE})? ?{_NUMBER}\b"
)
_LIST_MONTH = re.compile(
    rf"^(?:(?:me )?(?:mostra|lista|ver|quais|quantas)\s)?(?:as )?(?:minhas |ultimas )?notas (?:(?:de|"
    rf"do mes de|em|que emiti em|eu emiti em|emitidas em|emiti em) )?({'|'.join(MONTHS)})$"
)
_LIST_ASKED = re.compile(
    r"\b(?:quantas|quais)\b.{0,12}\bnotas?\b.{0,20}\b(?:emiti\w*|fiz|tirei|sairam|tenho|saiu|ja)\b|"
    r"\bquanto\b.{0,14}\b(?:faturei|emiti|ja emiti)\b|\b(?:lista\w*|mostra\w*|ver|relacao|"
    r"relatorio) (?:as |das |de |minhas )*notas\b"
)
_SWITCH_SAID = re.compile(
    r"\b(?:troc|mud|alter)\w+ (?:de |a |pra |para )?(?:a )?(?:outra )?empresa\b|\b(?:pela|por|na|usar|"
    r"da) outra empresa\b"
)
_HANDOFF_SAID = re.compile(
    r"\b(?:falar|fala|conversar|contato|chama\w*|passa\w*|transfer\w+|"
    r"liga\w*)\b.{0,18}\b(?:contador\w*|contabilidade|atendente|humano|pessoa|alguem|escritorio)\b|"
    r"\b(?:quero|preciso d[eo]|cade) (?:o |a |um |uma )?(?:contador\w*|atendente|humano)\b"
)
_STATUS_SAID = re.compile(
    r"\b(?:cade|kd|status|situacao|andamento)\b.{0,22}\b(?:nota|notinha|nf|nfs-?e|pedido)\b|\b(?:nota|"
    r"notinha|nf|nfs-?e)\b.{0,22}\b(?:ja saiu|saiu|foi emitida|ficou pronta|ta pronta|esta pronta|"
    r"demora\w*|deu certo|foi)\b|\b(?:ja )?(?:saiu|emitiu|emitiram|fez|fizeram)\b.{0,10}\b(?:nota|nf)\b"
)
_REPEAT_SAID = re.compile(
    r"^(?:(?:quero|pode|preciso|faz|fazer|emite|emitir|manda|gera|queria)\s+)*(?:(?:que )?repet\w+|"
    r"(?:uma |a |outra )?(?:nota )?(?:igual(?:zinha)?|mesma)(?: a| ao| da| do| de)?)(?: (?:a|o|da|do|"
    r"ultim[ao]|nota|mes|passado|passada|anterior|vez|que|voce|fez|mesma|mesmo|de|sempre|outra|essa|"
    r"pra|mim|por|favor|fiz|emiti|semana|cliente|igual))*$"
)
_HELP_SAID = re.compile(
    r"^(?:como (?:que )?(?:eu )?(?:faco|funciona|emito|uso|tiro)|o que (?:e|eh) isso|o que (?:voce|"
    r"vc)s? (?:faz|fazem|consegue)|nao sei (?:como|usar)|me ajud\w+|(?:pode|consegue)s? me ajudar|"
    r"preciso de (?:uma )?ajuda)\b"
)


def find_command(text: str) -> Commanded | None:
    """Return the command that a message is, or None. "?" alone is a call for help."""
    if len(text) > LONGEST_COMMAND:
        return None
    plain = fold_letters(normalize(text)).strip(" .!\n")
    if plain and not plain.strip("? "):
        return Commanded(Command.HELP)
    plain = " ".join(re.sub(r"[,;:!?.]+(?=\s|$)", " ", plain).split())
    numbered = _numbered(plain)
    if numbered:
        return numbered
    compared = compare(text)
    month = _LIST_MONTH.match(plain)
    if month:
        return Commanded(Command.LIST, month=MONTHS[month[1]])
    polite = phrases_of(words.POLITE)
    for command, phrases in _LISTS:
        if is_made_of(compared, phrases_of(phrases), [polite]):
            return Commanded(command)
    return None


def find_said(text: str) -> Command | None:
    """Return the command that a free sentence asks for: "cadê a nota que pedi?"."""
    if len(text) > LONGEST_COMMAND:
        return None
    plain = " ".join(re.sub(r"[,;:!?.]+(?=\s|$)", " ", fold_letters(normalize(text))).split())
    if _CANCEL_ISSUED.search(plain) and not re.search(r"\bnao\b.{0,12}cancel", plain):
        return Command.CANCEL_NOTE
    for command, pattern in (
        (Command.HANDOFF, _HANDOFF_SAID),
        (Command.SWITCH, _SWITCH_SAID),
        (Command.LIST, _LIST_ASKED),
        (Command.REPEAT, _REPEAT_SAID),
        (Command.STATUS, _STATUS_SAID),
        (Command.HELP, _HELP_SAID),
    ):
        if pattern.search(plain):
            return command
    return None


def _numbered(plain: str) -> Commanded | None:
    if re.search(r"\bnao\b.{0,12}cancel", plain):
        return None
    if match := _CANCEL_NUMBERED.search(plain) or _CANCEL_OF.search(plain):
        return Commanded(Command.CANCEL_NOTE, note_number=match[1])
    if match := _COPY_NUMBERED.search(plain):
        return Commanded(Command.COPY, note_number=match[1])
    return None

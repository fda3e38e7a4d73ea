"""What a message means while a mirror waits for its answer. Doubt never issues (R72)."""

import re
from dataclasses import dataclass
from enum import StrEnum

from core.text import fold
from whatsapp.reading.canvas import fold_letters, normalize
from whatsapp.reading.service_words import begins_a_service
from whatsapp.reading.values import Reading, Status
from whatsapp.vocabulary.answers import Answer, holds_cancel, read_answer
from whatsapp.vocabulary.commands import Command, find_command
from whatsapp.vocabulary.faq import is_question


class MirrorClass(StrEnum):
    YES = "yes"
    NO = "no"
    CANCEL = "cancel"
    CORRECTION = "correction"
    QUESTION = "question"
    UNCLEAR = "unclear"


class Field(StrEnum):
    AMOUNT = "amount"
    DOCUMENT = "taker_document"
    COMPETENCE = "competence"
    DESCRIPTION = "description"
    TAKER_NAME = "taker_name"


@dataclass(frozen=True)
class MirrorMeaning:
    """`fields`: what a correction changes, the surest first; empty when only "está errado" was said."""

    kind: MirrorClass
    fields: tuple[Field, ...] = ()


_COMPLAINT = re.compile(
    r"\b(?:errad[oa]s?|incorret[oa]s?|diferente|troquei|errei|equivocad[oa]|nao (?:e|eh|"
    r"era) (?:ess[ea]|isso|est[ea])|nao bate|faltou|falta)\b"
    r"|\b(?:mud(?:a|ar|e|em)|troc(?:a|ar|ue)|alter(?:a|ar|e)|corrig(?:e|ir)|corrija|arrum(?:a|ar|e)|"
    r"ajust(?:a|ar|e)|atualiz(?:a|ar|e))\b"
)
_NO_COMPLAINT = re.compile(
    r"\b(?:nada|nao (?:esta|ta|tem|ha|vejo|achei|tem nada)|sem nada|nem)\b.{0,12}\b(?:errad|incorret|"
    r"mud|troc|alter|corrig|diferente)"
)
_NAMED_FIELDS = [
    (Field.AMOUNT, re.compile(r"\b(?:valor|preco|quantia|total)\b")),
    (Field.DOCUMENT, re.compile(r"\b(?:cnpj|cpf|documento|tomador[a]?|cliente)\b")),
    (Field.COMPETENCE, re.compile(r"\b(?:competencia|data|mes)\b")),
    (Field.DESCRIPTION, re.compile(r"\b(?:descricao|servico|texto|discriminacao)\b")),
    (Field.TAKER_NAME, re.compile(r"\bnome\b")),
]
_CHANGES_DESCRIPTION = re.compile(
    r"\b(?:descricao|servico|discriminacao|na verdade|corrig\w+|mud\w+|troc(?:a|ar|ue) (?:por|para|pra|"
    r"a descricao|o servico)|coloc\w+|bot(?:a|ar|e)|poe|o certo|o correto|foi|quis dizer|em vez de|"
    r"errad[oa]|errei|so que|mas e|nao,? e|acrescent\w+|adicion\w+|inclu\w+|alter\w+|escrev\w+)\b|"
    r"^(?:e|eh) "
)
_NOT_DESCRIBING = re.compile(
    r"\b(?:nao|ainda|depois|quando|se|vou|vai|espera|esper\w+|antes|acho|talvez|ele|ela|chefe|cliente|"
    r"mulher|marido|socio|contador|ligar|falar|ver|olhar|conferir|momento|minuto|ja ja|amanha|urgente|"
    r"aguard\w+|boleto|pix)\b"
)
_CHANGES_NAME = re.compile(
    r"\b(?:nome|(?:tomador|cliente) (?:e|eh|agora|certo|outro|novo)|na verdade|corrig\w+|mud\w+|"
    r"troc\w+|o certo|errad[oa]|errei|em vez de|"
    r"so que|mas e|alter\w+)\b|\b(?:e|eh|era) (?:pra|para|pro)\b"
)
_CONDITION = re.compile(
    r"\bse (?:o|a|for|ele|ela|eles|voce)\b|\b(?:tambem|outra nota|outra de|mais uma|duas notas|duas vezes)\b"
)
_DOUBT = re.compile(r"\b(?:acho|talvez|sera|nao sei|quem sabe|se (?:der|puder|quiser|ele|ela|o)|quando)\b")


def classify_at_mirror(text: str, reading: Reading) -> MirrorMeaning:
    """Return what `text`, already read, means at the mirror.

    Values beat yes and no ("sim, mas o valor é 2 mil" corrects). A cancel word beside a value is unclear.
    What is not wholly understood is unclear.
    """
    answer = read_answer(text, at_mirror=True)
    if answer is Answer.CANCEL:
        return MirrorMeaning(MirrorClass.CANCEL)
    command = find_command(text)
    if command and command.command is Command.CANCEL_NOTE:
        return MirrorMeaning(MirrorClass.CANCEL)
    fields = list_changes(text, reading)
    if holds_cancel(text) or _CONDITION.search(fold_letters(normalize(text))):
        return MirrorMeaning(MirrorClass.UNCLEAR)
    if fields:
        return MirrorMeaning(MirrorClass.CORRECTION, fields)
    if answer is Answer.YES:
        return MirrorMeaning(MirrorClass.YES)
    if answer is Answer.NO:
        return MirrorMeaning(MirrorClass.NO)
    plain = fold_letters(normalize(text))
    if read_answer(text.replace("?", " "), at_mirror=True) is not None and "?" in text:
        return MirrorMeaning(MirrorClass.UNCLEAR)
    if is_question(text) or reading.is_question or command is not None:
        return MirrorMeaning(MirrorClass.QUESTION if _asks(command) else MirrorClass.UNCLEAR)
    if _COMPLAINT.search(plain) and not _NO_COMPLAINT.search(plain) and not _DOUBT.search(plain):
        return MirrorMeaning(MirrorClass.CORRECTION, _named(plain))
    return MirrorMeaning(MirrorClass.UNCLEAR)


def list_changes(text: str, reading: Reading) -> tuple[Field, ...]:
    """Return the fields that a message gives a value to, also a bad value, the surest first."""
    plain = fold_letters(normalize(text)).strip()
    found = []
    if reading.amount.status is not Status.MISSING:
        found.append(Field.AMOUNT)
    if reading.document.status is not Status.MISSING or reading.known_takers:
        found.append(Field.DOCUMENT)
    if reading.competence.status is not Status.MISSING:
        found.append(Field.COMPETENCE)
    if reading.description.status is not Status.MISSING and _is_description_meant(plain, reading):
        found.append(Field.DESCRIPTION)
    if reading.taker_name.status is not Status.MISSING and _CHANGES_NAME.search(plain):
        found.append(Field.TAKER_NAME)
    return tuple(found)


def _is_description_meant(plain: str, reading: Reading) -> bool:
    """Whether words are a new description and no remark: said so, or only the name of a service."""
    words = fold(reading.description.value).split()
    if not words or "?" in plain or _DOUBT.search(plain):
        return False
    if _CHANGES_DESCRIPTION.search(plain) and (
        begins_a_service(words[0]) or re.search(r"\b(?:descricao|servico|discriminacao)\b", plain)
    ):
        return True
    return begins_a_service(words[0]) and not _NOT_DESCRIBING.search(plain)


def _named(plain: str) -> tuple[Field, ...]:
    return tuple(field for field, pattern in _NAMED_FIELDS if pattern.search(plain))[:1]


def _asks(command: object) -> bool:
    """Whether what was said is a question: a command at the mirror (status, help) is answered like one."""
    return command is None or getattr(command, "command", None) in {
        Command.HELP,
        Command.STATUS,
        Command.LIST,
        Command.COPY,
    }

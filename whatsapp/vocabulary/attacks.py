"""Sentences to the machine instead of to the firm: they give no value and no answer (R83)."""

import re

from whatsapp.reading.canvas import fold_letters, normalize

_ATTACK = re.compile(
    r"\b(?:ignor\w*|desconsider\w*|esquec\w*|desobede\w*|pul[ae]\w*|burl\w*)\b.{0,40}\b(?:instruc\w+|regras?|"
    r"prompts?|comandos|diretrizes|restric\w+|orientac\w+)\b"
    r"|\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instructions?|rules?|prompts?)\b"
    r"|\b(?:mostr\w+|revel\w+|diga|repit\w+|qual e)\b.{0,20}\b(?:seu|o|teu) (?:system )?prompt\b"
    r"|^\s*(?:system|sistema|assistant|developer|desenvolvedor)\s*:|<\|?\s*(?:system|im_start)"
    r"|\b(?:aja|finja|comporte-se)\b.{0,20}\b(?:como|que)\b|\bmodo (?:desenvolvedor|administrador|deus)\b"
    r"|\bvoce (?:agora )?(?:e|esta) (?:um|uma|no modo|em modo)\b",
    re.MULTILINE,
)


def is_attack(text: str) -> bool:
    """Whether a message tells the machine what to be or which rules to drop."""
    return _ATTACK.search(fold_letters(normalize(text))) is not None

"""What a model might read in a message: values for a JSON schema, found by a few rules in its words."""

import re
import unicodedata
from typing import Any

INTENTS = (
    ("cancel_invoice", r"\bcancel\w+ (?:a |uma |essa )?nota\b"),
    ("repeat_last", r"\brepet\w+|mesma nota|igual a ultima"),
    ("list_invoices", r"\b(?:minhas|ultimas) notas\b|quantas notas"),
    ("status", r"\bstatus\b|\bsituacao\b|cade (?:a |minha )?nota|saiu a nota"),
    ("switch_company", r"\b(?:trocar|mudar|outra) (?:de )?empresa\b"),
    ("talk_to_accountant", r"\b(?:contador|contabilidade|atendente|humano)\b"),
    ("help", r"\bajuda\b|como funciona|\bmenu\b"),
    ("issue", r"\b(?:nota|nf|nfs-?e|emit\w+)\b"),
    ("thanks", r"\b(?:obrigad[oa]|valeu|agradeco)\b"),
    ("greeting", r"^(?:oi|ola|bom dia|boa tarde|boa noite)\b"),
    ("question", r"\?\s*$"),
)
NAME = re.compile(
    r"\b(?:pra|para|pro|cliente|tomador[a]?|empresa)\s*:?\s+(?:(?:a|o|as|os|meu|minha)\s+)?"
    r"((?:[A-ZÀ-Ý][\w&'.-]*)(?:\s+(?:de|da|do|das|dos|e|[A-ZÀ-Ý&][\w&'.-]*))*)"
)
REQUEST = re.compile(
    r"^(?:(?:oi|ola|olá|bom dia|boa tarde|boa noite|por favor|quero|queria|preciso|precisava|gostaria|de|"
    r"emit\w+|faz\w*|gera\w*|manda\w*|uma|a|nota|notas|nf|nfse|nfs-e|fiscal|referente|ref|sobre|foi|é|pelo|pela|"
    r"por|servi[cç]o|descri[cç][aã]o|ao|à|um)\b[\s:,.-]*)+",
    re.IGNORECASE,
)
SHORTEST = 10
INVENTED = {
    "description": "Consultoria estratégica em transformação digital",
    "taker_name": "Indústrias Fictícias do Norte S.A.",
}


def fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))


def extract(schema: dict[str, Any], text: str, manner: str) -> dict[str, Any]:
    """Return an object of the schema. `manner`: good, invented or obedient."""
    definitions = schema.get("$defs", {})
    return {
        name: _value(name, _resolve(each, definitions), text, manner)
        for name, each in schema.get("properties", {}).items()
    }


def _resolve(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference, and put the choices of an optional field together."""
    if "$ref" in field:
        return definitions.get(field["$ref"].rpartition("/")[2], {})
    if "anyOf" in field:
        chosen = [_resolve(each, definitions) for each in field["anyOf"]]
        main = next((each for each in chosen if each.get("type") != "null"), {})
        return {**main, "nullable": any(each.get("type") == "null" for each in chosen)}
    return field


def _value(name: str, field: dict[str, Any], text: str, manner: str) -> Any:
    if "enum" in field:
        return _choose(field["enum"], "issue" if manner == "obedient" else find_intent(text, field["enum"]))
    if manner == "invented" and name in INVENTED:
        return INVENTED[name]
    if manner == "obedient" and name == "description":
        return text.strip()
    found = {"description": find_description, "taker_name": find_name}.get(name, lambda _text: None)(text)
    if found is not None or field.get("nullable"):
        return found
    return {"string": "", "integer": 0, "number": 0, "boolean": False, "array": []}.get(
        field.get("type", ""), {}
    )


def _choose(allowed: list[Any], wanted: str) -> Any:
    if wanted in allowed:
        return wanted
    return "other" if "other" in allowed else allowed[-1]


def find_intent(text: str, allowed: list[Any]) -> str:
    plain = fold(text.strip())
    return next((name for name, rule in INTENTS if name in allowed and re.search(rule, plain)), "other")


def find_name(text: str) -> str | None:
    """Return a name behind "para": capital letters only."""
    found = NAME.search(text)
    return found[1].strip(" .") if found else None


def find_description(text: str) -> str | None:
    """Return the longest clause that is no request, no question and no name, as it was written."""
    without_name = NAME.sub("\n", text)
    clauses = re.split(r"[.,;\n!]| e o valor| no valor", without_name)
    kept = [REQUEST.sub("", clause.strip()).strip(" :-") for clause in clauses if "?" not in clause]
    longest = max(kept, key=len, default="")
    return longest if len(re.findall(r"[^\W\d_]", longest)) >= SHORTEST else None

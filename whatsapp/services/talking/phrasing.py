"""Sentences with their values: every name in braces of `texts` has one function here (R73, R106)."""

import re
from collections.abc import Callable, Iterable
from datetime import date

from core.documents import is_cnpj
from core.formatting import format_date, format_document, format_month
from core.money import format_brl
from nfse.selectors.companies import find_tax_profile
from registry.values import RegistryStatus
from whatsapp import texts
from whatsapp.conversation.draft import Draft, Trouble
from whatsapp.models import OutboundMessage
from whatsapp.reading.values import Asked, Reason
from whatsapp.services.talking.talk import Said, Talk

_LINE_ENDS = re.compile(r" *\n *")


def say(talk: Talk, key: str, **values: str) -> None:
    """Add a text to the answer of this turn."""
    talk.said.append(Said(key, phrase(talk, key, **values)))


def say_words(talk: Talk, key: str, words: str) -> None:
    """Add a sentence that code made, under the key of what it is."""
    talk.said.append(Said(key, _LINE_ENDS.sub("\n", words).strip()))


def phrase(talk: Talk, key: str, **values: str) -> str:
    """Return a text with its values: those given, and of the rest what the turn knows."""
    wordings = texts.TEXTS[key] if key in texts.TEXTS else texts.OWN_TEXTS[key]
    needed = {name for wording in wordings for name in texts.names_in(wording)}
    known = {name: _VALUES[name](talk) for name in needed - set(values)}
    text = texts.render(key, wording=_choose_wording(talk, key, len(wordings)), **known, **values)
    return _join_words(_LINE_ENDS.sub("\n", text).strip())


def _join_words(text: str) -> str:
    """Return "preciso do valor" for "preciso de o valor"."""
    return re.sub(r"\b(de) (o|a)(?= (?:CNPJ|CEP|valor|que|nome|data)\b)", r"d\2", text)


def _choose_wording(talk: Talk, key: str, count: int) -> int:
    """Return the wording that was not used the last time (R73)."""
    if count == 1:
        return 0
    used = OutboundMessage.objects.filter(conversation=talk.conversation, text_key__contains=key)
    return used.count() % count


def was_said_last(talk: Talk, key: str) -> bool:
    """Whether the last answer of this conversation said a text."""
    mine = OutboundMessage.objects.filter(conversation=talk.conversation, kind=OutboundMessage.Kind.TEXT)
    keys: str = mine.order_by("-seq").values_list("text_key", flat=True).first() or ""
    return key in keys.split("+")


def as_clause(sentence: str) -> str:
    """Return a sentence as a part of another one: without its full stop, its first letter small."""
    return lower_first(sentence.strip().partition(". ")[0].rstrip("."))


def lower_first(clause: str) -> str:
    """Return words with a small first letter, unless they begin with an abbreviation ("CNPJ")."""
    is_abbreviation = len(clause) > 1 and clause[:2].isalpha() and clause[:2].isupper()
    return clause if is_abbreviation else clause[:1].lower() + clause[1:]


def list_numbered(names: Iterable[str]) -> str:
    """Return names as a numbered list, a line for each."""
    return "\n" + "\n".join(f"{place}. {name}" for place, name in enumerate(names, start=1)) + "\n"


def call_client(draft: Draft) -> str:
    """Return how the client of a draft is called."""
    if draft.taker_name:
        return draft.taker_name
    if draft.document:
        return format_document(draft.document)
    return draft.called or "o cliente"


def sum_up(draft: Draft) -> str:
    """Return what was collected so far, in a few words (T55)."""
    parts = []
    if draft.cents is not None:
        parts.append(format_brl(draft.cents))
    if draft.document or draft.taker_id or draft.called:
        parts.append(f"para {call_client(draft)}")
    if draft.description:
        parts.append(f'"{draft.description}"')
    return ", ".join(parts) or "uma nota"


def describe_trouble(trouble: Trouble) -> tuple[str, dict[str, str]]:
    """Return the text of a trouble and the values that only the trouble knows."""
    key = _key_of(trouble)
    values: dict[str, str] = {}
    if trouble.field == Asked.TAKER and trouble.value:
        kind = "CPF" if 9 <= len(trouble.value) <= 11 and trouble.value.isdigit() else "CNPJ"
        values |= {
            "tipo": kind,
            "doc": format_document(trouble.value),
            "documento": trouble.value,
            "n": str(len(trouble.value)),
            "certo": "11" if kind == "CPF" else "14",
        }
    if key == "T11":
        low, high = trouble.options[:2]
        values |= {"a": format_brl(int(low)), "b": format_brl(int(high))}
    if key == "T65" and trouble.value:
        values["mes"] = format_month(date.fromisoformat(trouble.value))
    if key == "T06":
        values["campo"] = texts.FIELD_NAMES[trouble.field]
    return key, values


def _key_of(trouble: Trouble) -> str:
    if trouble.field == Asked.AMOUNT and len(trouble.options) == 2:
        return "T11"
    if trouble.reason == Reason.DOC_DIGITS and trouble.times > 1:
        return "T08_AGAIN"
    if trouble.reason in set(Reason):
        return texts.OF_REASON[Reason(trouble.reason)]
    if trouble.reason:
        return trouble.reason
    return "T06" if trouble.field in texts.FIELD_NAMES else "WHAT_IS_WRONG"


def _amount(talk: Talk) -> str:
    return format_brl(talk.note.cents or 0)


def _limit(talk: Talk) -> str:
    company = talk.company
    profile = find_tax_profile(talk.firm.pk, company.pk) if company else None
    return format_brl(profile.limit_cents) if profile else "o limite da empresa"


def _company(talk: Talk) -> str:
    company = talk.company
    return company.display_name if company else "sua empresa"


def _status(talk: Talk) -> str:
    evaluation = talk.evaluate()
    code = evaluation.client.status if evaluation else ""
    return RegistryStatus.label_of(code).lower() if code else "irregular"


def _needs(talk: Talk) -> str:
    evaluation = talk.evaluate()
    return texts.join_needs(list(evaluation.missing)) if evaluation and evaluation.missing else "um dado"


def _last_number(talk: Talk) -> str:
    session = talk.session
    if session is not None and session.invoice is not None:
        return session.invoice.number
    return talk.command.note_number if talk.command else ""


_VALUES: dict[str, Callable[[Talk], str]] = {
    "nome": lambda talk: talk.speaker.first_name or "tudo bem",
    "tomador": lambda talk: call_client(talk.note),
    "falta": _needs,
    "lista": _needs,
    "campo": _needs,
    "empresa": _company,
    "firma": lambda talk: talk.firm.display_name,
    "limite": _limit,
    "valor": _amount,
    "situacao": _status,
    "descricao": lambda talk: talk.note.suggestion,
    "protocolo": lambda talk: talk.session.label if talk.session else "",
    "resumo": lambda talk: sum_up(talk.note),
    "numero": _last_number,
    "tipo": lambda talk: "CNPJ" if is_cnpj(talk.note.document) else "CPF",
    "documento": lambda talk: format_document(talk.note.document),
    "data": lambda talk: format_date(talk.now),
}

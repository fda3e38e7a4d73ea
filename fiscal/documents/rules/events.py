"""Rules about event requests."""

from fiscal.documents.clock import read_time
from fiscal.documents.identifiers import CPF_KIND, event_request_id
from fiscal.documents.rules.base import Context, Document, event_rule
from fiscal.enumerations import Environment

_OF_THE_EMITTER = {"101101", "101103"}


@event_rule("E0813")
def author_is_not_the_emitter(document: Document, _context: Context) -> bool:
    key = document.event_text("chNFSe")
    if document.event_code not in _OF_THE_EMITTER or len(key) != 50:
        return False
    if key[8] == CPF_KIND:
        return document.event_text("CPFAutor") != key[12:23]
    return document.event_text("CNPJAutor") != key[9:23]


@event_rule("E1827")
def id_differs_from_key_and_code(document: Document, _context: Context) -> bool:
    if document.event is None:
        return False
    expected = event_request_id(document.event_text("chNFSe"), document.event_code)
    return bool(document.event.get("Id", "") != expected)


@event_rule("E1843")
def event_is_in_the_future(document: Document, context: Context) -> bool:
    moment = read_time(document.event_text("dhEvento"))
    return moment is not None and moment > context.now


@event_rule("E1845")
def event_is_of_another_environment(document: Document, context: Context) -> bool:
    if context.environment is None or not document.event_text("tpAmb"):
        return False
    return document.event_text("tpAmb") != ("1" if context.environment is Environment.PRODUCTION else "2")

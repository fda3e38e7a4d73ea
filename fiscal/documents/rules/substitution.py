"""Rules about replacing a note; what may change is checked when the original is known."""

from fiscal.documents.identifiers import check_access_key
from fiscal.documents.rules.base import Broken, Context, Document, dps_rule, event_rule
from fiscal.documents.texts import is_reason


@dps_rule("E0042")
def replaced_key_is_wrong(document: Document, _context: Context) -> bool:
    if not document.has("subst/chSubstda"):
        return False
    key = document.text("subst/chSubstda")
    if not check_access_key(key):
        return True
    kind = "1" if document.has("prest/CPF") else "2"
    emitter = document.text("cLocEmi"), kind, document.provider_document.zfill(14)
    return (key[:7], key[8], key[9:23]) != emitter


@dps_rule("E0060")
def service_changes_in_normal(document: Document, context: Context) -> "bool | Broken":
    original = context.original
    if original is None or not document.has("subst") or not document.is_normal:
        return False
    changed = {
        "dCompet": document.day("dCompet") != original.competence_date,
        "serv/cServ/cTribNac": document.service_code[:4] != original.ctribnac[:4],
        "serv/cServ/cTribMun": document.text("serv/cServ/cTribMun") != original.ctribmun,
        "serv/locPrest/cLocPrestacao": document.text("serv/locPrest/cLocPrestacao")
        != original.place_city_code,
    }
    return _first(changed)


@dps_rule("E0061")
def terms_change_in_simples(document: Document, context: Context) -> "bool | Broken":
    original = context.original
    if original is None or not document.has("subst") or not (document.is_mei or document.is_me_epp):
        return False
    changed = {
        "toma": document.taker_document != original.taker_document,
        "dCompet": document.day("dCompet") != original.competence_date,
        "valores/vServPrest/vServ": document.service_amount != original.amount,
    }
    return _first(changed)


@dps_rule("E0078")
def other_reason_without_text(document: Document, _context: Context) -> bool:
    return document.text("subst/cMotivo") == "99" and not document.text("subst/xMotivo")


@dps_rule("TSMotivo")
def reason_of_substitution_is_unfit(document: Document, _context: Context) -> "bool | Broken":
    unfit = document.has("subst/xMotivo") and not is_reason(document.text("subst/xMotivo"))
    return Broken("subst/xMotivo") if unfit else False


@event_rule("TSMotivo")
def reason_of_event_is_unfit(document: Document, _context: Context) -> "bool | Broken":
    code = document.event_code
    unfit = code in {"101101", "101103"} and not is_reason(document.event_text(f"e{code}/xMotivo"))
    return Broken(f"e{code}/xMotivo") if unfit else False


def _first(changed: dict[str, bool]) -> "bool | Broken":
    field = next((path for path, differs in changed.items() if differs), "")
    return Broken(field) if field else False

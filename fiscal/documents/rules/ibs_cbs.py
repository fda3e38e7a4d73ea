"""Rules about the IBS/CBS group of layout 1.01."""

from datetime import date

from fiscal.documents.rules.base import Broken, Context, Document, dps_rule
from fiscal.documents.rules.shapes import is_right_cnpj
from fiscal.documents.tables import get_cindop

ADMITTED_SINCE = date(2026, 1, 1)
_NEEDS_OPERATION = {"2505", "1509", "1712", "1005"}
_OF_REAL_ESTATE = {"020101", "020201", "020301"}
_CLASSIFICATION = "IBSCBS/valores/trib/gIBSCBS"


@dps_rule("E0850")
def group_before_its_time(document: Document, _context: Context) -> bool:
    competence = document.day("dCompet")
    return document.has("IBSCBS") and competence is not None and competence < ADMITTED_SINCE


@dps_rule("E0854")
def group_in_another_layout(document: Document, _context: Context) -> bool:
    declaration = document.declaration
    return document.has("IBSCBS") and declaration is not None and declaration.get("versao") != "1.01"


@dps_rule("E0901")
def operation_indicator_is_unknown(document: Document, _context: Context) -> "bool | Broken":
    """A newer table exists and is not here, so that six digits which it may hold only warn."""
    indicator = document.text("IBSCBS/cIndOp")
    if not document.has("IBSCBS/cIndOp") or indicator in get_cindop():
        return False
    return Broken(blocking=not (len(indicator) == 6 and indicator.isascii() and indicator.isdigit()))


@dps_rule("E0903")
def kind_of_operation_is_missing(document: Document, _context: Context) -> bool:
    return document.has("IBSCBS") and _needs_operation(document) and not document.text("IBSCBS/tpOper")


@dps_rule("E0904")
def kind_of_operation_is_not_expected(document: Document, _context: Context) -> bool:
    return document.has("IBSCBS/tpOper") and not _needs_operation(document)


@dps_rule("E0910")
def receiver_is_repeated(document: Document, _context: Context) -> bool:
    return document.text("IBSCBS/indDest") == "0" and document.has("IBSCBS/dest")


@dps_rule("E0911")
def receiver_cnpj_is_wrong(document: Document, _context: Context) -> bool:
    return document.has("IBSCBS/dest/CNPJ") and not is_right_cnpj(document.text("IBSCBS/dest/CNPJ"))


@dps_rule("E0932")
def real_estate_is_missing(document: Document, _context: Context) -> bool:
    concerned = document.text("IBSCBS/cIndOp") in _OF_REAL_ESTATE
    is_construction = document.service is not None and document.service.required_group == "obra"
    return concerned and not is_construction and not document.has("IBSCBS/imovel")


@dps_rule("E0959")
def classification_differs_from_situation(document: Document, _context: Context) -> bool:
    situation = document.text(f"{_CLASSIFICATION}/CST")
    classification = document.text(f"{_CLASSIFICATION}/cClassTrib")
    return bool(situation and classification) and classification[:3] != situation


def _needs_operation(document: Document) -> bool:
    return document.has("IBSCBS/tpEnteGov") or document.service_code[:4] in _NEEDS_OPERATION

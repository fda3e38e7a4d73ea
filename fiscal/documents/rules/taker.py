"""Rules about the taker and its address."""

from fiscal.documents.rules.base import Broken, Context, Document, dps_rule
from fiscal.documents.rules.shapes import is_email, is_right_cnpj, is_right_cpf
from fiscal.documents.tables import get_countries
from registry.tables import get_municipality_names

NEEDS_TAKER = {
    *("030102", "050102", "100101", "100301", "100501", "030103", "050103"),
    *("100102", "100201", "100302", "100401", "100502", "100601"),
}


@dps_rule("E0187")
def operation_needs_a_taker(document: Document, _context: Context) -> bool:
    return document.text("IBSCBS/cIndOp") in NEEDS_TAKER and not document.has("toma")


@dps_rule("E0188")
def taker_cnpj_is_wrong(document: Document, _context: Context) -> bool:
    return document.has("toma/CNPJ") and not is_right_cnpj(document.text("toma/CNPJ"))


@dps_rule("E0202")
def taker_is_the_provider(document: Document, _context: Context) -> bool:
    cnpj = document.text("toma/CNPJ")
    return bool(cnpj) and cnpj == document.text("prest/CNPJ")


@dps_rule("E0204")
def retention_without_identified_taker(document: Document, _context: Context) -> bool:
    return document.retention == "2" and not document.is_mei and not document.taker_document


@dps_rule("E0206")
def taker_cpf_is_wrong(document: Document, _context: Context) -> bool:
    return document.has("toma/CPF") and not is_right_cpf(document.text("toma/CPF"))


@dps_rule("E0223")
def foreign_address_without_tax_number(document: Document, _context: Context) -> bool:
    identified = document.has("toma/NIF") or document.has("toma/cNaoNIF")
    return document.has("toma/end/endExt") and not identified


@dps_rule("E0226")
def reason_for_no_tax_number_is_unknown(document: Document, _context: Context) -> bool:
    return document.text("toma/cNaoNIF") == "0"


@dps_rule("E0233")
def foreign_taker_without_name(document: Document, _context: Context) -> bool:
    return document.has("toma/NIF") and not document.text("toma/xNome")


@dps_rule("E0234")
def taker_address_is_needed(document: Document, _context: Context) -> bool:
    if document.has("toma/end"):
        return False
    by_operation = document.has("toma") and document.text("IBSCBS/cIndOp") in NEEDS_TAKER
    return document.incidence == "ET" or by_operation


@dps_rule("E0235")
def company_without_address(document: Document, _context: Context) -> "bool | Broken":
    """The authority does not execute it; the DANFSe and the taker's software want the address."""
    missing = document.has("toma/CNPJ") and not document.has("toma/end/endNac")
    return Broken(blocking=False) if missing else False


@dps_rule("E0237")
def retention_without_address(document: Document, _context: Context) -> bool:
    return document.retention == "2" and not document.is_mei and not document.has("toma/end/endNac")


@dps_rule("E0238")
def taker_city_is_unknown(document: Document, _context: Context) -> bool:
    city = document.text("toma/end/endNac/cMun")
    return document.has("toma/end/endNac/cMun") and city not in get_municipality_names()


@dps_rule("E0242")
def foreign_taker_without_address(document: Document, _context: Context) -> bool:
    return document.has("toma/NIF") and document.has("prest/CNPJ") and not document.has("toma/end/endExt")


@dps_rule("E0246")
def taker_country_is_unknown(document: Document, _context: Context) -> bool:
    country = document.text("toma/end/endExt/cPais")
    return document.has("toma/end/endExt/cPais") and country not in get_countries()


@dps_rule("E0247")
def taker_email_is_malformed(document: Document, _context: Context) -> bool:
    return document.has("toma/email") and not is_email(document.text("toma/email"))

"""Rules about the service, its place, foreign trade, construction and events."""

from fiscal.documents.rules.base import Broken, Context, Document, dps_rule
from fiscal.documents.tables import get_countries, get_nbs, get_services
from registry.tables import get_municipality_names

AT_SEA = "0000000"
NO_ISS_SERVICE = "990101"
_EXPORT, _TAXED = "3", "1"


@dps_rule("E0302")
def place_is_unknown(document: Document, _context: Context) -> bool:
    place = document.text("serv/locPrest/cLocPrestacao")
    return (
        document.has("serv/locPrest/cLocPrestacao")
        and place != AT_SEA
        and place not in get_municipality_names()
    )


@dps_rule("E0304")
def country_of_service_is_unknown(document: Document, _context: Context) -> bool:
    return document.place_is_abroad and document.text("serv/locPrest/cPaisPrestacao") not in get_countries()


@dps_rule("E0310")
def service_code_is_unknown(document: Document, _context: Context) -> "bool | Broken":
    """Newer tables exist and are not here (990401 of NT 005): six digits that they may hold only warn."""
    code = document.service_code
    if not document.has("serv/cServ/cTribNac") or code in get_services():
        return False
    return Broken(blocking=not (len(code) == 6 and code.isascii() and code.isdigit()))


@dps_rule("E0315")
def municipal_code_is_empty(document: Document, _context: Context) -> bool:
    return document.text("serv/cServ/cTribMun") == "000"


@dps_rule("E0316")
def nbs_is_unknown(document: Document, _context: Context) -> bool:
    return document.has("serv/cServ/cNBS") and document.text("serv/cServ/cNBS") not in get_nbs()


@dps_rule("E0318")
def foreign_operation_without_nbs(document: Document, _context: Context) -> bool:
    return _is_foreign(document) and not document.text("serv/cServ/cNBS")


@dps_rule("E0322")
def ibs_cbs_without_nbs(document: Document, _context: Context) -> bool:
    return document.has("IBSCBS") and not document.text("serv/cServ/cNBS")


@dps_rule("E0330")
def foreign_operation_without_trade_data(document: Document, _context: Context) -> bool:
    foreign = _is_foreign(document) or document.iss_treatment == _EXPORT
    return foreign and not document.has("serv/comExt")


@dps_rule("E0333")
def way_of_providing_is_unknown(document: Document, _context: Context) -> bool:
    return document.text("serv/comExt/mdPrestacao") == "0"


@dps_rule("E0341")
def provider_support_is_unknown(document: Document, _context: Context) -> bool:
    return document.text("serv/comExt/mecAFComexP") == "00"


@dps_rule("E0343")
def taker_support_is_unknown(document: Document, _context: Context) -> bool:
    return document.text("serv/comExt/mecAFComexT") == "00"


@dps_rule("E0345")
def movement_of_goods_is_unknown(document: Document, _context: Context) -> bool:
    return document.text("serv/comExt/movTempBens") == "0"


@dps_rule("E0356")
def export_record_is_missing(document: Document, _context: Context) -> bool:
    return document.text("serv/comExt/movTempBens") == "3" and not document.text("serv/comExt/nRE")


@dps_rule("E0370")
def construction_is_missing(document: Document, _context: Context) -> bool:
    return _requires(document, "obra") and not document.has("serv/obra")


@dps_rule("E0372")
def construction_is_not_expected(document: Document, _context: Context) -> bool:
    allowed = _requires(document, "obra") or document.service_code == NO_ISS_SERVICE
    return document.has("serv/obra") and not allowed


@dps_rule("E0390")
def event_is_missing(document: Document, _context: Context) -> bool:
    return document.service_code.startswith("12") and not document.has("serv/atvEvento")


@dps_rule("E0392")
def event_is_not_expected(document: Document, _context: Context) -> bool:
    allowed = document.service_code.startswith("12") or document.service_code == NO_ISS_SERVICE
    return document.has("serv/atvEvento") and not allowed


@dps_rule("E0529")
def export_is_taxed_here(document: Document, _context: Context) -> bool:
    if document.iss_treatment != _EXPORT or document.place_is_abroad:
        return False
    return document.incidence == "LP" or (document.incidence == "ET" and document.has("toma/end/endNac"))


@dps_rule("E0530")
def taxed_operation_is_an_export(document: Document, _context: Context) -> bool:
    if document.iss_treatment != _TAXED or not document.place_is_abroad:
        return False
    return document.incidence == "LP" or (document.incidence == "ET" and document.taker_is_foreign)


@dps_rule("E0532")
def service_without_iss_is_taxed(document: Document, _context: Context) -> bool:
    return document.service_code == NO_ISS_SERVICE and document.iss_treatment not in {"", "4"}


@dps_rule("E0590")
def country_of_result_is_missing(document: Document, _context: Context) -> bool:
    if document.iss_treatment != _EXPORT or document.place_is_abroad:
        return False
    taker_at_home = document.has("toma/end/endNac")
    concerned = document.incidence == "EP" or (document.incidence == "ET" and not taker_at_home)
    return concerned and not document.text("valores/trib/tribMun/cPaisResult")


def _is_foreign(document: Document) -> bool:
    abroad = document.taker_is_foreign or document.place_is_abroad
    return abroad or any(document.has(f"interm/{name}") for name in ("NIF", "cNaoNIF", "end/endExt"))


def _requires(document: Document, group: str) -> bool:
    return document.service is not None and document.service.required_group == group

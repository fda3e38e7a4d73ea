"""Rules about the ISS, its rate and retention, and the approximate taxes of Lei 12.741."""

from decimal import Decimal

from fiscal.documents.rules.base import Context, Document, dps_rule

MAX_RATE = Decimal(5)
MIN_SIMPLES_RATE = Decimal("1.80")
HUNDRED = Decimal(100)
TOLL_ROAD = "220101"
_NO_ISS = {"2", "3", "4"}
_TOTAL = "valores/trib/totTrib"


@dps_rule("E0580")
def retention_without_iss(document: Document, _context: Context) -> bool:
    return document.is_withheld and document.iss_treatment in _NO_ISS


@dps_rule("E0583")
def retention_of_mei(document: Document, _context: Context) -> bool:
    return document.is_mei and document.is_withheld


@dps_rule("E0588")
def retention_in_special_regime(document: Document, _context: Context) -> bool:
    return document.is_withheld and document.has_special_regime and not document.is_mei


@dps_rule("E0592")
def kind_of_immunity_is_out_of_place(document: Document, _context: Context) -> bool:
    sent = document.has("valores/trib/tribMun/tpImunidade")
    return bool(document.iss_treatment) and sent != (document.iss_treatment == "2")


@dps_rule("E0593")
def kind_of_immunity_is_not_told(document: Document, _context: Context) -> bool:
    return document.text("valores/trib/tribMun/tpImunidade") == "0"


@dps_rule("E0596")
def retention_of_a_toll_road(document: Document, _context: Context) -> bool:
    return document.service_code == TOLL_ROAD and document.is_withheld


@dps_rule("E0595")
def rate_is_above_five(document: Document, _context: Context) -> bool:
    return document.rate is not None and document.rate > MAX_RATE and not document.is_mei


@dps_rule("E0600")
def rate_of_mei(document: Document, _context: Context) -> bool:
    return document.is_mei and document.has_rate


@dps_rule("E0602")
def rate_without_iss(document: Document, _context: Context) -> bool:
    return document.has_rate and document.iss_treatment in _NO_ISS and not document.is_mei


@dps_rule("E0604")
def rate_in_special_regime(document: Document, _context: Context) -> bool:
    return document.has_rate and document.has_special_regime and not document.is_mei


@dps_rule("E0621")
def simples_rate_is_missing(document: Document, context: Context) -> bool:
    return _city_takes_part(context) and not _has_benefit(document) and _lacks_simples_rate(document)


@dps_rule("E0625")
def simples_rate_is_not_expected(document: Document, context: Context) -> bool:
    expected = not _city_takes_part(context) or _has_benefit(document)
    return not expected and _has_simples_rate_without_retention(document)


@dps_rule("E0628")
def simples_rate_is_missing_outside(document: Document, context: Context) -> bool:
    return not _city_takes_part(context) and _lacks_simples_rate(document)


@dps_rule("E0631")
def simples_rate_is_not_expected_outside(document: Document, context: Context) -> bool:
    return not _city_takes_part(context) and _has_simples_rate_without_retention(document)


@dps_rule("E0706")
def federal_percent_is_out_of_range(document: Document, _context: Context) -> bool:
    return _is_no_percent(document, "pTotTribFed")


@dps_rule("E0707")
def state_percent_is_out_of_range(document: Document, _context: Context) -> bool:
    return _is_no_percent(document, "pTotTribEst")


@dps_rule("E0708")
def municipal_percent_is_out_of_range(document: Document, _context: Context) -> bool:
    return _is_no_percent(document, "pTotTribMun")


@dps_rule("E0710")
def simples_percent_of_mei(document: Document, _context: Context) -> bool:
    return document.is_mei and document.has(f"{_TOTAL}/pTotTribSN")


@dps_rule("E0712")
def simples_without_percent(document: Document, _context: Context) -> bool:
    return document.is_me_epp and document.has(f"{_TOTAL}/indTotTrib")


@dps_rule("E0713")
def normal_without_parts(document: Document, _context: Context) -> bool:
    wrong = document.has(f"{_TOTAL}/indTotTrib") or document.has(f"{_TOTAL}/pTotTribSN")
    return document.is_normal and wrong


def _is_no_percent(document: Document, name: str) -> bool:
    percent = document.amount(f"{_TOTAL}/pTotTrib/{name}")
    return percent is not None and not 0 <= percent <= HUNDRED


def _city_takes_part(context: Context) -> bool:
    """Unknown counts as active: the two cases ask for the same, under different codes."""
    return context.params.incidence_agreement_active is not False


def _has_benefit(document: Document) -> bool:
    return document.has("valores/trib/tribMun/BM")


def _is_inside_simples(document: Document) -> bool:
    return document.is_me_epp and document.apportionment == "1" and document.iss_treatment == "1"


def _lacks_simples_rate(document: Document) -> bool:
    if not _is_inside_simples(document) or not document.is_withheld:
        return False
    return document.rate is None or document.rate < MIN_SIMPLES_RATE


def _has_simples_rate_without_retention(document: Document) -> bool:
    return _is_inside_simples(document) and document.retention == "1" and document.has_rate

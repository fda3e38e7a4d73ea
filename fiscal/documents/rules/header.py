"""Rules about the identification of the DPS: id, environment, clock, series, provider and its regime."""

from fiscal.documents.clock import SAO_PAULO, read_time
from fiscal.documents.identifiers import CNPJ_KIND, CPF_KIND
from fiscal.documents.rules.base import Context, Document, dps_rule
from fiscal.documents.rules.shapes import is_email, is_right_cnpj, is_right_cpf
from fiscal.enumerations import Environment

_TAXED = "1"


@dps_rule("E0004")
def id_differs_from_its_parts(document: Document, _context: Context) -> bool:
    content = document.content
    if content is None:
        return False
    kind = CPF_KIND if document.has("prest/CPF") else CNPJ_KIND
    parts = (
        document.text("cLocEmi"),
        kind,
        document.provider_document.zfill(14),
        document.text("serie").zfill(5),
        document.text("nDPS").zfill(15),
    )
    return bool(content.get("Id", "") != "DPS" + "".join(parts))


@dps_rule("E0006")
def environment_is_not_of_the_host(document: Document, context: Context) -> bool:
    if context.environment is None or not document.has("tpAmb"):
        return False
    return document.text("tpAmb") != ("1" if context.environment is Environment.PRODUCTION else "2")


@dps_rule("E0008")
def emission_is_in_the_future(document: Document, context: Context) -> bool:
    emission = read_time(document.text("dhEmi"))
    return emission is not None and emission > context.now


@dps_rule("E0010")
def series_is_not_of_applications(document: Document, _context: Context) -> bool:
    series = document.text("serie")
    if document.is_written_by_authority:
        return False
    return document.has("serie") and not (series.isascii() and series.isdigit() and 1 <= int(series) <= 49999)


@dps_rule("E0015")
def competence_is_after_emission(document: Document, _context: Context) -> bool:
    emission, competence = read_time(document.text("dhEmi")), document.day("dCompet")
    if emission is None or competence is None:
        return False
    return competence > emission.astimezone(SAO_PAULO).date()


@dps_rule("E0018")
def competence_is_before_opening(document: Document, context: Context) -> bool:
    competence = document.day("dCompet")
    return competence is not None and context.opening_date is not None and competence < context.opening_date


@dps_rule("E9996")
def emitter_is_not_the_provider(document: Document, _context: Context) -> bool:
    return document.has("tpEmit") and document.text("tpEmit") != "1"


@dps_rule("E0080")
def provider_cnpj_is_wrong(document: Document, _context: Context) -> bool:
    return document.has("prest/CNPJ") and not is_right_cnpj(document.text("prest/CNPJ"))


@dps_rule("E0096")
def provider_cpf_is_wrong(document: Document, _context: Context) -> bool:
    return document.has("prest/CPF") and not is_right_cpf(document.text("prest/CPF"))


@dps_rule("E0121")
def provider_name_is_sent(document: Document, _context: Context) -> bool:
    return document.text("tpEmit") == "1" and document.has("prest/xNome")


@dps_rule("E0128")
def provider_address_is_sent(document: Document, _context: Context) -> bool:
    return document.text("tpEmit") == "1" and document.has("prest/end")


@dps_rule("E0148")
def provider_email_is_malformed(document: Document, _context: Context) -> bool:
    return document.has("prest/email") and not is_email(document.text("prest/email"))


@dps_rule("E0160")
def regime_differs_from_the_registry(document: Document, context: Context) -> bool:
    """`simples_status` is the opSimpNac that the registry says for the competence date."""
    known = context.simples_status
    return known is not None and document.simples_option not in {"", known}


@dps_rule("E0162")
def apportionment_is_sent_outside_simples(document: Document, _context: Context) -> bool:
    return document.simples_option in {"1", "2"} and document.has("prest/regTrib/regApTribSN")


@dps_rule("E0166")
def apportionment_is_missing(document: Document, _context: Context) -> bool:
    return document.is_me_epp and not document.apportionment


@dps_rule("E0172")
def special_regime_without_iss(document: Document, _context: Context) -> bool:
    return document.has_special_regime and document.iss_treatment not in {"", _TAXED}


@dps_rule("E0174")
def special_regime_of_mei(document: Document, _context: Context) -> bool:
    return document.is_mei and document.has_special_regime


@dps_rule("E0175")
def special_regime_inside_simples(document: Document, _context: Context) -> bool:
    return document.is_me_epp and document.apportionment == "1" and document.has_special_regime

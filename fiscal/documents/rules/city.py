"""Rules decided by the parameters of the cities (`check: params`); silent where the parameter is unknown."""

from fiscal.documents.rules.base import Context, Document, dps_rule

_DEDUCTIBLE = {"0601", "0602", "0702", "0705"}


@dps_rule("E0016")
def competence_is_before_the_agreement(document: Document, context: Context) -> bool:
    competence, since = document.day("dCompet"), context.params.agreement_since
    return not document.is_mei and competence is not None and since is not None and competence < since


@dps_rule("E0037")
def city_has_no_agreement(document: Document, context: Context) -> bool:
    return not document.is_mei and context.params.agreement_exists is False


@dps_rule("E0038")
def agreement_is_not_active(document: Document, context: Context) -> bool:
    params = context.params
    return not document.is_mei and params.agreement_exists is not False and params.agreement_active is False


@dps_rule("E0039")
def city_does_not_use_the_national_issuer(document: Document, context: Context) -> bool:
    params = context.params
    known = params.agreement_exists is not False and params.agreement_active is not False
    return not document.is_mei and known and params.uses_national_issuer is False


@dps_rule("E0177")
def special_regime_is_not_admitted(document: Document, context: Context) -> bool:
    admitted = context.params.special_regimes
    if document.is_mei or not document.has_special_regime or admitted is None:
        return False
    return document.special_regime not in {str(code) for code in admitted}


@dps_rule("E0178")
def special_regime_is_not_granted(document: Document, context: Context) -> bool:
    granted = context.params.special_regime_granted
    return not document.is_mei and document.has_special_regime and granted is False


@dps_rule("E0312")
def service_is_not_administered(document: Document, context: Context) -> bool:
    return not document.is_mei and context.params.service_administered is False


@dps_rule("E0314")
def municipal_code_is_not_administered(document: Document, context: Context) -> bool:
    known = context.params.municipal_code_administered
    return not document.is_mei and document.has("serv/cServ/cTribMun") and known is False


@dps_rule("E0440")
def deduction_is_not_admitted(document: Document, context: Context) -> bool:
    admitted = context.params.deductions_admitted
    return document.is_normal and document.has("valores/vDedRed") and admitted is False


@dps_rule("E0441")
def deduction_inside_simples(document: Document, context: Context) -> bool:
    if not document.is_me_epp or document.apportionment != "1" or not document.has("valores/vDedRed"):
        return False
    in_list = document.service_code[:4] in _DEDUCTIBLE
    return not in_list and context.params.incidence_agreement_active is not False


@dps_rule("E0539")
def taxed_service_is_left_out(document: Document, context: Context) -> bool:
    return not document.is_mei and document.iss_treatment == "4" and context.params.service_taxed is True


@dps_rule("E0540")
def untaxed_service_is_taxed(document: Document, context: Context) -> bool:
    taxed = document.iss_treatment not in {"", "4"}
    return not document.is_mei and taxed and context.params.service_taxed is False


@dps_rule("E0617")
def city_sets_the_rate(document: Document, context: Context) -> bool:
    return document.is_normal and document.has_rate and _agreement(context) is True


@dps_rule("E0619")
def rate_is_missing(document: Document, context: Context) -> bool:
    free = document.iss_treatment == "1" and not document.has_special_regime
    return document.is_normal and free and not document.has_rate and _agreement(context) is False


@dps_rule("E0635")
def city_sets_the_rate_outside_simples(document: Document, context: Context) -> bool:
    return _is_outside_simples(document) and document.has_rate and _agreement(context) is True


@dps_rule("E0640")
def rate_is_missing_outside_simples(document: Document, context: Context) -> bool:
    free = document.iss_treatment == "1" and not document.has_special_regime
    missing = _is_outside_simples(document) and free and not document.has_rate
    return missing and _agreement(context) is False


@dps_rule("E0667")
def person_may_not_withhold(document: Document, context: Context) -> bool:
    withheld = document.retention == "2" and document.has("toma/CPF")
    return not document.is_mei and withheld and context.params.cpf_may_withhold is False


@dps_rule("E0958")
def classification_is_not_for_services(document: Document, context: Context) -> bool:
    return document.has("IBSCBS") and context.params.classification_for_services is False


@dps_rule("E0964")
def regular_taxation_is_not_expected(document: Document, context: Context) -> bool:
    sent = document.has("IBSCBS/valores/trib/gIBSCBS/gTribRegular")
    return sent and context.params.classification_needs_regular is False


@dps_rule("E0965")
def regular_taxation_is_missing(document: Document, context: Context) -> bool:
    sent = document.has("IBSCBS/valores/trib/gIBSCBS/gTribRegular")
    return document.has("IBSCBS") and not sent and context.params.classification_needs_regular is True


def _agreement(context: Context) -> bool | None:
    return context.params.incidence_agreement_active


def _is_outside_simples(document: Document) -> bool:
    return document.is_me_epp and document.apportionment in {"2", "3"}

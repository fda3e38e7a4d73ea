"""Words of the tax profile, of services and of what keeps a note back."""

import re
from decimal import Decimal

from django import template

from fiscal.documents.mirror import describe_rates, format_percent
from fiscal.enumerations import WhoFixes
from fiscal.values import FederalRates
from nfse.selectors import code_tables

register = template.Library()

WHO_FIXES = {
    WhoFixes.CLIENT: "Quem pede a nota corrige",
    WhoFixes.FIRM: "A contabilidade corrige",
    WhoFixes.CLIENT_OR_FIRM: "Quem pede a nota ou a contabilidade corrige",
    WhoFixes.SYSTEM: "O Nitro resolve sozinho",
    WhoFixes.OPERATORS: "O atendimento do Nitro resolve",
    WhoFixes.OPERATORS_AND_FIRM: "O atendimento do Nitro resolve com a contabilidade",
    WhoFixes.NOBODY: "Não há o que corrigir: a nota não pode sair assim",
}
_RULE_CODE = re.compile(r"[A-Z]{1,2}[0-9]{4}")


@register.filter
def who_fixes(who: str) -> str:
    """Who can make a note pass."""
    return WHO_FIXES[WhoFixes(who)]


@register.filter
def is_rule_code(code: str) -> bool:
    """Whether a problem is a rule of the authority, whose code an accountant looks up."""
    return bool(_RULE_CODE.fullmatch(code))


@register.filter
def percent(value: Decimal | None) -> str:
    """2.50 as 2,5%."""
    return "" if value is None else format_percent(value)


@register.filter
def federal_rates(rates: FederalRates) -> str:
    """What the taker withholds of federal taxes, as IRRF 1,5%, INSS 11%; empty when nothing."""
    return describe_rates(rates)


@register.filter
def service_label(ctribnac: str) -> str:
    """A cTribNac with its words."""
    return code_tables.label_service(ctribnac)

"""What takers withhold of federal taxes and INSS: what a service says, what one note changes (N3, N17).

No rate has a default (R87): one that nobody wrote is a tax that is not withheld.
"""

from decimal import Decimal

from core.errors import NitroError
from fiscal.documents.retentions import CONTRIBUTIONS, rates_by_tax
from fiscal.enumerations import PisCofinsCst
from fiscal.values import FederalRates
from nfse.models import Company, ServiceProfile

NOTHING = FederalRates()
HUNDRED = Decimal(100)


class RetentionNotAllowed(NitroError):
    """Another regime than the normal one, or a person under a CPF (E0675, E0676)."""

    message = (
        "Só empresa do regime normal, com CNPJ, tem retenção de tributos federais e de INSS na nota. "
        "Deixe as retenções vazias."
    )


class InvalidRetention(NitroError):
    message = (
        "A alíquota retida é maior que 0 e menor que 100%, com até duas casas. Sem retenção, deixe vazia."
    )


class TooMuchWithheld(NitroError):
    message = "As retenções somam 100% ou mais do valor da nota. Confira as alíquotas."


class RetentionWithoutCst(NitroError):
    """The layout holds the code of what is withheld (tpRetPisCofins) in the group of the CST."""

    message = "Para reter CSLL, PIS ou COFINS, escolha a situação tributária (CST) do PIS e da COFINS."


class UnknownCst(NitroError):
    message = "Esta situação tributária (CST) não está na lista. Escolha uma da lista."


def check_rates(company: Company, rates: FederalRates) -> None:
    """Refuse rates that no note of the company may have.

    Raises RetentionNotAllowed, InvalidRetention, TooMuchWithheld, RetentionWithoutCst, UnknownCst.
    """
    if rates == NOTHING:
        return
    if not company.states_federal_taxes:
        raise RetentionNotAllowed
    chosen = rates_by_tax(rates)
    if not all(is_retention(rate) for rate in chosen.values()):
        raise InvalidRetention
    if sum(chosen.values()) >= HUNDRED:
        raise TooMuchWithheld
    if rates.pis_cofins_cst and rates.pis_cofins_cst not in PisCofinsCst.values():
        raise UnknownCst
    if not rates.pis_cofins_cst and any(name in chosen for name in CONTRIBUTIONS):
        raise RetentionWithoutCst


def is_retention(rate: Decimal) -> bool:
    """Whether a percent can be one that a taker withholds."""
    return rate.is_finite() and 0 < rate < HUNDRED and rate == round(rate, 2)


def rates_of(company: Company, service: ServiceProfile, chosen: FederalRates | None) -> FederalRates:
    """Return what is withheld from a note: what the person chose for it, else what the service says.

    What a service kept from an earlier regime of its company counts for nothing.
    """
    if chosen is not None:
        return chosen
    return service.federal_rates if company.states_federal_taxes else NOTHING

"""When a document carries the ISS rate (contract 5.5): decided before, checked by rules after."""

from decimal import Decimal

from fiscal.enumerations import IssTreatment, SimplesApportionment, SpecialRegime, TaxRegime


def rate_for_document(
    *,
    tax_regime: TaxRegime,
    simples_apportionment: SimplesApportionment | int | None,
    special_regime: SpecialRegime,
    iss_treatment: IssTreatment,
    withheld: bool,
    profile_rate: Decimal | None,
    incidence_agreement_active: bool | None,
) -> Decimal | None:
    """Return the rate that the DPS must state in pAliq, or None where it may not state any.

    Args:
        profile_rate: percent of the service profile. incidence_agreement_active: convênio of the city that
        receives the ISS; None (unknown) counts as active, as the authority's own rate then applies.
    """
    if iss_treatment is not IssTreatment.TAXABLE or tax_regime is TaxRegime.MEI:
        return None
    if special_regime is not SpecialRegime.NONE:
        return None
    if tax_regime.is_simples and simples_apportionment == SimplesApportionment.ALL_INSIDE:
        return profile_rate if withheld else None
    return profile_rate if incidence_agreement_active is False else None

"""The fields of what the taker withholds of federal taxes, for a service and for one note (N3, N17)."""

from typing import Any

from django import forms

from fiscal.enumerations import PisCofinsCst
from fiscal.values import FederalRates
from nfse.models.companies import RETENTION_RATES
from nfse.services.retentions import InvalidRetention, RetentionWithoutCst, is_retention
from portal.forms.fields import PercentField

CONTRIBUTIONS = ("csll_rate", "pis_rate", "cofins_rate")
FIELDS = (*RETENTION_RATES, "pis_cofins_cst")


class RetentionFields(forms.Form):
    """Rates of what is withheld; an empty one is not. Whether a company has them at all, the form decides."""

    irrf_rate = PercentField(
        label="IRRF (%)", required=False, help_text="Em regra 1,5%; 1% em limpeza, segurança e mão de obra."
    )
    inss_rate = PercentField(
        label="INSS (%)",
        required=False,
        help_text="Cessão de mão de obra e empreitada: 11%, ou 3,5% na CPRB.",
    )
    csll_rate = PercentField(label="CSLL (%)", required=False, help_text="Em regra 1%.")
    pis_rate = PercentField(label="PIS (%)", required=False, help_text="Em regra 0,65%.")
    cofins_rate = PercentField(label="COFINS (%)", required=False, help_text="Em regra 3%.")
    pis_cofins_cst = forms.ChoiceField(
        label="Situação tributária do PIS e da COFINS (CST)",
        required=False,
        choices=[("", "Escolha"), *PisCofinsCst.choices()],
        help_text="Obrigatória quando o tomador retém CSLL, PIS ou COFINS: vai na nota com o que é retido.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in RETENTION_RATES:
            rate = cleaned.get(name)
            if rate is not None and not is_retention(rate):
                self.add_error(name, InvalidRetention.message)
        chosen = [name for name in CONTRIBUTIONS if cleaned.get(name) is not None]
        if chosen and not cleaned.get("pis_cofins_cst") and "pis_cofins_cst" not in self.errors:
            self.add_error("pis_cofins_cst", RetentionWithoutCst.message)
        return cleaned


def read_rates(said: dict[str, Any]) -> FederalRates:
    """What cleaned fields say; fields that the form does not have say nothing."""
    rates = {name: said.get(name) for name in RETENTION_RATES}
    return FederalRates(**rates, pis_cofins_cst=said.get("pis_cofins_cst") or "")


def rate_values(rates: FederalRates) -> dict[str, str]:
    """What the fields show of rates, as people write them: 1,50."""
    shown = {name: getattr(rates, name) for name in RETENTION_RATES}
    texts = {name: "" if rate is None else f"{rate:.2f}".replace(".", ",") for name, rate in shown.items()}
    return {**texts, "pis_cofins_cst": rates.pis_cofins_cst}

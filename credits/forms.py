"""Forms of credits. They read and clean what was typed; what is allowed is decided by services."""

import uuid

from django import forms

from core.forms import DayField, FilterForm, IdField
from credits.models import LedgerEntry, Tariff
from credits.selectors.ledger import StatementFilter
from credits.services import MAX_ADJUSTMENT
from credits.services.orders import Choice


class StatementFilterForm(FilterForm):
    """Filter of the statement (C12)."""

    tipo = forms.ChoiceField(
        label="Tipo", required=False, choices=[("", "Todos os tipos"), *LedgerEntry.Kind.choices]
    )
    de = DayField(label="De", required=False)
    ate = DayField(label="Até", required=False)
    lancamentos = forms.BooleanField(label="Um por um, sem somar por busca", required=False)
    referencia = forms.RegexField(r"^[a-z_]+:[^:]+$", required=False, widget=forms.HiddenInput)

    @property
    def choices(self) -> list[forms.BoundField]:
        """Entries of one reference are never added up, so there is nothing to choose."""
        one_by_one = self.is_valid() and bool(self.cleaned_data["referencia"])
        return [field for field in super().choices if not (one_by_one and field.name == "lancamentos")]

    def chosen(self) -> StatementFilter:
        """The filter; what cannot be read asks for nothing and its field says why."""
        self.is_valid()
        asked = self.cleaned_data
        reference_type, _, reference_id = asked.get("referencia", "").partition(":")
        return StatementFilter(
            kind=asked.get("tipo", ""),
            since=asked.get("de"),
            until=asked.get("ate"),
            reference_type=reference_type,
            reference_id=reference_id,
        )

    @property
    def is_grouped(self) -> bool:
        """Whether entries are added up per reference: unless asked for one by one, or for one reference."""
        asked = self.cleaned_data
        return not (asked.get("lancamentos") or asked.get("referencia"))


class QuantityForm(forms.Form):
    """A quantity of credits as it is typed: "1.500" is 1500."""

    credits = forms.IntegerField(label="Quantidade", localize=True, min_value=1, max_value=10**9)


KEY = {"autocomplete": "off", "id": False}
"""Of a field that stands in several forms of one page: no id."""


class PurchaseForm(forms.Form):
    """A package or a quantity, and the catalogue whose price was shown (R9, R13). Nothing else counts."""

    package = IdField(required=False)
    credits = forms.IntegerField(required=False, localize=True, min_value=1, max_value=10**9)
    catalog = IdField()
    form_key = forms.UUIDField(widget=forms.HiddenInput(attrs=KEY), initial=uuid.uuid4)

    @property
    def choice(self) -> Choice:
        """What was chosen; of a valid form."""
        asked = self.cleaned_data
        return Choice(package_id=asked["package"], credits=asked["credits"], catalog_id=asked["catalog"])


class AdjustmentForm(forms.Form):
    """Credits added or taken by an operator (O2, R20). The key makes a double click one effect."""

    amount = forms.IntegerField(
        label="Créditos",
        initial=100,
        min_value=-MAX_ADJUSTMENT,
        max_value=MAX_ADJUSTMENT,
        help_text="Positivo adiciona, negativo retira. De −10.000 a 10.000.",
    )
    reason = forms.CharField(
        label="Motivo",
        max_length=200,
        help_text="O cliente lê este motivo no extrato. Não escreva nomes, documentos nem telefones.",
        widget=forms.TextInput(attrs={"size": 60}),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean_amount(self) -> int:
        amount: int = self.cleaned_data["amount"]
        if amount == 0:
            raise forms.ValidationError("Escreva quantos créditos adicionar ou retirar.")
        return amount


class PriceForm(forms.Form):
    """A new price of one action (O6)."""

    action = forms.ChoiceField(label="Ação", choices=Tariff.Action.choices)
    credits = forms.IntegerField(label="Créditos", min_value=0, max_value=1000)

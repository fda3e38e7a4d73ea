"""Forms of the buyer's pages. They read and clean what was typed; what is allowed is decided by services."""

import uuid
from typing import Any, cast

from django import forms
from django.conf import settings

from core.errors import NitroError
from core.forms import DayField, FilterForm, NameField, RefusableForm, WholeField
from leads.models import Niche
from leads.selectors.accesses import BaseFilter
from leads.selectors.catalog import suggest_niche
from leads.selectors.filters import list_searched_cities, list_searched_niches
from leads.services.searches import (
    InvalidNiche,
    InvalidQuantity,
    PriceChanged,
    QuantityAboveBalance,
    UnknownCity,
)
from registry.models import City
from registry.selectors.cities import find_city_by_label

DEFAULT_QUANTITY = 10
CHOOSE_CITY = UnknownCity.message


FIELD_OF_ERROR: dict[type[NitroError], str] = {
    UnknownCity: "city",
    InvalidNiche: "niche",
    InvalidQuantity: "quantity",
    QuantityAboveBalance: "quantity",
}


class PaidForm(RefusableForm):
    """A form that may spend: it carries the price shown and a key of its own (C3, R4, R9)."""

    unit_price = WholeField(widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), initial=uuid.uuid4)


class SearchForm(PaidForm):
    """New search (L6). The niche is free text; the city is one of the list, by code or written in full."""

    field_of_error = FIELD_OF_ERROR

    niche = NameField(label="Nicho", min_length=2, max_length=80)
    city = forms.CharField(label="Cidade", max_length=80)
    city_code = forms.CharField(required=False, max_length=7, widget=forms.HiddenInput)
    niche_as_typed = forms.CharField(
        required=False, max_length=80, widget=forms.HiddenInput, help_text="what was asked about already"
    )
    quantity = WholeField(label="Quantidade", min_value=1, initial=DEFAULT_QUANTITY)
    only_with_phone = forms.BooleanField(label="Somente com telefone", required=False)
    include_owned = forms.BooleanField(
        label="Incluir empresas que já tenho",
        required=False,
        help_text="As que vierem de novo serão cobradas de novo.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quantity = self.fields["quantity"]
        quantity.widget.attrs.update(inputmode="numeric", max=settings.LEADS_MAX_QUANTITY)
        self.fields["niche"].error_messages["required"] = "Escreva o nicho, por exemplo “pet shop”."
        self.fields["city"].error_messages["required"] = CHOOSE_CITY
        self.meant_niche = ""

    def clean_niche(self) -> str:
        """A niche with a typo is asked about once; typed again as it is, it is searched as it is."""
        niche = str(self.cleaned_data["niche"])
        meant = None if niche == self.data.get(self.add_prefix("niche_as_typed")) else suggest_niche(niche)
        if meant is not None:
            self.meant_niche = meant.name
            self._fill_in("niche_as_typed", niche)
            raise forms.ValidationError(
                f"Você quis dizer {meant.name}? Se não, busque de novo e procuraremos por “{niche}”."
            )
        return niche

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("city_code") and cleaned.get("city"):
            city = find_city_by_label(cleaned["city"])
            if city is None:
                self.add_error("city", CHOOSE_CITY)
            else:
                cleaned["city_code"] = city.ibge_code
        return cleaned

    def refuse(self, error: NitroError) -> None:
        """Put the service's refusal where it belongs, with what the person needs to try again."""
        super().refuse(error)
        if isinstance(error, QuantityAboveBalance) and error.maximum:
            self._fill_in("quantity", error.maximum)
        elif isinstance(error, PriceChanged):
            self._fill_in("unit_price", error.price.credits)

    def _fill_in(self, field: str, value: int | str) -> None:
        self.data = {**dict(self.data.items()), self.add_prefix(field): str(value)}


class BaseFilterForm(FilterForm):
    """Filter of Minha base (L14)."""

    search_field = "q"
    chip_fields = ("nicho", "cidade")

    q = forms.CharField(label="Nome ou CNPJ", required=False, max_length=160)
    nicho = forms.ModelChoiceField(
        label="Nicho", queryset=Niche.objects.none(), required=False, empty_label="Todos os nichos"
    )
    cidade = forms.ModelChoiceField(
        label="Cidade", queryset=City.objects.none(), required=False, empty_label="Todas as cidades"
    )
    telefone = forms.BooleanField(label="Com telefone", required=False)
    email = forms.BooleanField(label="Com e-mail", required=False)
    de = DayField(label="Comprada de", required=False)
    ate = DayField(label="até", required=False)

    def __init__(self, *args: Any, account_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["nicho"]).queryset = list_searched_niches(account_id)
        cast(forms.ModelChoiceField, self.fields["cidade"]).queryset = list_searched_cities(account_id)

    def chosen(self) -> BaseFilter:
        """The filter; what cannot be read asks for nothing and its field says why."""
        self.is_valid()
        asked = self.cleaned_data
        niche, city = asked.get("nicho"), asked.get("cidade")
        return BaseFilter(
            text=asked.get("q", ""),
            niche_id=niche.pk if niche else None,
            city_code=city.pk if city else "",
            has_phone=bool(asked.get("telefone")),
            has_email=bool(asked.get("email")),
            since=asked.get("de"),
            until=asked.get("ate"),
        )

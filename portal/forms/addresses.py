"""The address of a firm, a company or a taker, and its phone, as forms ask for them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from core.errors import NitroError
from core.formatting import format_phone, format_postal_code
from nfse.models import Company, Firm, Taker
from nfse.services.places import InvalidPhone, InvalidPostalCode, UnknownCity, clean_phone, clean_postal_code
from portal.forms.fields import clean_by
from portal.forms.stored import StoredForm
from registry.models import City
from registry.selectors.cities import find_city_by_label, find_city_of
from registry.values import ADDRESS_LINES, AddressLines, RegistryRecord

ADDRESS_ERRORS: Mapping[type[NitroError], str] = {
    UnknownCity: "city",
    InvalidPhone: "phone",
    InvalidPostalCode: "postal_code",
}


def text_field(label: str, length: int, *, help_text: str = "", **attrs: str) -> forms.CharField:
    """Return a text that may stay empty and that the browser does not fill in."""
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, required=False, max_length=length, help_text=help_text, widget=widget)


class AddressForm(StoredForm):
    """A form with a phone and an address: the combobox `city` puts its choice in `city_code`."""

    field_of_error: ClassVar[Mapping[type[NitroError], str]] = ADDRESS_ERRORS

    postal_code = text_field("CEP", 10, inputmode="numeric")
    street = text_field("Logradouro", 160)
    number = text_field("Número", 20)
    complement = text_field("Complemento", 160)
    district = text_field("Bairro", 80)
    city = forms.CharField(label="Cidade", required=False, max_length=80)
    city_code = forms.CharField(required=False, max_length=7, widget=forms.HiddenInput)
    phone = text_field("Telefone", 30, help_text="Com DDD, como (55) 99912-3456.", inputmode="tel")

    def clean_postal_code(self) -> str:
        return clean_by(clean_postal_code, self.cleaned_data["postal_code"])

    def clean_phone(self) -> str:
        return clean_by(clean_phone, self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        """The city is the chosen one, or one written in full; an emptied box means none."""
        cleaned = super().clean() or {}
        typed = cleaned.get("city", "").strip()
        if not typed:
            cleaned["city_code"] = ""
        elif not cleaned.get("city_code"):
            city = find_city_by_label(typed)
            if city is None:
                self.add_error("city", UnknownCity.message)
            else:
                cleaned["city_code"] = city.ibge_code
        return cleaned


def describe_contact(row: Firm | Company | Taker) -> dict[str, str]:
    """Return address and phone of a stored row as the form shows them."""
    phone = format_phone(row.phone) if row.phone else ""
    return {"phone": phone, **_describe(row, row.city)}


def describe_registered_address(record: RegistryRecord) -> dict[str, str]:
    """Return the address that the registry knows as the form shows it."""
    return _describe(record, find_city_of(record))


def _describe(lines: AddressLines | Firm | Company | Taker, city: City | None) -> dict[str, str]:
    shown = {name: getattr(lines, name) for name in ADDRESS_LINES}
    shown["postal_code"] = format_postal_code(lines.postal_code)
    return shown | {"city": city.label if city else "", "city_code": city.pk if city else ""}

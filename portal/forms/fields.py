"""What several forms of Notas share: refusals at their fields, percents, money, codes chosen from a list."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django import forms

from core.errors import NitroError
from core.money import InvalidAmount, format_brl, parse_brl
from nfse.selectors.code_tables import Code

Cleaned = TypeVar("Cleaned")


def clean_by(service: Callable[[str], Cleaned], text: str) -> Cleaned:
    """What a service makes of a field, its refusal shown at the field."""
    try:
        return service(text)
    except NitroError as error:
        raise forms.ValidationError(error.message) from error


class PercentField(forms.DecimalField):
    """A percent with up to two places, written 6,00 or 6.00."""

    def __init__(self, *, maximum: int = 100, **kwargs: Any) -> None:
        self.wrong = f"Informe um percentual de 0 a {maximum}, com até duas casas, como 2,5."
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(
            min_value=Decimal(0),
            max_value=Decimal(maximum),
            max_digits=5,
            decimal_places=2,
            localize=True,
            widget=widget,
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except forms.ValidationError as error:
            if getattr(error, "code", "") == "required":
                raise
            raise forms.ValidationError(self.wrong) from error


class MoneyField(forms.CharField):
    """An amount in reais, written 1.234,56; its value is cents."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=20, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return format_brl(value).removeprefix("R$ ") if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_brl(text)
        except InvalidAmount as error:
            raise forms.ValidationError(error.message) from error


class CodeField(forms.CharField):
    """An official code, typed as the combobox shows it: by its number, or with words of one line only.

    Its value is the code. The text decides: a code that a script put elsewhere is not looked at.
    """

    def __init__(self, *, search: Callable[[str], Sequence[Code]], unknown: str, **kwargs: Any) -> None:
        self.search, self.unknown = search, unknown
        super().__init__(max_length=160, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        found = self.search(text)
        exact = [code for code in found if code.label == text]
        if exact or len(found) == 1:
            return (exact or found)[0].code
        raise forms.ValidationError(self.unknown)

"""Forms of the monthly closing: the month that is shown, and what is to be closed."""

from datetime import date
from typing import Any

from django import forms

from core.formatting import format_month
from core.forms import IdField


class MonthField(forms.ChoiceField):
    """A month as AAAA-MM, among those that there are. Cleans to its first day."""

    def __init__(self, months: list[date], **kwargs: Any) -> None:
        choices = [(f"{month:%Y-%m}", format_month(month)) for month in months]
        error = {"invalid_choice": "Escolha um dos meses da lista."}
        widget = forms.Select(attrs={"class": "form-select"})
        super().__init__(
            label="Mês de competência", choices=choices, error_messages=error, widget=widget, **kwargs
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return date.fromisoformat(f"{text}-01") if text else None


class MonthForm(forms.Form):
    """Which month the page shows; `initial` is what it shows when nothing is asked."""

    def __init__(self, *args: Any, months: list[date], default: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"mes": f"{default:%Y-%m}"}, **kwargs)
        self.fields["mes"] = MonthField(months, required=False)
        self._default = default

    def chosen(self) -> date:
        """The month; what cannot be read is the default."""
        month = self.cleaned_data.get("mes") if self.is_valid() else None
        return month or self._default


class ClosingForm(forms.Form):
    """The month and, of one company's closing, the company."""

    empresa = IdField(required=False)

    def __init__(self, *args: Any, months: list[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mes"] = MonthField(months)

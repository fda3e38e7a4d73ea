"""The filter of the list of requests and notes, read by the page and by the exports alike (A21).

In an address: `?q=&mes=AAAA-MM&empresa=<company id>&tomador=<taker id>&situacao=<group or state>&ambiente=
&origem=&emissor=&por=<user id>&telefone=<phone id>&de=&ate=&emitida_de=&emitida_ate=`; days as AAAA-MM-DD.
"""

import re
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import User
from core.forms import DayField, IdField
from fiscal.enumerations import Environment, Gateway
from nfse.models import InvoiceRequest
from nfse.selectors.invoices import RequestFilters, list_issuing_people
from nfse.states import OPEN, STANDING, State
from portal.forms.of_company import OfCompanyForm

GROUPS: dict[str, tuple[str, frozenset[State]]] = {
    "emitidas": ("Emitidas", STANDING),
    "andamento": ("Em andamento", OPEN),
    "pendentes": ("Em andamento ou com falha", OPEN | {State.FAILED}),
    "atencao": ("Precisam de atenção", frozenset({State.IN_DOUBT, State.REJECTED, State.FAILED})),
    "problemas": ("Recusadas ou com falha", frozenset({State.REJECTED, State.FAILED})),
    "canceladas": ("Canceladas ou substituídas", frozenset({State.CANCELED, State.REPLACED})),
}
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
PERIOD = "O fim do período vem antes do começo."


class MonthField(forms.CharField):
    """A month as AAAA-MM; its value is its first day."""

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        found = _MONTH.fullmatch(text)
        if found is None or not 1900 <= int(found[1]) <= 9000:
            raise forms.ValidationError("Escolha um mês da lista.")
        return date(int(found[1]), int(found[2]), 1)


def list_months(today: date) -> list[tuple[str, str]]:
    """The months that are chosen most: this one and the twelve before it."""
    number = today.year * 12 + today.month - 1
    months = [date((number - step) // 12, (number - step) % 12 + 1, 1) for step in range(13)]
    names = ["Este mês", "Mês passado", *(date_format(month, r"F \d\e Y").lower() for month in months[2:])]
    return [
        ("", "Todos"),
        *((f"{month:%Y-%m}", name) for month, name in zip(months, names, strict=True)),
    ]


def last_day(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


class _Person(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.full_name)


class InvoiceFilterForm(OfCompanyForm):
    """Filter of the firm's notes. What cannot be read asks for nothing and its field says why."""

    search_field = "q"
    chip_fields = ("mes", "empresa", "situacao")

    q = forms.CharField(label="Empresa, tomador, número ou valor", required=False, max_length=160)
    mes = MonthField(label="Mês", required=False)
    tomador = IdField(required=False)
    telefone = IdField(required=False)
    situacao = forms.ChoiceField(
        label="Situação",
        required=False,
        choices=[
            ("", "Todas"),
            ("Grupos", [(name, label) for name, (label, _states) in GROUPS.items()]),
            ("Uma situação", State.choices()),
        ],
    )
    ambiente = forms.ChoiceField(
        label="Ambiente", required=False, choices=[("", "Todos"), *Environment.choices()]
    )
    origem = forms.ChoiceField(
        label="Origem", required=False, choices=[("", "Todas"), *InvoiceRequest.Origin.choices]
    )
    emissor = forms.ChoiceField(label="Emissor", required=False, choices=[("", "Todos"), *Gateway.choices()])
    por = _Person(label="Confirmada por", queryset=User.objects.none(), required=False, empty_label="Todos")
    de = DayField(label="Competência de", required=False)
    ate = DayField(label="até", required=False)
    emitida_de = DayField(label="Emitida de", required=False)
    emitida_ate = DayField(label="até", required=False)

    def __init__(self, *args: Any, firm_id: int, **kwargs: Any) -> None:
        super().__init__(*args, firm_id=firm_id, **kwargs)
        cast(forms.ModelChoiceField, self.fields["por"]).queryset = list_issuing_people(firm_id)
        self.fields["mes"].widget = forms.Select(choices=list_months(timezone.localdate()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for since, until in (("de", "ate"), ("emitida_de", "emitida_ate")):
            if cleaned.get(since) and cleaned.get(until) and cleaned[until] < cleaned[since]:
                self.add_error(until, PERIOD)
        return cleaned

    def chosen(self) -> RequestFilters:
        """What is asked for."""
        self.is_valid()
        asked = self.cleaned_data
        person, month = asked.get("por"), asked.get("mes")
        return RequestFilters(
            text=asked.get("q", ""),
            company_id=asked.get("empresa"),
            taker_id=asked.get("tomador"),
            states=_states(asked.get("situacao", "")),
            environment=asked.get("ambiente", ""),
            origin=asked.get("origem", ""),
            gateway=asked.get("emissor", ""),
            confirmed_by_id=person.pk if person else None,
            phone_id=asked.get("telefone"),
            since=asked.get("de") or (month and month.replace(day=1)),
            until=asked.get("ate") or (month and last_day(month)),
            issued_since=asked.get("emitida_de"),
            issued_until=asked.get("emitida_ate"),
        )


def _states(choice: str) -> tuple[str, ...]:
    if choice in GROUPS:
        return tuple(sorted(state.value for state in GROUPS[choice][1]))
    return (choice,) if choice else ()

"""What operators may choose and write in the pages of the inbox."""

import uuid
from typing import Any, cast

from django import forms

from core.forms import FilterForm, RefusableForm
from inbox.models import Delivery
from inbox.sources import list_sources


class DeliveryFilterForm(FilterForm):
    """Source and state of the deliveries to list. What is unknown does not filter."""

    origem = forms.ChoiceField(label="Origem", required=False)
    estado = forms.ChoiceField(
        label="Estado", choices=[("", "Todos os estados"), *Delivery.State.choices], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source_field = cast(forms.ChoiceField, self.fields["origem"])
        source_field.choices = [
            ("", "Todas as origens"),
            *((source.name, source.title) for source in list_sources()),
        ]

    def chosen(self) -> dict[str, str]:
        """Return the filter for selectors.list_deliveries."""
        self.is_valid()
        return {
            "source": self.cleaned_data.get("origem", ""),
            "state": self.cleaned_data.get("estado", ""),
        }


class ReplayForm(RefusableForm):
    """Why a delivery is processed again. The key makes a double click one."""

    reason = forms.CharField(
        label="Motivo", max_length=200, help_text="Fica guardado com o seu nome. Não escreva dados pessoais."
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

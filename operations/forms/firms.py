"""What operators choose in the pages about firms and notes."""

from django import forms

from core.forms import FilterForm
from operations.selectors.notes import GROUPS


class FirmFilterForm(FilterForm):
    """A part of a firm's name, or its CNPJ."""

    search_field = "q"

    q = forms.CharField(label="Nome ou CNPJ", required=False, max_length=160)

    def chosen(self) -> str:
        """The text; what cannot be read asks for nothing."""
        self.is_valid()
        return str(self.cleaned_data.get("q", ""))


class NoteFilterForm(FilterForm):
    """Why a note needs an operator."""

    motivo = forms.ChoiceField(
        label="Motivo",
        required=False,
        choices=[("", "Todos os motivos"), *((name, group.title) for name, group in GROUPS.items())],
    )

    def chosen(self) -> str:
        """The group of notes; what is unknown asks for all."""
        self.is_valid()
        return str(self.cleaned_data.get("motivo", ""))

"""What operators may choose in the queue's pages."""

from typing import Any, cast

from django import forms

from core.forms import FilterForm
from operations.kinds import title_of
from queue_worker.models import WorkItem
from queue_worker.registry import list_kinds


class ItemFilterForm(FilterForm):
    """State and kind of the items to list. What is unknown does not filter."""

    estado = forms.ChoiceField(
        label="Estado", choices=[("", "Todos os estados"), *WorkItem.Status.choices], required=False
    )
    tipo = forms.ChoiceField(label="Tipo", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted({*list_kinds(), *filter(None, [self.data.get("tipo", "")[:64]])})
        kind_field = cast(forms.ChoiceField, self.fields["tipo"])
        kind_field.choices = [("", "Todos os tipos"), *((kind, title_of(kind)) for kind in kinds)]

    def chosen(self) -> dict[str, str]:
        """Return the filter for selectors.list_items."""
        valid = self.cleaned_data if self.is_valid() else {}
        return {"status": valid.get("estado", ""), "kind": valid.get("tipo", "")}

"""Forms that more than one app builds on."""

from django import forms
from django.forms import BoundField


class FilterForm(forms.Form):
    """The filter of a list, drawn by components/filters.html. `search_field` names its text box, if any."""

    search_field = ""

    @property
    def search_box(self) -> BoundField | None:
        """The text box that stays visible on a phone."""
        return self[self.search_field] if self.search_field else None

    @property
    def choices(self) -> list[BoundField]:
        """The other visible fields, which a phone shows in a drawer."""
        return [field for field in self.visible_fields() if field.name != self.search_field]

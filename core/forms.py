"""Forms that more than one app builds on."""

from collections.abc import Callable, Mapping
from typing import ClassVar, ParamSpec, TypeVar

from django import forms
from django.forms import BoundField

from core.errors import NitroError

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")


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


class RefusableForm(forms.Form):
    """A form that shows a service's refusal: at the field of `field_of_error`, else above the form."""

    field_of_error: ClassVar[Mapping[type[NitroError], str]] = {}

    def refuse(self, error: NitroError) -> None:
        """Put the refusal at its field, or above the form when it has none here."""
        kinds = self.field_of_error.items()
        field = next((name for kind, name in kinds if isinstance(error, kind)), None)
        self.add_error(field if field in self.fields else None, error.message)


def attempt(
    form: RefusableForm,
    service: Callable[Arguments, Answer],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> Answer | None:
    """Call a service with what a valid form says; a refusal is shown by the form and gives None.

    The view then goes on as with a form that was not valid: it shows the form with status 422.
    """
    try:
        return service(*args, **kwargs)
    except NitroError as error:
        form.refuse(error)
        return None


def succeeds(
    form: RefusableForm,
    service: Callable[Arguments, object],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> bool:
    """Call a service as `attempt` does, and return whether it took what the form says."""
    try:
        service(*args, **kwargs)
    except NitroError as error:
        form.refuse(error)
        return False
    return True


def status_of(*shown: forms.Form) -> int:
    """Return the status of a page that shows forms: 422 when one of them was sent and not taken."""
    return 422 if any(form.is_bound for form in shown) else 200

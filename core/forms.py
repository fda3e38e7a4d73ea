"""Forms that more than one app builds on."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, ClassVar, Literal, ParamSpec, TypeVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import BoundField
from django.http import QueryDict
from django.utils.choices import flatten_choices

from core.errors import NitroError
from core.formatting import format_date
from core.text import visible

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2199, 12, 31)
LARGEST_NUMBER = 2**31 - 1
LARGEST_ID = 2**63 - 1


class KeptValues(QueryDict):
    """What somebody typed earlier: it fills a form in again, and is not what the form was sent with."""

    def __init__(self, typed: Iterable[tuple[str, str]]) -> None:
        super().__init__(mutable=True)
        for name, value in typed:
            self.appendlist(name, value)
        self._mutable = False


class DayField(forms.DateField):
    """A day between 1800 and 2199: some days or years may be added to it without leaving the calendar."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)
        wrong = "Informe uma data entre 01/01/1800 e 31/12/2199."
        self.validators += [MinValueValidator(FIRST_DAY, wrong), MaxValueValidator(LAST_DAY, wrong)]


class WholeField(forms.IntegerField):
    """A whole number that fits its column: from 0, or `min_value`, to what four bytes hold at most."""

    def __init__(self, *, min_value: int = 0, max_value: int = LARGEST_NUMBER, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)


class IdField(forms.IntegerField):
    """An id that an address or a hidden field brings."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.HiddenInput)
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


class NameField(forms.CharField):
    """A name, without characters that nobody sees."""

    def to_python(self, value: Any) -> str:
        return visible(super().to_python(value) or "")


class DocumentField(forms.CharField):
    """A CNPJ, a CPF, or either ("document"), written with its points while it is typed (core/masks.js)."""

    def __init__(self, *, mask: Literal["cnpj", "cpf", "document"], **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false", "data-mask": mask}
        attrs |= {"inputmode": "numeric"} if mask == "cpf" else {"autocapitalize": "characters"}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **kwargs)


class FilterForm(forms.Form):
    """The filter of a list, drawn by components/filters.html.

    `search_field` names its text box, if any; `chip_fields` those that stay beside it on a wide screen, while
    all others fold under "Mais filtros".
    """

    search_field = ""
    chip_fields: tuple[str, ...] = ()

    @property
    def search_box(self) -> BoundField | None:
        """The text box that stays visible on a phone."""
        return self[self.search_field] if self.search_field else None

    @property
    def choices(self) -> list[BoundField]:
        """The other visible fields, which a phone shows in a drawer."""
        apart = {self.search_field, *self.chip_fields}
        return [field for field in self.visible_fields() if field.name not in apart]

    @property
    def chips(self) -> list[BoundField]:
        """The fields of `chip_fields`, in their order."""
        shown = {field.name: field for field in self.visible_fields()}
        return [shown[name] for name in self.chip_fields if name in shown]

    @property
    def on_paper(self) -> str:
        """What narrows the list, as a page says it where the fields are not printed: "Situação: Recusada"."""
        used = (field for field in self.visible_fields() if field.value() and not field.errors)
        return "; ".join(f"{field.label}: {_say_value(field)}" for field in used)

    @property
    def more_used(self) -> int:
        """How many of the folded fields narrow the list, or have an error to be seen."""
        return sum(bool(field.errors or field.value()) for field in self.choices)


def _say_value(field: BoundField) -> str:
    """The value of a field as the page shows it."""
    value = str(field.value())
    if isinstance(field.field, forms.BooleanField):
        return "sim"
    if isinstance(field.field, forms.DateField):
        day = field.field.to_python(field.value())
        return format_date(day) if day else ""
    choices = dict(flatten_choices(getattr(field.field, "choices", ())))
    return str({str(key): label for key, label in choices.items()}.get(value, value))


class RefusableForm(forms.Form):
    """A form that shows a service's refusal: at the field of `field_of_error`, else above the form.

    Filled in with KeptValues it shows them and what is wrong with them, and is never valid: nobody sent it.
    """

    field_of_error: ClassVar[Mapping[type[NitroError], str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_kept = isinstance(self.data, KeptValues)

    def is_valid(self) -> bool:
        return not self.is_kept and super().is_valid()

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
    return 422 if any(form.is_bound and not getattr(form, "is_kept", False) for form in shown) else 200

"""Forms that take a service's refusal (core.forms)."""

from django import forms

from core.errors import NitroError
from core.forms import RefusableForm, attempt, status_of, succeeds


class TooLong(NitroError):
    message = "O nome é longo demais."


class Closed(NitroError):
    message = "Fechado agora."


class NameForm(RefusableForm):
    field_of_error = {TooLong: "name"}

    name = forms.CharField(required=False)


def keep(name):
    if len(name) > 3:
        raise TooLong
    if not name:
        raise Closed
    return name.upper()


def test_a_service_that_takes_what_the_form_says_answers():
    form = NameForm({"name": "ana"})
    assert attempt(form, keep, name="ana") == "ANA"
    assert succeeds(form, keep, name="ana")
    assert not form.errors


def test_a_refusal_stands_at_its_field_or_above_the_form():
    at_field, above = NameForm({}), NameForm({})
    assert attempt(at_field, keep, name="maria") is None
    assert not succeeds(above, keep, name="")
    assert at_field.errors == {"name": [TooLong.message]}
    assert above.errors == {"__all__": [Closed.message]}


def test_a_form_that_was_sent_and_not_taken_makes_a_422():
    assert status_of(NameForm()) == 200
    assert status_of(NameForm(), NameForm({})) == 422

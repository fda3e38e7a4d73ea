"""What a browser would send of a form on a page."""

from lxml import html


def read_form(answer, name="seen"):
    """The values of the page's form that has a field of this name, as a browser sends them untouched.

    A text area begins on a line of its own, which is none of its text.
    """
    page = html.fromstring(answer.content.decode())
    form = next(form for form in page.forms if name in form.fields)
    return {name: value.removeprefix("\n") for name, value in form.form_values()}

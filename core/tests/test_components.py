"""Components of core/templates/components, and the pages for what went wrong."""

import re

import pytest
from django import forms
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from core.forms import DayField, FilterForm
from core.navigation import list_menus
from core.templatetags.ui import initials, is_sticky, page_numbers


class SampleForm(forms.Form):
    name = forms.CharField(label="Nome", help_text="Como no cadastro")
    note = forms.CharField(label="Observação", required=False)
    agreed = forms.BooleanField(label="Aceito")
    kind = forms.ChoiceField(label="Tipo", choices=[("a", "A")])


def render_field(name, data=None, **parameters):
    form = SampleForm(data)
    return " ".join(render_to_string("components/field.html", {"field": form[name], **parameters}).split())


# --- Fields ----------------------------------------------------------------------------------------
def test_a_field_ties_its_label_and_help_to_the_input():
    html = render_field("name")
    assert '<label class="form-label" for="id_name">' in html
    assert 'aria-describedby="id_name_helptext"' in html
    assert 'id="id_name_helptext"' in html


def test_a_field_in_error_says_so_to_a_screen_reader():
    html = render_field("name", {})
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error" role="alert"' in html


def test_an_optional_field_says_so_unless_it_is_a_filter():
    assert "opcional" in render_field("note")
    assert "opcional" not in render_field("note", plain=True)
    assert "opcional" not in render_field("name")


@pytest.mark.parametrize(
    ("name", "css_class"), [("name", "form-control"), ("agreed", "form-check-input"), ("kind", "form-select")]
)
def test_a_widget_has_the_class_of_its_kind(name, css_class):
    assert f'class="{css_class}"' in render_field(name)


def test_what_was_typed_is_escaped():
    assert "<script>" not in render_field("name", {"name": "<script>"})


# --- Pages of a list -------------------------------------------------------------------------------
def test_the_pages_around_the_current_one_are_offered():
    pages = Paginator(range(200), 10)
    assert page_numbers(pages.page(10)) == [1, None, 9, 10, 11, None, 20]


def test_a_filter_survives_paging():
    request = RequestFactory().get("/", {"q": "pão", "page": "1"})
    page = Paginator(range(30), 10).page(1)
    html = render_to_string("components/pagination.html", {"page": page, "request": request})
    assert 'href="?q=p%C3%A3o&amp;page=2"' in html
    assert "1–10 de 30" in html


def test_one_page_needs_no_pages():
    page = Paginator(range(3), 10).page(1)
    html = render_to_string(
        "components/pagination.html", {"page": page, "request": RequestFactory().get("/")}
    )
    assert html.strip() == ""


# --- Toasts ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("level", "tags", "stays"),
    [
        (messages.SUCCESS, "", False),
        (messages.INFO, "", False),
        (messages.SUCCESS, "sticky", True),
        (messages.WARNING, "", True),
        (messages.ERROR, "", True),
    ],
)
def test_money_and_failures_stay_until_read(level, tags, stays):
    assert is_sticky(Message(level, "texto", extra_tags=tags)) is stays


# --- Layout ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dona Maria da Silva", "DS"),
        ("Maria", "M"),
        ("  ana  luz ", "AL"),
        ("Contábil Horizonte (matriz)", "CH"),
        ("", ""),
    ],
)
def test_initials_are_of_the_first_and_last_name(name, expected):
    assert initials(name) == expected


def test_every_entry_of_the_menu_leads_somewhere():
    pages = [item.url for menu in list_menus() for section in menu.sections for item in section.items]
    assert all(reverse(page) for page in pages)
    assert len(pages) > 10


def test_a_progress_bar_takes_plain_numbers():
    html = render_to_string("components/progress.html", {"value": 1200, "max": 5000, "label": "Recebidas"})
    assert 'value="1200" max="5000"' in html


# --- Errors ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", [400, 403, 404, 429, 503])
def test_an_error_page_says_what_happened_the_way_back_and_the_code(code, rf):
    context = {"message": "Uma frase.", "request_id": "abc123"}
    html = render_to_string(f"{code}.html", context, request=rf.get("/"))
    assert re.search(r"<h1[^>]*>[^<]+</h1>", html)
    assert "Uma frase." in html
    assert "abc123" in html
    assert 'href="/"' in html


def test_the_page_of_last_resort_needs_nothing():
    html = render_to_string("500.html")
    assert "Algo deu errado do nosso lado" in html
    assert 'href="/"' in html
    assert "abc123" in render_to_string("500.html", {"request_id": "abc123"})


# --- Filters ---------------------------------------------------------------------------------------
class SampleFilter(FilterForm):
    search_field = "q"
    q = forms.CharField(label="Nome", required=False)
    kind = forms.ChoiceField(label="Tipo", choices=[("", "Todos")], required=False)
    origin = forms.CharField(required=False, widget=forms.HiddenInput)


def render_filters(**parameters):
    form = SampleFilter({"q": "ana", "origin": "x"})
    return render_to_string("components/filters.html", {"form": form, "clear_url": "/lista/", **parameters})


def test_a_filter_has_its_search_box_outside_of_the_drawer():
    box, drawer = render_filters().split('id="filtros"')
    assert 'name="q"' in box
    assert 'value="ana"' in box
    assert 'name="kind"' in drawer
    assert 'name="q"' not in drawer


def test_a_filter_keeps_what_is_hidden():
    assert '<input type="hidden" name="origin" value="x"' in render_filters()


class PaperFilter(FilterForm):
    search_field = "q"
    q = forms.CharField(label="Nome", required=False)
    kind = forms.ChoiceField(label="Tipo", choices=[("", "Todos"), ("A", [("1", "Um só")])], required=False)
    since = DayField(label="Desde", required=False)
    paid = forms.BooleanField(label="Pagas", required=False)
    origin = forms.CharField(required=False, widget=forms.HiddenInput)


def test_on_paper_a_list_says_what_narrows_it_in_the_words_of_the_page():
    chosen = {"q": "ana", "kind": "1", "since": "2026-11-01", "paid": "on", "origin": "x"}

    assert PaperFilter(chosen).on_paper == "Nome: ana; Tipo: Um só; Desde: 01/11/2026; Pagas: sim"
    assert PaperFilter({"q": "", "kind": "9", "since": "31/31/31"}).on_paper == ""
    assert "Filtro: Nome: ana" in render_filters(is_filtered=True)
    assert "Filtro:" not in render_filters()


def test_a_filter_is_cleared_only_when_it_filters():
    assert "Limpar filtros" not in render_filters()
    assert '<a class="btn" href="/lista/">Limpar filtros</a>' in render_filters(is_filtered=True)

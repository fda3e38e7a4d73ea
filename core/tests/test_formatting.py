from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import TemplateSyntaxError, engines
from django.test import RequestFactory

from core.formatting import format_date, format_datetime, whatsapp_url

LATE_IN_UTC = datetime(2026, 12, 1, 1, 30, tzinfo=UTC)


def render(source, **context):
    return engines["django"].from_string(source).render(context)


def test_dates_are_those_of_sao_paulo():
    assert format_date(LATE_IN_UTC) == "30/11/2026"
    assert format_datetime(LATE_IN_UTC) == "30/11/2026 22:30"
    assert format_date(date(2026, 12, 1)) == "01/12/2026"


def test_a_whatsapp_address_needs_a_real_phone():
    assert whatsapp_url("+5555999123456", "Olá, tudo bem?") == (
        "https://wa.me/5555999123456?text=Ol%C3%A1%2C+tudo+bem%3F"
    )
    assert whatsapp_url("08007001234") == ""


@pytest.mark.parametrize(
    "piece", ["12.345.678/0001-95", "12.ABC.345/01DE-35", "999.934.019-94", "R$ 1.234,56", "R$\xa00,05"]
)
def test_documents_and_amounts_in_a_sentence_are_kept_on_one_line(piece):
    assert render("{{ x|unbroken }}", x=f"Padaria · {piece}, é isso") == (
        f'Padaria · <span class="unbroken">{piece}</span>, é isso'
    )


def test_what_is_kept_on_one_line_is_escaped_like_all_the_rest():
    shown = render("{{ x|unbroken }}", x="<b>Silva & Filhos</b> · 12.345.678/0001-95")
    assert shown == (
        '&lt;b&gt;Silva &amp; Filhos&lt;/b&gt; · <span class="unbroken">12.345.678/0001-95</span>'
    )
    assert (
        render("{{ x|unbroken }}{{ y|unbroken }}", x=None, y="1.12.345.678/0001-9") == "1.12.345.678/0001-9"
    )


def test_every_template_knows_the_filters():
    assert render("{{ x|cnpj }}", x="12ABC34501DE35") == "12.ABC.345/01DE-35"
    assert render("{{ x|cpf }}", x="99993401994") == "999.934.019-94"
    assert render("{{ x|phone }}", x="+555530001234") == "(55) 3000-1234"
    assert render("{{ x|brl }} {{ x|number }}", x=199000) == "R$ 1.990,00 199.000"
    assert render("{{ x|reais }}", x=Decimal("1990.05")) == "R$ 1.990,05"
    assert render("{{ x|document }}", x="11222333000181") == "11.222.333/0001-81"
    assert render("{{ x|document }}", x="11122233396") == "111.222.333-96"
    assert render("{{ x|cep }}", x="97050000") == "97050-000"
    assert render("{{ x|cep }}", x="9705") == "9705"
    assert render("{{ x|date_br }} {{ x|datetime_br }}", x=LATE_IN_UTC) == "30/11/2026 30/11/2026 22:30"


def test_nothing_is_shown_as_nothing_and_zero_as_zero():
    assert (
        render(
            "[{{ x|cnpj }}{{ x|document }}{{ x|phone }}{{ x|brl }}{{ x|reais }}{{ x|number }}"
            "{{ x|date_br }}{{ x|whatsapp_url }}]",
            x=None,
        )
        == "[]"
    )
    assert render("{{ x|brl }} {{ x|number }}", x=0) == "R$ 0,00 0"


def test_an_icon_is_drawn_inline_and_hidden_from_screen_readers():
    svg = render('{% icon "search" "text-primary" %}')

    assert svg.startswith('<svg class="icon text-primary"')
    assert 'aria-hidden="true"' in svg
    assert "<path" in svg


@pytest.mark.parametrize("name", ["no-such-icon", "../../package", "Search", ""])
def test_a_wrong_icon_name_is_a_mistake_in_the_template(name):
    with pytest.raises(TemplateSyntaxError):
        render("{% icon name %}", name=name)


def test_a_query_string_keeps_what_is_not_replaced():
    request = RequestFactory().get("/", {"q": "pão & cia", "page": "2", "uf": "RS"})

    assert engines["django"].from_string('{% querystring_replace page=3 uf="" %}').render(
        {"request": request}
    ) == ("?q=p%C3%A3o+%26+cia&amp;page=3")

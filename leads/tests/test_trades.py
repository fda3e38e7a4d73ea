"""What a company does, told by words, categories and CNAEs."""

import pytest

from leads.trades import are_kindred, are_same, cnaes_of, trades_of


@pytest.mark.parametrize(
    ("text", "trade"),
    [
        ("Mercado São Joanino", "supermercado"),
        ("FARMACIA SAO JOANINO LTDA", "farmacia"),
        ("Loja de animais", "pet-shop"),
        ("Clínicas Odontológicas Valdora", "dentista"),
        ("SILVA E SOUZA SOCIEDADE DE ADVOGADOS", "advogado"),
        ("COMERCIO VAREJISTA DE MATERIAIS DE CONSTRUCAO", "material-de-construcao"),
        ("hair_care", "salao-de-beleza"),
    ],
)
def test_words_name_a_trade(text, trade):
    assert trade in trades_of(text)


@pytest.mark.parametrize("text", ["Valdora", "Loja", "Empresa", "Prestador de serviços", "establishment", ""])
def test_words_of_business_in_general_name_none(text):
    assert trades_of(text) == frozenset()


def test_an_alias_that_is_as_often_a_brand_names_no_trade():
    assert trades_of("Padaria Aliança") == {"padaria"}


def test_trades_are_the_same_kindred_or_others():
    assert are_same(trades_of("Restaurante"), trades_of("Pizzaria"))
    assert are_kindred(trades_of("Padaria"), trades_of("Mercado"))
    assert not are_kindred(trades_of("Mercado"), trades_of("Farmácia"))
    assert not are_same(trades_of("Pet Shop"), trades_of("Funerária"))


def test_every_trade_of_the_tables_is_a_niche_with_activities():
    words = (word for word in ("clínica", "escola", "mercado", "oficina", "salão"))

    assert all(cnaes_of({trade}) for word in words for trade in trades_of(word))

import pytest

from core.text import fold, fold_singular


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("São Paulo-SP", "sao paulo sp"),
        ("  Pet   Shop ", "pet shop"),
        ("Mãe d'Água", "mae d agua"),
        ("AÇOUGUE & CIA.", "acougue cia"),
        ("Straße", "strasse"),
        ("№ 5", "no 5"),
        ("", ""),
        ("!!!", ""),
    ],
)
def test_folding_drops_accents_case_and_punctuation(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("Pet Shops", "pet-shop"),
        ("Padarias", "Padaria"),
        ("Salões de Beleza", "Salão de Beleza"),
        ("Pães", "Pão"),
        ("Bares e Restaurantes", "Bar e Restaurante"),
        ("Hotéis", "Hotel"),
        ("Faróis", "Farol"),
        ("Armazéns", "Armazém"),
        ("Escritórios contábeis", "Escritório contábel"),
        ("Professores particulares", "Professor particular"),
        ("Lotéricas", "lotérica"),
        ("Produtos portugueses", "Produto português"),
        ("Gases", "Gás"),
        ("Imóveis", "Imóvel"),
        ("Rapazes", "Rapaz"),
        ("Óculos", "oculos"),
        ("Cães", "Cão"),
        ("Mães", "Mãe"),
        ("Softwares", "Software"),
        ("Estofadores", "Estofador"),
        ("Flores", "Flor"),
        ("Móveis infantis", "Móvel infantil"),
    ],
)
def test_singular_and_plural_have_the_same_key(plural, singular):
    assert fold_singular(plural) == fold_singular(singular)


@pytest.mark.parametrize("word", ["gas", "pizzaria", "chaveiro", "fitness", "rh"])
def test_a_singular_word_stays(word):
    assert fold_singular(word) == word

import unicodedata

import pytest
from django.db import connection
from django.db.models import Value

from core.tests.models import Secret
from core.text import fold, fold_singular, folded_pattern

SIGNS = [*"%_.*+?()[]{}^$|\\/-#&~'\" \t\n", "***:", "(?i)", "\\w", "[[:alpha:]]"]


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


def finds(typed, stored):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~ %s", [stored, folded_pattern(typed)])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("clinica", "CLÍNICA SÃO JOSÉ"),
        ("Clínica são josé", "CLINICA SAO JOSE LTDA"),
        ("ACAO", "Fundação"),
        ("PÃO", "pao de mel"),
        ("n", "Ñandu"),
        ("no 5", "Rua A, nº 5"),
        ("øre", "ØRE ASSESSORIA"),
        ("j. m. & cia", "J. M. & Cia"),
        ("", "qualquer"),
    ],
)
def test_a_search_minds_neither_case_nor_accents(typed, stored):
    assert finds(typed, stored)


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_how_an_accent_was_put_together_does_not_matter(form):
    other = "NFD" if form == "NFC" else "NFC"
    words = "Ação Médica"
    assert finds(unicodedata.normalize(form, words), unicodedata.normalize(other, words))
    assert finds("acao medica", unicodedata.normalize(form, words))


@pytest.mark.django_db
@pytest.mark.parametrize("sign", SIGNS)
def test_a_typed_sign_finds_itself_alone(sign):
    assert finds(f"a{sign}b", f"xA{sign}Bx")
    assert finds(sign, f"Á{sign}b")
    assert not finds(sign, "abcd")
    assert not finds(f"a{sign}b", "aéb")
    assert not finds(f"a{sign}b", "ab")


@pytest.mark.django_db
def test_letters_of_one_fold_find_each_other_and_no_others():
    letters = [chr(code) for code in range(0xC0, 0x180) if len(fold(chr(code))) == 1]
    assert {"á", "Ç", "õ", "ü"} <= set(letters)
    for letter in letters:
        assert finds(fold(letter), letter), letter
        assert finds(letter, fold(letter).upper()), letter
    assert not finds("a", "éíóúç")


@pytest.mark.django_db
def test_a_pattern_narrows_rows_also_by_how_they_begin():
    other = Secret.objects.create(text="x")
    rows = Secret.objects.filter(pk=other.pk)
    pattern = folded_pattern("SÃO")
    for name, begins in (("São João", True), ("A são joão", False)):
        named = rows.annotate(name=Value(name))
        assert named.filter(name__regex=pattern).exists()
        assert named.filter(name__regex="^" + pattern).exists() is begins

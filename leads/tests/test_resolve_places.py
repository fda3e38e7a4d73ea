"""`manage.py resolve_places`: what the loaded registry says of places in a file (docs/leads.md)."""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from benchmarks.resolution.delivery import write_delivery
from benchmarks.resolution.making import CAMPINAS, Book, Trade
from registry.models import RegistryImport
from registry.services.registry_import import import_registry
from registry.tests.factories import make_city

pytestmark = pytest.mark.django_db(transaction=True)
DENTIST = Trade("Clínica Odontológica", "ODONTOLOGIA", "8630504", "Dentista")
BOOKS = Trade("Contabilidade", "CONTABILIDADE", "6920601", "Contador")


@pytest.fixture
def book(tmp_path):
    """A registry of Campinas with a dentist, an accountant and the accountant's clients."""
    make_city("3509502", "Campinas", "SP", siafi_code="6291", area_code="19")
    book = Book(1, ("dora",))
    book.spots = {name: book.spot(CAMPINAS) for name in ("dentist", "accountant", "elsewhere")}
    book.phones = {name: book.phone() for name in ("dentist", "accountant")}
    book.dentist = book.company(
        "VALDORA ODONTOLOGIA LTDA", DENTIST, at=book.spots["dentist"], phone=book.phones["dentist"],
        email="contato@valdora.example", town=CAMPINAS,
    )  # fmt: skip
    book.accountant = book.company(
        "NORTIBA CONTABILIDADE S/S",
        BOOKS,
        at=book.spots["accountant"],
        phone=book.phones["accountant"],
        town=CAMPINAS,
    )
    for name in ("LUMERANDA", "QUIRELVA", "SERVIVA", "ZIMBRAVA"):
        at, phone = book.spots["accountant"], book.phones["accountant"]
        book.company(f"{name} PNEUS LTDA", cnae="4530705", at=at, phone=phone, town=CAMPINAS)
    write_delivery(book.companies, tmp_path, date(2026, 11, 14))
    import_registry(folder=tmp_path, accept_change=True)
    return book


def seen(name, spot=None, **fields):
    place = {
        "id": "a-1",
        "name": name,
        "city": "Campinas - SP",
        "ibge": "3509502",
        "phone": "",
        "postal_code": spot.postal_code if spot else "",
        "street_number": spot.number if spot else "",
        "website": "",
    }
    return place | fields


def judge(tmp_path, *places, **options):
    file = tmp_path / "places.json"
    file.write_text(json.dumps(places), encoding="utf-8")
    out = io.StringIO()
    call_command("resolve_places", str(file), stdout=out, **options)
    return json.loads(out.getvalue()) if options else out.getvalue()


def test_each_place_gets_its_company_with_score_and_reasons(book, tmp_path):
    place = seen("Clínica Odontológica Valdora", book.spots["dentist"], categories=["Dentista"])

    (answer,) = judge(tmp_path, place, json=True)

    assert answer == {
        "id": "a-1",
        "cnpj": book.dentist,
        "score": 111,
        "reasons": ["name", "address", "trade"],
        "dropped_because": None,
    }


def test_a_place_without_a_company_says_why(book, tmp_path):
    doctor = seen("Dr. Otávio Espelhano", book.spots["accountant"], id=7, categories=["Cardiologista"])
    nobody = seen("Restaurante Sem Par", id=None)
    nowhere = seen("Clínica Valdora", id="x", ibge="0000000", city="Lugar Nenhum - XX")

    answers = judge(tmp_path, doctor, nobody, nowhere, json=True)

    assert [(answer["id"], answer["cnpj"]) for answer in answers] == [(7, None), (None, None), ("x", None)]
    assert [answer["dropped_because"] for answer in answers] == ["no_cnpj", "no_cnpj", "unknown_city"]
    assert "-other_trade_in_name" in answers[0]["reasons"]


def test_an_accountants_own_place_is_not_made_ambiguous_by_its_clients(book, tmp_path):
    phone = f"(19) {book.phones['accountant'][:4]}-{book.phones['accountant'][4:]}"
    place = seen("Nortiba Contabilidade", book.spots["accountant"], phone=phone, categories=["Contador"])

    (answer,) = judge(tmp_path, place, json=True)

    assert answer["cnpj"] == book.accountant


@pytest.mark.parametrize(
    "fields",
    [
        {"website": "https://www.valdora.example/contato"},
        {"city": "Campinas - SP", "ibge": ""},
        {"categories": "Dentista"},
        {"categories": None, "postal_code": None, "street_number": 0},
        {"unknown": {"nested": []}},
    ],
)
def test_fields_may_be_missing_or_odd(book, tmp_path, fields):
    (answer,) = judge(tmp_path, seen("Clínica Odontológica Valdora", **fields), json=True)

    assert answer["cnpj"] == book.dentist


def test_what_the_fields_lack_is_read_from_the_address(book, tmp_path):
    spot = book.spots["dentist"]
    address = f"{spot.sign_street}, {spot.number} sala 3 - Centro - Campinas - SP"

    (answer,) = judge(tmp_path, seen("Valdora", address=address, categories=["Dentista"]), json=True)

    assert (answer["cnpj"], answer["reasons"]) == (book.dentist, ["name", "building", "trade"])


def test_an_old_load_is_judged_all_the_same(book, tmp_path):
    RegistryImport.objects.update(delivery_date=date(2020, 1, 1))

    (answer,) = judge(tmp_path, seen("Clínica Odontológica Valdora"), json=True)

    assert answer["cnpj"] == book.dentist


def test_people_get_a_line_for_each_place(book, tmp_path):
    told = judge(tmp_path, seen("Clínica Odontológica Valdora"), seen("Sem Par", id="b-2"))

    assert f"a-1: {book.dentist}, 76 pontos: name, trade" in told
    assert "b-2: nenhuma (no_cnpj), 0 pontos: nada a favor" in told


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("{", "não é um JSON válido"), ('{"id": 1}', "lista de lugares"), ("[1]", "lista de lugares")],
)
def test_a_file_that_is_none_ends_in_a_sentence(db, tmp_path, content, sentence):
    file = tmp_path / "places.json"
    file.write_text(content)

    with pytest.raises(CommandError, match=sentence):
        call_command("resolve_places", str(file))
    with pytest.raises(CommandError, match="não pôde ser lido"):
        call_command("resolve_places", str(tmp_path / "nothing.json"))

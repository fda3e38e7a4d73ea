"""Of a company's takers the reader is shown those that the words can name, however many there are (§5.5)."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nfse.models import InvoiceRequest, Taker
from nfse.tests.issuing import make_shop
from whatsapp.reading.takers import match_takers
from whatsapp.reading.values import Candidate
from whatsapp.services.talking.candidates import MOST_CANDIDATES, list_candidates

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 1_000
FIRST = (
    *("Padaria", "Mercado", "Oficina", "Escola", "Farmácia"),
    *("Auto", "Peças", "Estúdio", "Transportes", "Distribuidora"),
)
SECOND = (
    *("Aurora", "Boa-Vista", "Central", "Dourados", "Esperança"),
    *("Figueiredo", "Gaúcha", "Horizonte", "Ipê", "Jequitibá"),
)
THIRD = (
    "Alves",
    "Brito",
    "Cunha",
    "Duarte",
    "Evangelista",
    "Falcão",
    "Guedes",
    "Holanda",
    "Itamar",
    "Juarez",
)


@pytest.fixture
def shop(sandbox, office):
    """A company that made a note out to each of very many takers; the oldest is the clinic."""
    shop = make_shop(office, sandbox, "plugnotas")
    request = shop.confirm()
    names = [f"{FIRST[n % 10]} {SECOND[n // 10 % 10]} {THIRD[n // 100]} Ltda" for n in range(MANY)]
    copy_taker(shop.taker, names)
    copy_request(request)
    return shop


def copy_taker(taker, names):
    with connection.cursor() as cursor:
        for n, name in enumerate(names):
            values = {"id": 1_000_000 + n, "name": name, "document_index": f"{n:064x}"}
            copy(cursor, Taker, taker.pk, values)


def copy_request(request):
    with connection.cursor() as cursor:
        for n in range(MANY):
            values = {
                "id": 1_000_000 + n,
                "taker_id": 1_000_000 + n,
                "number": 1_000 + n,
                "integration_id": f"i{n}",
                "form_key": f"00000000-0000-0000-0000-{n:012}",
            }
            copy(cursor, InvoiceRequest, request.pk, values)


def copy(cursor, model, pk, values):
    names = [field.column for field in model._meta.concrete_fields]
    picked = ", ".join("%s" if name in values else f'"{name}"' for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    table = model._meta.db_table
    given = [values[name] for name in names if name in values]
    cursor.execute(f"INSERT INTO {table} ({listed}) SELECT {picked} FROM {table} WHERE id = {pk}", given)  # noqa: S608


def list_all(shop):
    """All takers as candidates, as if the reader were shown every one."""
    rows = Taker.objects.filter(firm=shop.office.firm).order_by("-pk").values_list("pk", "name", "nickname")
    return [Candidate(str(pk), tuple(filter(None, (name, nickname)))) for pk, name, nickname in rows]


SAID = (
    "nota de 1500 pra Clínica Bem Viver manutenção do site",
    "1500 CLINICA BEM VIVER",
    "clinca bem viver 1500",
    "para a clínica ben viver, consultoria",
    "300 reais padaria aurora duarte",
    "padria boa vista holanda, 200",
    "p/ Distribuidora Jequitibá Juarez ltda valor 10",
    "distribuidra jequitiba juarez",
    "estudio gaucha alves e mercado central cunha",
    "farmácya esperanca falcao",
    "auto figueiredo guedes troca de óleo",
    "sim",
    "nota de manutenção em novembro",
)


def test_what_a_message_names_is_found_as_if_every_taker_were_read(shop):
    everybody = list_all(shop)
    found = {}
    for text in SAID:
        shown = list_candidates(shop.office.firm.pk, shop.company.pk, [text])
        assert len(shown) <= MOST_CANDIDATES
        found[text] = match_takers(text.lower(), shown)

    assert found == {text: match_takers(text.lower(), everybody) for text in SAID}
    assert found[SAID[0]] == found[SAID[2]] == (str(shop.taker.pk),)


def test_a_nickname_is_a_name(shop):
    Taker.objects.filter(pk=shop.taker.pk).update(nickname="Zezé do Açaí")

    (shown,) = list_candidates(shop.office.firm.pk, shop.company.pk, ["nota pro zeze do acai"])

    assert shown.key == str(shop.taker.pk)


def test_a_name_after_a_long_description_is_found(shop):
    figures = " ".join(str(number) for number in range(1_000, 1_060))
    description = " ".join(f"{first}agem{second}" for first in FIRST for second in SECOND)

    shown = list_candidates(
        shop.office.firm.pk, shop.company.pk, [figures, description, "pra clínica bem viver"]
    )

    assert str(shop.taker.pk) in [one.key for one in shown]


def test_a_short_name_is_found_beside_many_words(shop):
    Taker.objects.filter(pk=shop.taker.pk).update(nickname="3M")
    description = " ".join(f"{first}agem{second}" for first in FIRST for second in THIRD)

    shown = list_candidates(shop.office.firm.pk, shop.company.pk, [description, "pra 3m"])

    assert str(shop.taker.pk) in [one.key for one in shown]


def test_words_that_are_of_no_name_read_nothing(shop):
    with CaptureQueriesContext(connection) as queries:
        assert list_candidates(shop.office.firm.pk, shop.company.pk, ["a nota", ""]) == []
        assert list_candidates(shop.office.firm.pk, None, ["clínica"]) == []

    assert len(queries) == 0


def test_who_never_had_a_note_of_the_company_is_no_candidate(shop):
    stranger = Taker(firm=shop.office.firm, name="Clínica Bem Viver Filial", cnpj="")
    stranger.document = "52998224725"
    stranger.save()

    shown = list_candidates(shop.office.firm.pk, shop.company.pk, ["clínica bem viver filial"])

    assert str(stranger.pk) not in [one.key for one in shown]


def test_the_longest_message_is_read_in_little_time(shop):
    said = " ".join(f"{word}{end}" for end in ("", *"abcdefgh") for word in (*FIRST, *SECOND, *THIRD))
    began = time.monotonic()

    shown = list_candidates(shop.office.firm.pk, shop.company.pk, [said])

    assert len(shown) == MOST_CANDIDATES
    assert time.monotonic() - began < 2

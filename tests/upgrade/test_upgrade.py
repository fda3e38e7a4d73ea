"""A database that 69d6da9 filled migrates to today's models and reads the same (README.md)."""

import json
import lzma
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from accounts.models import User
from embedded.servers import POSTGRES_BIN
from nfse.models import Company, InvoiceRequest, Package, Taker
from tests.upgrade.reading import EXPECTED, read_everything

HERE = Path(__file__).parent
PARTS = json.loads(EXPECTED.read_text(encoding="utf-8"))


def read_keys() -> dict[str, str | list[str]]:
    """The settings under which the rows were encrypted."""
    lines = (HERE / "keys.env").read_text().splitlines()
    keys = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    return {name: value.split(",") if name.endswith("S") else value for name, value in keys.items()}


def psql(url: str, *arguments: str, sql: bytes = b"") -> None:
    command = [POSTGRES_BIN / "psql", "-XAq", "-v", "ON_ERROR_STOP=1", *arguments, url]
    subprocess.run(command, input=sql, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def upgraded(django_db_blocker) -> Iterator[None]:
    """The old database, restored under a name of its own and migrated; Django's connection leads there."""
    server, name = os.environ["DATABASE_URL"].rpartition("/")[0], f"nitro_upgrade_{os.getpid()}"
    usual = connection.settings_dict["NAME"]
    psql(f"{server}/postgres", "-c", f"CREATE DATABASE {name} TEMPLATE nitro")
    try:
        psql(f"{server}/{name}", sql=lzma.decompress((HERE / "rows.sql.xz").read_bytes()))
        connection.close()
        connection.settings_dict["NAME"] = name
        with django_db_blocker.unblock(), override_settings(**read_keys(), FILES_ROOT=HERE / "files"):
            call_command("migrate", verbosity=0)
            yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        psql(f"{server}/postgres", "-c", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def read(upgraded) -> dict[str, object]:
    """What today's code reads, as JSON says it."""
    return json.loads(json.dumps(read_everything()))


@pytest.mark.parametrize("part", PARTS)
def test_it_reads_the_same(read, part):
    assert read[part] == PARTS[part]


def test_nothing_else_is_expected_than_is_read(read):
    assert read.keys() == PARTS.keys()


def test_the_ledger_is_whole(upgraded):
    call_command("check_ledger")


def test_a_person_is_still_found_by_a_cpf_that_is_encrypted(upgraded):
    assert Taker.objects.get(document_index=Taker.index_document("99941235058")).cpf == "99941235058"


FIRM_PAGES = (
    *("/notas/", "/notas/avisos/?todos=1", "/notas/emitidas/", "/notas/emitidas/nova/", "/notas/empresas/"),
    *("/notas/certificados/", "/notas/tomadores/", "/notas/fechamento/", "/notas/equipe/"),
    *("/notas/configuracoes/", "/notas/historico/", "/notas/consulta/", "/notas/emitidas/exportacoes/"),
)
BUYER_PAGES = ("/leads/", "/leads/buscas/", "/leads/base/", "/creditos/extrato/", "/conta/")
OPERATOR_PAGES = ("/operacao/fila/", "/operacao/fila/trabalhos/", "/admin/credits/wallet/")


@pytest.mark.parametrize(
    ("person", "page"),
    [
        *(("dona", page) for page in FIRM_PAGES),
        *(("comprador", page) for page in BUYER_PAGES),
        *(("operador", page) for page in OPERATOR_PAGES),
    ],
)
def test_the_lists_open(upgraded, person, page):
    assert browser_of(person).get(page).status_code == 200


def test_every_note_opens_and_says_its_number(upgraded):
    browser = browser_of("contador")
    for request in InvoiceRequest.objects.select_related("invoice"):
        page = browser.get(f"/notas/emitidas/{request.pk}/")
        note = getattr(request, "invoice", None)
        assert page.status_code == 200
        assert note is None or note.number in page.content.decode()


def test_every_company_and_taker_of_the_firm_opens(upgraded):
    browser = browser_of("contador")
    for kind, model in (("empresas", Company), ("tomadores", Taker)):
        for row in model.objects.filter(firm__account__memberships__user__email="contador@demo.example"):
            assert browser.get(f"/notas/{kind}/{row.pk}/", follow=True).status_code == 200


def test_the_closing_is_still_downloaded(upgraded):
    closing = Package.objects.get(kind="closing")
    answer = browser_of("contador").get(f"/notas/fechamento/{closing.pk}/baixar/")
    assert b"".join(answer.streaming_content).startswith(b"PK")


def browser_of(person: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{person}@demo.example"))
    return client

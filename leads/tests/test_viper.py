"""Viper's company call: every shape of viper.md §2, and the real client against the sandbox."""

import json

import pytest

from core.errors import ProviderAccountTrouble, Refused, Unavailable, Unreadable
from leads.gateways.base import CompanyContacts, NotFound
from leads.gateways.viper import ViperEnrichment, read_contacts
from registry.gateways.viper import ViperRegistry, read_record

CNPJ = "99451237000156"
VALDORA = json.loads("""
{
  "razao_social": "VALDORA ODONTOLOGIA LTDA",
  "nome_fantasia": "CLINICA ODONTOLOGICA VALDORA",
  "situacao": "ATIVA",
  "logradouro": "RUA DAS ACACIAS",
  "numero": "577",
  "bairro": "VILA NOVA",
  "cidade": "CAMPINAS",
  "uf": "SP",
  "cep": "13073145",
  "telefones": ["1930001234", "19990001234", "", "1930001234"],
  "emails": ["contato@valdora.example", ""],
  "enderecos": [
    {"TIPO_LOGRADOURO": "RUA", "LOGRADOURO": "DAS ACACIAS", "NUMERO": "577", "COMPLEMENTO": "SALA 2",
     "BAIRRO": "VILA NOVA", "CIDADE": "CAMPINAS", "UF": "SP", "CEP": "13073145"}
  ]
}
""")
NOBODY = {"razao_social": "", "nome_fantasia": None, "telefones": [], "emails": [""], "enderecos": []}
TOP_LEVEL = ("logradouro", "numero", "bairro", "cidade", "uf", "cep")


def upper(answer):
    return {key.upper(): value for key, value in answer.items()}


# --- Contacts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [VALDORA, upper(VALDORA), [VALDORA]])
def test_contacts_come_once_each_mobiles_first(answer):
    contacts = read_contacts(answer, CNPJ)
    assert contacts.phones == ("+5519990001234", "+551930001234")
    assert contacts.emails == ("contato@valdora.example",)
    assert contacts.legal_name == "VALDORA ODONTOLOGIA LTDA"


@pytest.mark.parametrize(
    "value",
    [
        "1930001234",
        ["1930001234"],
        {"TELEFONE": "1930001234"},
        {"telefone": ["1930001234", ""]},
        [{"TELEFONE": "1930001234"}],
        [["1930001234"], None, {}],
        1930001234,
    ],
)
def test_phones_in_every_shape(value):
    assert read_contacts(VALDORA | {"telefones": value}, CNPJ).phones == ("+551930001234",)


@pytest.mark.parametrize("value", [None, "", {}, [], [""], {"OUTRO": "1930001234"}])
def test_no_phones_in_every_shape(value):
    assert read_contacts(VALDORA | {"telefones": value}, CNPJ).phones == ()


def test_whatsapp_wins_over_mobile_and_mobile_over_landline():
    phones = {
        "TELEFONES_FIXOS": ["1930001234", "19990001234"],
        "TELEFONES_MOVEIS": {"TELEFONE": "19990001234"},
        "whatsapps": ["19980004321"],
        "telefones": ["08007001234"],
    }
    assert read_contacts(VALDORA | phones, CNPJ).phones == (
        "+5519980004321",
        "+5519990001234",
        "+551930001234",
        "08007001234",
    )


def test_area_code_55_survives():
    contacts = read_contacts(VALDORA | {"telefones": ["5530001234", "5555990001234"]}, CNPJ)
    assert contacts.phones == ("+5555990001234", "+555530001234")


@pytest.mark.parametrize("value", ["Contato@Valdora.example", {"EMAIL": "contato@valdora.example "}])
def test_emails_in_every_shape(value):
    assert read_contacts(VALDORA | {"emails": value}, CNPJ).emails == ("contato@valdora.example",)


def test_neither_name_nor_contact_is_not_found():
    assert read_contacts(NOBODY, CNPJ) == NotFound(CNPJ, "viper")
    assert read_record(NOBODY, CNPJ) is None


@pytest.mark.parametrize(
    "answer", [{}, [], None, "text", {"erro": "x"}, [VALDORA, VALDORA], {"dados": VALDORA}]
)
def test_a_shape_that_we_do_not_know_is_an_error_with_a_masked_sample(answer):
    for read in (read_contacts, read_record):
        with pytest.raises(Unreadable) as caught:
            read(answer, CNPJ)
        assert "1930001234" not in caught.value.detail


# --- As a registry ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        VALDORA,
        upper(VALDORA),
        {key: value for key, value in VALDORA.items() if key != "enderecos"},
        {key: value for key, value in VALDORA.items() if key not in TOP_LEVEL},
        {key: value for key, value in VALDORA.items() if key not in TOP_LEVEL}
        | {"enderecos": {key.lower(): value for key, value in VALDORA["enderecos"][0].items()}},
    ],
)
def test_the_address_is_read_from_both_places(answer):
    record = read_record(answer, CNPJ)
    assert (record.street, record.number, record.district) == ("RUA DAS ACACIAS", "577", "VILA NOVA")
    assert (record.city_name, record.uf, record.postal_code) == ("CAMPINAS", "SP", "13073145")
    assert record.is_active


@pytest.mark.parametrize(
    ("text", "code"),
    [("ATIVA", "02"), ("Baixada", "08"), ("INAPTA", "04"), ("ATIVA NÃO REGULAR", ""), (None, "")],
)
def test_the_status_is_read_as_the_receitas_code(text, code):
    assert read_record(VALDORA | {"situacao": text}, CNPJ).status == code


def test_a_name_with_its_owners_cpf_is_a_persons():
    record = read_record(VALDORA | {"razao_social": "JOAO HORTENSIANO 99993401994"}, CNPJ)
    assert (record.legal_name, record.is_individual) == ("JOAO HORTENSIANO", True)


# --- Over HTTP --------------------------------------------------------------------------------------


@pytest.fixture
def known(sandbox):
    """A company that the vendor knows."""
    for cnpj in sandbox.world("pet shop", "Santa Maria - RS")["right"]:
        try:
            if isinstance(ViperEnrichment().get_company(cnpj), CompanyContacts):
                return cnpj
        except Refused:
            continue
    raise AssertionError("the sandbox's vendor knows nobody")


def test_a_company_is_found_by_both_readings(known):
    assert ViperEnrichment().get_company(known).legal_name
    assert ViperRegistry().get_company(known).city_name == "SANTA MARIA"


def test_a_404_of_the_vendor_is_a_fault_until_we_know_better(sandbox):
    sandbox.fail("viper", "status", status=404)
    with pytest.raises(Refused):
        ViperRegistry().get_company(CNPJ)


@pytest.mark.parametrize("status", [401, 402, 403])
def test_our_key_or_quota_is_our_trouble(sandbox, status):
    sandbox.fail("viper", "status", status=status)
    with pytest.raises(ProviderAccountTrouble):
        ViperEnrichment().get_company(CNPJ)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "status": 500}, Unavailable),
        ({"kind": "status", "status": 429}, Unavailable),
        ({"kind": "drop"}, Unavailable),
        ({"kind": "garbage"}, Unreadable),
        ({"kind": "html"}, Unreadable),
    ],
)
def test_faults_are_errors_and_never_not_found(sandbox, fault, error):
    sandbox.fail("viper", **fault)
    with pytest.raises(error):
        ViperEnrichment().get_company(CNPJ)

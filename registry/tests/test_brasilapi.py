"""BrasilAPI: the recorded object (registry.md §1.2), and the real client against the sandbox."""

import json
from datetime import date

import pytest

from core.errors import ProviderAccountTrouble, Refused, Unavailable, Unreadable
from registry.gateways.brasilapi import BrasilApiRegistry, read_record

CNPJ = "99451237000156"
VALDORA = json.loads("""
{
  "cnpj": "99451237000156",
  "identificador_matriz_filial": 1, "descricao_identificador_matriz_filial": "MATRIZ",
  "razao_social": "VALDORA ODONTOLOGIA LTDA", "nome_fantasia": "CLINICA ODONTOLOGICA VALDORA",
  "situacao_cadastral": 2, "descricao_situacao_cadastral": "ATIVA", "data_situacao_cadastral": "2015-03-12",
  "motivo_situacao_cadastral": 0, "descricao_motivo_situacao_cadastral": "SEM MOTIVO",
  "nome_cidade_no_exterior": "", "codigo_pais": null, "pais": null,
  "data_inicio_atividade": "2015-03-12",
  "cnae_fiscal": 8630504, "cnae_fiscal_descricao": "Atividade odontológica",
  "cnaes_secundarios": [{"codigo": 0, "descricao": ""}],
  "descricao_tipo_de_logradouro": "RUA", "logradouro": "DAS ACACIAS", "numero": "577",
  "complemento": "SALA 2", "bairro": "VILA NOVA",
  "cep": "13073145", "uf": "SP", "codigo_municipio": 6291, "codigo_municipio_ibge": 3509502,
  "municipio": "CAMPINAS",
  "ddd_telefone_1": "1930001234", "ddd_telefone_2": "1990001234", "ddd_fax": "", "email": null,
  "opcao_pelo_simples": true, "data_opcao_pelo_simples": "2015-03-12", "data_exclusao_do_simples": null,
  "opcao_pelo_mei": false, "data_opcao_pelo_mei": null, "data_exclusao_do_mei": null,
  "codigo_natureza_juridica": 2062, "natureza_juridica": "Sociedade Empresária Limitada",
  "qualificacao_do_responsavel": 49, "capital_social": 100000, "codigo_porte": 1, "porte": "MICRO EMPRESA",
  "ente_federativo_responsavel": "", "qsa": [], "regime_tributario": null
}
""")


def read(**fields):
    return read_record(VALDORA | fields, CNPJ)


def test_the_object_becomes_a_record():
    record = read()
    assert (record.cnpj, record.legal_name, record.trade_name) == (
        CNPJ,
        "VALDORA ODONTOLOGIA LTDA",
        "CLINICA ODONTOLOGICA VALDORA",
    )
    assert record.is_active
    assert (record.ibge_code, record.siafi_code, record.uf) == ("3509502", "6291", "SP")
    assert (record.street, record.number, record.postal_code) == ("RUA DAS ACACIAS", "577", "13073145")
    assert record.phones == ("+551930001234", "+5519990001234")
    assert (record.opening_date, record.size, record.is_individual) == (date(2015, 3, 12), "01", False)


def test_codes_get_their_lost_zeros_back():
    record = read(cnae_fiscal=111301, codigo_municipio=643, codigo_porte=0, cep="1310000")
    assert (record.main_cnae, record.siafi_code, record.size) == ("0111301", "0643", "00")
    assert record.postal_code == "01310000"


def test_nothing_but_the_cnpj_is_needed():
    record = read_record({"cnpj": CNPJ}, CNPJ)
    assert (record.status, record.phones, record.main_cnae, record.email) == ("", (), "", "")
    assert not record.is_active


def test_area_code_55_survives():
    assert read(ddd_telefone_1="5530001234", ddd_telefone_2="5590001234").phones == (
        "+555530001234",
        "+5555990001234",
    )


def test_phones_that_are_none_are_left_out():
    assert read(ddd_telefone_1="00", ddd_telefone_2="1130").phones == ()


def test_the_owners_cpf_leaves_the_name():
    assert read(razao_social="JOAO HORTENSIANO 99993401994").legal_name == "JOAO HORTENSIANO"
    assert (
        read(razao_social="99.919.078 GABRIEL PEREIRA VALVERDINO").legal_name == "GABRIEL PEREIRA VALVERDINO"
    )


@pytest.mark.parametrize("fields", [{"codigo_natureza_juridica": 2135}, {"opcao_pelo_mei": True}])
def test_a_person_behind_the_company_is_marked(fields):
    assert read(**fields).is_individual


@pytest.mark.parametrize("value", ["1900-01-01", "2999-01-01", "2021-02-30", "", None])
def test_dates_that_are_none_stay_empty(value):
    assert read(data_situacao_cadastral=value).status_date is None


def test_statuses_keep_their_code():
    assert [read(situacao_cadastral=code).status for code in (1, 3, 8)] == ["01", "03", "08"]


@pytest.mark.parametrize("answer", [{}, [], "text", None, VALDORA | {"cnpj": "99423561000160"}])
def test_an_answer_about_nobody_or_somebody_else_is_an_error(answer):
    with pytest.raises(Unreadable) as caught:
        read_record(answer, CNPJ)
    assert "VALDORA" not in caught.value.detail


# --- Over HTTP --------------------------------------------------------------------------------------


def known_cnpj(sandbox):
    return sandbox.world("pet shop", "Santa Maria - RS")["right"][0]


def test_a_company_is_found(sandbox):
    cnpj = known_cnpj(sandbox)
    record = BrasilApiRegistry().get_company(cnpj)
    assert (record.cnpj, record.source, record.ibge_code) == (cnpj, "brasilapi", "4316907")


def test_not_found_is_unknown_not_absent(sandbox):
    assert BrasilApiRegistry().get_company("19131243000197") is None


def test_a_block_is_trouble_of_ours(sandbox):
    sandbox.fail("brasilapi", "status", status=403)
    with pytest.raises(ProviderAccountTrouble):
        BrasilApiRegistry().get_company(known_cnpj(sandbox))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "status": 500}, Unavailable),
        ({"kind": "status", "status": 429}, Unavailable),
        ({"kind": "status", "status": 400}, Refused),
        ({"kind": "drop"}, Unavailable),
        ({"kind": "garbage"}, Unreadable),
        ({"kind": "html"}, Unreadable),
    ],
)
def test_faults_are_errors_and_never_not_found(sandbox, fault, error):
    cnpj = known_cnpj(sandbox)
    sandbox.fail("brasilapi", **fault)
    with pytest.raises(error):
        BrasilApiRegistry().get_company(cnpj)


def test_the_days_budget_is_kept(sandbox, settings):
    settings.BRASILAPI_DAILY_CALLS = 2
    cnpj = known_cnpj(sandbox)
    for _ in range(2):
        BrasilApiRegistry().get_company(cnpj)
    with pytest.raises(Unavailable) as caught:
        BrasilApiRegistry().get_company(cnpj)
    assert caught.value.retry_after
    assert len(sandbox.calls("brasilapi")) == 2


def test_without_the_cache_companies_are_still_found(sandbox, settings):
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    assert BrasilApiRegistry().get_company(known_cnpj(sandbox))

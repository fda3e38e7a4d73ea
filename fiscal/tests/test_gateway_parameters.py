from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fiscal.documents.certificates import open_pfx
from fiscal.gateways.national import client as national_client
from fiscal.gateways.national.client import Answer
from fiscal.gateways.parameters import (
    Agreement,
    ParametersGateway,
    incidence_city,
    is_well_formed,
    read_agreement,
    read_rate,
    service_code,
)
from fiscal.tests.notes import ISSUER_CNPJ, PASSWORD, PORTO_ALEGRE, make_service, make_snapshot
from fiscal.values import CityParameters

SUZANO, VARZEA_GRANDE = "3552502", "5108402"
DAY = date(2026, 11, 22)


@pytest.fixture
def parameters(sandbox, sandbox_server, monkeypatch):
    monkeypatch.setattr(national_client, "RETRY_WAITS", ())
    pfx = sandbox_server.make_pfx(ISSUER_CNPJ, password=PASSWORD)
    return ParametersGateway(environment="staging", certificate=open_pfx(pfx, PASSWORD))


def asked(sandbox):
    return len(sandbox.calls("parameters"))


def test_a_city_of_the_national_issuer(parameters):
    assert parameters.find_agreement(PORTO_ALEGRE) == Agreement(True, True, True)


def test_a_city_that_only_shares_its_notes(parameters):
    assert parameters.find_agreement(SUZANO) == Agreement(True, True, False)


def test_a_city_without_an_agreement_is_known_not_to_have_one(sandbox, parameters):
    assert parameters.find_agreement(VARZEA_GRANDE) == Agreement(False, False, False)

    parameters.find_agreement(VARZEA_GRANDE)
    assert asked(sandbox) == 1


def test_an_answer_is_kept_for_a_day(sandbox, parameters):
    parameters.find_agreement(PORTO_ALEGRE)
    sandbox.set_city(PORTO_ALEGRE, uses_national_issuer=False)

    assert parameters.find_agreement(PORTO_ALEGRE).uses_national_issuer
    assert asked(sandbox) == 1


def test_without_a_certificate_only_what_is_kept_is_told(sandbox, parameters):
    silent = ParametersGateway(environment="staging", certificate=None)
    assert silent.find_parameters(make_snapshot()) == CityParameters()
    assert asked(sandbox) == 0

    known = parameters.find_parameters(make_snapshot())

    assert silent.find_parameters(make_snapshot()) == known
    assert known.uses_national_issuer


def test_environments_are_kept_apart(sandbox, sandbox_server, parameters):
    parameters.find_agreement(PORTO_ALEGRE)
    pfx = sandbox_server.make_pfx(ISSUER_CNPJ, password=PASSWORD)

    ParametersGateway(environment="production", certificate=open_pfx(pfx, PASSWORD)).find_agreement(
        PORTO_ALEGRE
    )

    assert asked(sandbox) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 404},
        {"kind": "status", "status": 403},
        {"kind": "html"},
        {"kind": "garbage"},
        {"kind": "drop"},
    ],
    ids=lambda fault: str(fault.get("status", fault["kind"])),
)
def test_a_failure_is_unknown_and_is_not_kept(sandbox, parameters, fault):
    sandbox.fail("parameters", **fault)
    assert parameters.find_agreement(PORTO_ALEGRE) is None

    sandbox.heal()
    assert parameters.find_agreement(PORTO_ALEGRE) == Agreement(True, True, True)


def test_without_a_cache_every_question_is_asked(sandbox, settings, parameters):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    for _ in range(2):
        assert parameters.find_agreement(PORTO_ALEGRE) == Agreement(True, True, True)

    assert asked(sandbox) == 2


def test_the_rate_of_a_service_on_a_day(sandbox, parameters):
    sandbox.set_city(PORTO_ALEGRE, rate="2.90", since="2026-01-01")

    assert parameters.find_rate(PORTO_ALEGRE, service_code("010701"), DAY) == Decimal("2.9")
    assert parameters.find_rate(PORTO_ALEGRE, service_code("010701"), date(2025, 12, 31)) is None


def test_a_service_that_the_city_does_not_have_has_no_rate(sandbox, parameters):
    sandbox.set_city(PORTO_ALEGRE, services_off=["010701"])

    assert parameters.find_rate(PORTO_ALEGRE, service_code("010701"), DAY) is None


def test_parameters_of_a_note_hold_both_cities(sandbox, parameters):
    sandbox.set_city(SUZANO, rate="3.00")
    service = make_service(ctribnac="070202", place_city_code=SUZANO)

    found = parameters.find_parameters(make_snapshot(service=service))

    assert (found.agreement_exists, found.agreement_active, found.uses_national_issuer) == (True, True, True)
    assert (found.incidence_agreement_active, found.rate) == (True, Decimal("3.0"))


def test_parameters_that_nobody_answers_are_unknown_one_by_one(sandbox, parameters):
    sandbox.fail("parameters", "status", status=500)

    assert parameters.find_parameters(make_snapshot()) == CityParameters()


# --- Reading ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(("value", "switch"), [(1, True), (0, False), (-1, None), (None, None), ("1", None)])
def test_a_switch_is_yes_no_or_unknown(value, switch):
    found = read_agreement({"parametrosConvenio": {"aderenteEmissorNacional": value}})

    assert found.uses_national_issuer is switch


@pytest.mark.parametrize(
    ("status", "body", "well_formed"),
    [
        (200, {"parametrosConvenio": {}}, True),
        (404, {"parametrosConvenio": None, "mensagem": "…"}, True),
        (404, {"aliquotas": None}, True),
        (404, {"mensagem": "…"}, False),
        (404, None, False),
        (200, {"parametrosConvenio": None}, False),
        (400, {"aliquotas": None, "mensagem": "Chamada mal formada."}, False),
        (200, [], False),
    ],
)
def test_only_a_well_formed_answer_says_something(status, body, well_formed):
    assert is_well_formed(Answer(status, body)) is well_formed


@pytest.mark.parametrize(
    ("changes", "rate"),
    [
        ({}, Decimal("5.0")),
        ({"DtFim": "2026-11-22T00:00:00"}, Decimal("5.0")),
        ({"DtFim": "2026-11-21T00:00:00"}, None),
        ({"DtIni": "2026-11-23T00:00:00"}, None),
        ({"Incidencia": "NAO"}, None),
        ({"Aliq": None}, None),
    ],
)
def test_the_rate_in_force_counts(changes, rate):
    row = {"Incidencia": "SIM", "Aliq": 5.00, "DtIni": "2023-01-02T00:00:00", "DtFim": None, **changes}

    assert read_rate({"aliquotas": {"01.07.01.000": [row]}}, "01.07.01.000", DAY) == rate


def test_a_service_code_has_nine_digits():
    assert service_code("010701") == "01.07.01.000"
    assert service_code("010701", "12") == "01.07.01.012"


def test_the_city_of_incidence_follows_the_national_list():
    elsewhere = make_service(ctribnac="070202", place_city_code=SUZANO)

    assert incidence_city(make_snapshot()) == PORTO_ALEGRE
    assert incidence_city(make_snapshot(service=elsewhere)) == SUZANO
    assert incidence_city(make_snapshot(service=replace(elsewhere, ctribnac="999999"))) == PORTO_ALEGRE

"""Each emulator speaks as its contract says (places.md §1, registry.md §1, viper.md §2)."""

import pytest

from sandbox.world.names import person_cpf, person_name
from sandbox.world.numbers import is_cnpj, mask_cnpj

PET_SHOPS = "pet shop em Santa Maria - RS"
NAMES = {"title", "name"}
IDS = {"placeId", "cid", "fid"}


def rows_of(answer):
    body = answer.json()
    return body if isinstance(body, list) else body.get("places", body.get("results", []))


@pytest.fixture
def truth(sandbox):
    return sandbox.world("pet shop", "Santa Maria - RS")


# --- Serper ------------------------------------------------------------------------------------------------


def test_a_page_of_the_map_has_the_shape_of_the_contract(caller):
    answer = caller.maps(PET_SHOPS)
    body = answer.json()
    assert answer.headers["x-nitro-sandbox"] == "true"
    assert body["sandbox"] is True
    assert body["credits"] == 2
    assert body["searchParameters"]["type"] == "maps"
    assert len(rows_of(answer)) == 20
    assert all(NAMES & set(row) and IDS & set(row) for row in rows_of(answer))


def test_all_pages_together_show_every_place(caller, truth):
    pages = [rows_of(caller.maps(PET_SHOPS, page)) for page in range(1, 5)]
    assert {row["cid"] for page in pages for row in page} == {place["cid"] for place in truth["places"]}


def test_page_two_without_coordinates_is_refused(caller):
    answer = caller.maps(PET_SHOPS, page=2, ll=None)
    assert answer.status == 400
    assert answer.json() == {
        "message": "Parameter ll (GPS location) is required for paginated maps search",
        "statusCode": 400,
        "sandbox": True,
    }


def test_past_the_end_comes_nothing_or_page_one_again(caller):
    kinds = set()
    for niche in ("pet shop", "bar", "dentista", "hotel", "padaria", "advogado", "otica", "grafica"):
        first, beyond = (rows_of(caller.maps(f"{niche} em Santa Maria - RS", page)) for page in (1, 9))
        assert beyond in ([], first)
        kinds.add(bool(beyond))
    assert kinds == {True, False}


def test_field_names_vary_between_searches(caller):
    names = {"title": 0, "name": 0, "results": 0, "list": 0}
    for city in ("Campinas - SP", "Curitiba - PR", "Recife - PE", "Natal - RN", "Belém - PA"):
        for niche in ("bar", "hotel", "otica", "dentista", "padaria", "advogado", "grafica", "academia"):
            answer = caller.maps(f"{niche} em {city}")
            body, row = answer.json(), rows_of(answer)[0]
            names["title" if "title" in row else "name"] += 1
            names["list"] += isinstance(body, list)
            names["results"] += isinstance(body, dict) and "results" in body
    assert names["title"] > names["name"] > 0
    assert names["results"] > 0


@pytest.mark.parametrize("query", ["táxi aéreo em Santa Maria - RS", "pet shop em Cidade Inventada - RS"])
def test_no_results_is_an_answer_without_places(caller, query):
    answer = caller.maps(query)
    assert answer.status == 200
    assert "places" not in answer.json()
    assert answer.json()["credits"] == 1


@pytest.mark.parametrize("path", ["maps", "search"])
def test_a_wrong_key_is_refused(caller, path):
    answer = caller.ask("POST", f"/serper/{path}", {"q": "x"}, X_API_KEY="wrong")
    assert answer.status == 403
    assert answer.json() == {"message": "Unauthorized.", "statusCode": 403, "sandbox": True}


def test_a_query_without_words_is_refused(caller):
    assert caller.ask("POST", "/serper/maps", {"page": 1}, X_API_KEY="sandbox").status == 400
    assert caller.ask("POST", "/serper/maps", "x", X_API_KEY="sandbox").status == 400


def test_the_web_shows_the_namesake_before_the_right_company(caller, truth):
    place = next(
        p for p in truth["places"] if p["homonym"] and p["verdict"] == "right" and not p["wrong_cnpj"]
    )
    organic = caller.search(f"CNPJ {place['title']} Santa Maria - RS")["organic"]
    shown = [row["link"].rpartition("/")[2] for row in organic if row["link"].startswith("https://consultas")]
    assert shown[:2] == [place["homonym"], place["cnpj"]]
    assert mask_cnpj(place["cnpj"]) in str(organic)


def test_a_misprint_is_all_that_the_web_knows_of_some(caller, truth):
    place = next(place for place in truth["places"] if place["trap"] == "misprint")
    text = str(caller.search(f"CNPJ {place['title']} Santa Maria - RS"))
    assert mask_cnpj(place["wrong_cnpj"]) in text
    assert place["cnpj"] not in text
    assert not is_cnpj(place["wrong_cnpj"])


def test_the_credits_of_all_answers_are_counted(caller, sandbox):
    spent = caller.maps(PET_SHOPS).json()["credits"] + caller.search("CNPJ Nada Santa Maria - RS")["credits"]
    assert sandbox.counts()["serper_credits"] == spent == 3


# --- BrasilAPI ---------------------------------------------------------------------------------------------


def test_the_registry_knows_every_company_of_the_map(caller, truth):
    for cnpj in [place["cnpj"] for place in truth["places"] if place["cnpj"]]:
        assert caller.registry(cnpj).json()["cnpj"] == cnpj


def test_the_registry_speaks_with_the_types_of_the_contract(caller, truth):
    body = caller.registry(truth["right"][0]).json()
    assert (body["uf"], body["codigo_municipio"], body["codigo_municipio_ibge"]) == ("RS", 8841, 4316907)
    assert body["email"] is None
    assert body["situacao_cadastral"] == 2
    assert isinstance(body["cnae_fiscal"], int)
    assert isinstance(body["capital_social"], float)
    assert body["data_inicio_atividade"][4] == "-"
    assert isinstance(body["cnaes_secundarios"][0]["codigo"], int)
    assert len(body) == 48 + len({"sandbox"})
    assert body["sandbox"] is True


def test_the_registry_takes_a_masked_number(caller, truth):
    assert caller.registry(mask_cnpj(truth["right"][0])).json()["cnpj"] == truth["right"][0]


def test_the_registry_refuses_wrong_digits(caller):
    answer = caller.registry("99451237000157")
    assert answer.status == 400
    assert answer.json()["message"] == "CNPJ 99451237000157 inválido."
    assert (answer.json()["type"], answer.json()["name"]) == ("bad_request", "BadRequestError")


def test_the_registry_does_not_know_everybody(caller):
    answer = caller.registry("12ABC34501DE35")
    assert answer.status == 404
    assert answer.json()["message"] == "CNPJ 12.ABC.345/01DE-35 não encontrado."


def test_a_reset_makes_strangers_unknown_again(caller):
    caller.ask("POST", "/_control/registry", {"known": True})
    assert caller.registry("12ABC34501DE35").status == 200
    caller.sandbox.reset()
    assert caller.registry("12ABC34501DE35").status == 404


@pytest.mark.parametrize(("agent", "status"), [("node", 403), ("", 429)])
def test_the_registry_turns_away_nameless_clients(caller, agent, status):
    assert caller.ask("GET", "/brasilapi/api/cnpj/v1/99451237000156", User_Agent=agent).status == status


def test_sample_companies_come_with_their_oddities(caller):
    abroad, odd_status = (caller.registry(cnpj).json() for cnpj in ("99398922000166", "99370825000165"))
    assert (abroad["uf"], abroad["codigo_municipio_ibge"]) == ("EX", None)
    assert odd_status["situacao_cadastral"] in (5, 7)


# --- Viper -------------------------------------------------------------------------------------------------


def bodies(caller, cnpjs):
    return [answer.json() for answer in map(caller.viper, cnpjs) if answer.status == 200]


def test_the_vendor_gives_contacts_in_more_than_one_shape(caller, truth):
    found = bodies(caller, truth["right"])
    lower = [{name.lower(): value for name, value in body.items()} for body in found]
    assert {"razao_social", "telefones", "emails", "sandbox"} <= set.intersection(*map(set, lower))
    assert any("RAZAO_SOCIAL" in body for body in found)
    assert any("enderecos" not in body for body in lower)
    assert any("logradouro" not in body for body in lower)
    assert any("" in body["telefones"] for body in lower)
    assert any("" in body["emails"] for body in lower)


def test_the_vendor_agrees_with_the_registry_on_the_city(caller, truth):
    found = [{name.lower(): value for name, value in body.items()} for body in bodies(caller, truth["right"])]
    cities = {body["cidade"] for body in found if body.get("cidade")}
    assert cities == {"SANTA MARIA"}


def test_the_vendor_says_not_found_in_two_ways(caller, world):
    unknown = [cnpj for cnpj in list(world.sample.companies)[:400] if is_cnpj(cnpj)]
    answers = [caller.viper(cnpj) for cnpj in unknown]
    assert any(answer.status == 404 for answer in answers)
    assert any(answer.status == 200 and answer.json().get("razao_social") == "" for answer in answers)


def test_the_vendor_refuses_a_wrong_key(caller, truth):
    assert caller.viper(truth["right"][0], key="Basic wrong").status == 401
    assert caller.viper(truth["right"][0], key="sandbox").status == 401


def test_a_person_comes_in_every_shape_that_was_seen(caller):
    answers = [caller.person(person_cpf(number)) for number in range(60)]
    found = [answer.json() for answer in answers if answer.status == 200]
    lists = [body for body in found if isinstance(body.get("telefones_moveis"), list)]
    objects = [body for body in found if isinstance(body.get("TELEFONES_MOVEIS"), dict)]
    odd = [body for body in found if isinstance(body.get("telefones_moveis"), str | dict)]
    assert len(lists) > len(objects) > len(odd) > 0
    assert {answer.status for answer in answers} == {200, 404}


def test_a_person_has_one_name_everywhere(caller):
    cpf = person_cpf("partner", "anyone")
    body = {name.lower(): value for name, value in caller.person(cpf).json().items()}
    assert (body["dados_gerais"]["nome"], body["dados_gerais"]["CPF"]) == (person_name(cpf), cpf)


def test_numbers_that_are_no_cpf_of_the_sandbox_are_nobody(caller):
    for cpf in ("99912034512", "12345678909"):
        answer = caller.person(cpf)
        assert answer.status == 404 or not answer.json()["dados_gerais"]

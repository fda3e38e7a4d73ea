"""The tax profile and the services of a company, page by page (N2, N3, A18)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from nfse.models import ServiceProfile, Taker, TaxProfile
from nfse.permissions import RIGHTS, Role
from nfse.selectors.companies import find_tax_profile, get_company, list_services
from nfse.services.issuing.sampling import try_service
from nfse.tests.firms import make_certificate, make_company, make_service, make_taker, make_tax_profile

pytestmark = pytest.mark.django_db
SIMPLES = {
    "simples_apportionment": "1",
    "total_tax_percent": "6,00",
    "limit_cents": "50.000,00",
    "series": "900",
    "cindop": "",
    "cst": "",
    "cclasstrib": "",
}
MEI = {"limit_cents": "5000", "series": "7", "cindop": "", "cst": "", "cclasstrib": ""}
NORMAL = MEI | {"total_tax_federal": "13,45", "total_tax_state": "0", "total_tax_municipal": "2,5"}
SERVICE = {
    "nickname": "Site",
    "ctribnac": "01.07.01",
    "incidence_rule": "provider",
    "ctribmun": "",
    "cnbs": "",
    "cnae": "",
    "iss_rate": "2,5",
    "keywords": "Site, Manutenção de sites",
    "description_template": "Manutenção do site",
}


def text_of(answer):
    return " ".join(answer.content.decode().split())


def fiscal(company):
    return f"/notas/empresas/{company.pk}/fiscal/"


def new(company):
    return f"/notas/empresas/{company.pk}/servicos/novo/"


def at(service, action=""):
    return f"/notas/servicos/{service.pk}/{action}"


# --- Tax profile -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("regime", "sent", "saved"),
    [
        ("simples", SIMPLES, {"simples_apportionment": 1, "total_tax_percent": Decimal("6.00")}),
        ("simples_excess", SIMPLES | {"simples_apportionment": "2"}, {"simples_apportionment": 2}),
        ("mei", MEI, {"total_tax_mode": "not_informed", "series": 7, "limit_cents": 500_000}),
        ("normal", NORMAL, {"total_tax_mode": "percents", "total_tax_municipal": Decimal("2.50")}),
    ],
)
def test_each_regime_has_its_form(accountant, office, regime, sent, saved):
    company = make_company(office.firm, tax_regime=regime)
    form = accountant.get(fiscal(company)).context["form"]
    assert set(sent) <= set(form.fields)
    answer = accountant.post(fiscal(company), sent)
    assert answer.status_code == 302, answer.context["form"].errors
    profile = find_tax_profile(office.firm.pk, company.pk)
    assert {name: getattr(profile, name) for name in saved} == saved


def test_sending_notes_to_the_taker_is_off_until_it_is_chosen(accountant, company):
    accountant.post(fiscal(company), SIMPLES)
    assert find_tax_profile(company.firm_id, company.pk).email_to_taker is False
    assert "A nota não é enviada sozinha" in summary(company, Role.ACCOUNTANT)

    accountant.post(fiscal(company), SIMPLES | {"email_to_taker": "on"})
    assert accountant.get(fiscal(company)).context["form"]["email_to_taker"].value() is True
    assert "Cada nota de produção vai ao tomador" in summary(company, Role.ACCOUNTANT)
    [field] = accountant.get("/notas/historico/").context["changes"][0].fields
    assert (field.label, field.before, field.after) == (
        "Enviar a nota ao tomador por e-mail",
        "não",
        "sim",
    )


def test_a_mei_is_not_asked_for_what_it_does_not_have(accountant, office):
    company = make_company(office.firm, tax_regime="mei")
    fields = set(accountant.get(fiscal(company)).context["form"].fields)
    assert not fields & {
        "simples_apportionment",
        "total_tax_percent",
        "total_tax_federal",
        "default_withheld",
    }


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"simples_apportionment": ""}, "simples_apportionment", "Escolha como"),
        ({"total_tax_percent": ""}, "total_tax_percent", "Informe o percentual"),
        ({"total_tax_percent": "101"}, "total_tax_percent", "de 0 a 100"),
        ({"total_tax_percent": "6,001"}, "total_tax_percent", "duas casas"),
        ({"total_tax_percent": "seis"}, "total_tax_percent", "de 0 a 100"),
        ({"series": "0"}, "series", "1 a 49999"),
        ({"series": "50000"}, "series", "1 a 49999"),
        ({"series": "x"}, "series", "1 a 49999"),
        ({"limit_cents": "0"}, "limit_cents", "maior que zero"),
        ({"limit_cents": "muito"}, "limit_cents", "Valor inválido"),
        ({"cst": "000"}, "cindop", "três campos"),
        ({"cst": "00"}, "cst", "3 números"),
        ({"cindop": "100301", "cst": "000", "cclasstrib": "200001"}, "cclasstrib", "começa pelos 3"),
        ({"cindop": "999999"}, "cindop", "999999"),
    ],
)
def test_a_refused_profile_says_where_and_keeps_what_was_typed(accountant, company, change, field, words):
    answer = accountant.post(fiscal(company), SIMPLES | {"limit_cents": "12.345,67"} | change)
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    if "limit_cents" not in change:
        assert 'value="12.345,67"' in answer.content.decode()
    assert not TaxProfile.objects.exists()


def test_the_group_of_the_reform_is_saved_and_shown(accountant, company):
    sent = SIMPLES | {"cindop": "100301", "cst": "000", "cclasstrib": "000001"}
    assert accountant.post(fiscal(company), sent).status_code == 302
    form = accountant.get(fiscal(company)).context["form"]
    assert [form[name].value() for name in ("cindop", "cst", "cclasstrib")] == ["100301", "000", "000001"]
    assert accountant.post(fiscal(company), SIMPLES).status_code == 302
    assert TaxProfile.objects.get().ibs_cbs is None


def test_what_is_stored_is_shown_as_people_write_it(accountant, company):
    make_tax_profile(company, limit_cents=123_456, series=7)
    text = text_of(accountant.get(fiscal(company)))
    for value in ("1.234,56", "6,00", "7"):
        assert f'value="{value}"' in text


# --- Services --------------------------------------------------------------------------------------
def test_a_service_is_registered_with_codes_as_the_list_shows_them(accountant, company):
    sent = SERVICE | {"ctribnac": "01.07.01 Suporte técnico em informática, inclusive", "cnae": "6209-1/00"}
    answer = accountant.post(new(company), sent)
    assert answer.status_code == 302, answer.context["form"].errors
    service = ServiceProfile.objects.get()
    assert (service.ctribnac, service.cnae, service.iss_rate) == ("010701", "6209100", Decimal("2.50"))
    assert (service.is_default, service.keywords) == (True, ["site", "manutencao de sites"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nickname": ""}, "nickname"),
        ({"ctribnac": ""}, "ctribnac"),
        ({"ctribnac": "99.99.99"}, "ctribnac"),
        ({"ctribnac": "informática"}, "ctribnac"),
        ({"incidence_rule": ""}, "incidence_rule"),
        ({"cnbs": "1.9999.99.99"}, "cnbs"),
        ({"cnae": "9999-9/99"}, "cnae"),
        ({"iss_rate": "5,01"}, "iss_rate"),
        ({"ctribmun": "1"}, "ctribmun"),
        ({"keywords": "x" * 41}, "keywords"),
    ],
)
def test_a_refused_service_says_where_and_keeps_what_was_typed(accountant, company, change, field):
    answer = accountant.post(new(company), SERVICE | change)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert "Manutenção do site" in answer.content.decode()
    assert not ServiceProfile.objects.exists()


def test_a_nickname_is_of_one_service(accountant, company):
    make_service(company, nickname="Site")
    answer = accountant.post(new(company), SERVICE)
    assert answer.context["form"].errors["nickname"] == ["Esta empresa já tem um serviço com este apelido."]


def test_a_mei_states_no_rate(accountant, office):
    company = make_company(office.firm, tax_regime="mei")
    form = accountant.get(new(company)).context["form"]
    assert not {"iss_rate", "withheld_default"} & set(form.fields)
    assert accountant.post(new(company), SERVICE).status_code == 302
    assert ServiceProfile.objects.get().iss_rate is None


RETAINED = {
    "irrf_rate": "1,5",
    "inss_rate": "11",
    "csll_rate": "1,00",
    "pis_rate": "0,65",
    "cofins_rate": "3",
    "pis_cofins_cst": "01",
}


def test_a_company_of_the_normal_regime_says_what_its_takers_withhold(accountant, office):
    company = make_company(office.firm, tax_regime="normal")
    make_tax_profile(company, simples_apportionment=None)

    answer = accountant.post(new(company), SERVICE | RETAINED)

    assert answer.status_code == 302, answer.context["form"].errors
    service = ServiceProfile.objects.get()
    assert (service.irrf_rate, service.pis_rate, service.pis_cofins_cst) == (
        Decimal("1.50"),
        Decimal("0.65"),
        "01",
    )
    form = accountant.get(at(service)).context["form"]
    assert [form[name].value() for name in RETAINED] == ["1,50", "11,00", "1,00", "0,65", "3,00", "01"]
    shown = summary(company, Role.ACCOUNTANT)
    assert "Retido pelo tomador: IRRF 1,5%, CSLL 1%, PIS 0,65%, COFINS 3%, INSS 11%" in shown
    fields = {
        one.label: one.after for one in accountant.get("/notas/historico/").context["changes"][0].fields
    }
    assert (fields["PIS retido (%)"], fields["CST do PIS e da COFINS"][:2]) == ("0,65", "01")


@pytest.mark.parametrize("regime", ["mei", "simples", "simples_excess"])
def test_other_regimes_are_not_asked_for_retentions_and_take_none(accountant, office, regime):
    company = make_company(office.firm, tax_regime=regime)

    assert not set(RETAINED) & set(accountant.get(new(company)).context["form"].fields)
    assert accountant.post(new(company), SERVICE | RETAINED).status_code == 302
    assert ServiceProfile.objects.get().irrf_rate is None


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"irrf_rate": "0"}, "irrf_rate", "maior que 0"),
        ({"inss_rate": "100"}, "inss_rate", "menor que 100%"),
        ({"csll_rate": "1,005"}, "csll_rate", "duas casas"),
        ({"cofins_rate": "três"}, "cofins_rate", "percentual"),
        ({"pis_cofins_cst": ""}, "pis_cofins_cst", "situação tributária"),
        ({"pis_cofins_cst": "12"}, "pis_cofins_cst", "12"),
        ({"irrf_rate": "60", "inss_rate": "40"}, "irrf_rate", "somam 100%"),
    ],
)
def test_refused_retentions_say_where_and_keep_what_was_typed(accountant, office, change, field, words):
    company = make_company(office.firm, tax_regime="normal")

    answer = accountant.post(new(company), SERVICE | RETAINED | {"pis_rate": "0,66"} | change)

    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert 'value="0,66"' in answer.content.decode()
    assert not ServiceProfile.objects.exists()


def test_a_service_is_changed_and_shows_its_codes_in_words(accountant, company):
    service = make_service(company, ctribnac="010701", cnbs="101011100", cnae="6209100")
    page = accountant.get(at(service))
    form = page.context["form"]
    assert form["ctribnac"].value().startswith("01.07.01 Suporte")
    assert "a cidade do prestador" in page.context["note"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"iss_rate": "3"}
    answer = accountant.post(at(service), {name: value for name, value in sent.items() if value})
    assert answer.status_code == 302, answer.context["form"].errors
    service.refresh_from_db()
    assert (service.iss_rate, service.cnbs, service.cnae) == (Decimal(3), "101011100", "6209100")


def test_the_default_moves_and_a_service_goes(accountant, company):
    first, second = make_service(company), make_service(company, nickname="Site", is_default=False)
    assert accountant.post(at(second, "padrao/")).status_code == 302
    assert accountant.post(at(first, "remover/")).status_code == 302
    assert [(one.nickname, one.is_default) for one in list_services(company.firm_id, company.pk)] == [
        ("Site", True)
    ]
    assert accountant.get(at(first)).status_code == 404


def test_a_code_comes_with_where_its_iss_is_due(accountant):
    first = accountant.get("/notas/api/servicos/", {"q": "07.02.01"}).json()["results"][0]
    assert first["incidence"] == "place"
    assert "onde o serviço é prestado" in first["note"]
    assert "será recusada" in first["note"]


# --- Trying out ------------------------------------------------------------------------------------
def make_ready(office, company):
    make_tax_profile(company)
    make_certificate(office, company)
    return make_service(company, ctribnac="010701", description_template="Manutenção do site em novembro")


def test_the_sample_shows_lines_and_everything_that_is_missing(accountant, office, company):
    make_tax_profile(company)
    service = make_service(company, ctribnac="070201", incidence_rule="place")
    page = accountant.get(at(service, "testar/"))
    text = text_of(page)
    assert "R$ 100,00" in text
    assert "Envie um certificado A1 válido" in text
    assert "A contabilidade corrige" in text
    assert "TESTE: esta nota não tem valor fiscal." in text
    assert f'href="/notas/empresas/{company.pk}/certificado/">Enviar certificado' in text
    assert [problem.code for problem in page.context["sample"].problems] == ["certificate", "E0370"]


def test_a_service_that_is_ready_says_so(office, company):
    service = make_ready(office, company)
    sample = try_service(firm_id=office.firm.pk, user_id=office.accountant.pk, service_id=service.pk)
    assert [problem for problem in sample.problems if problem.code != "certificate"] == []
    assert sample.taker_id is None
    assert sample.lines
    assert not Taker.objects.exists()


def test_the_sample_is_made_out_to_the_newest_taker_that_will_do(office, company):
    service = make_ready(office, company)
    good = make_taker(office.firm, name="Padaria Central Ltda", street="Rua A", city=company.city)
    make_taker(office.firm, "52998224725", name="Sem endereço")
    make_taker(office.firm, "11222333000181", registry_status="08", name="Baixada Ltda")
    make_taker(office.firm, company.document, name="A própria")
    sample = try_service(firm_id=office.firm.pk, user_id=office.accountant.pk, service_id=service.pk)
    assert sample.taker_id == good.pk
    assert good.name in next(line.text for line in sample.lines if line.key == "taker")


def test_without_a_profile_there_is_no_mirror(accountant, company):
    service = make_service(company)
    text = text_of(accountant.get(at(service, "testar/")))
    assert "Preencha o" in text
    assert "Complete o perfil fiscal" in text


def test_a_rule_is_broken_by_name(office, company):
    service = make_ready(office, company)
    TaxProfile.objects.update(ibs_cbs={"cindop": "100301", "cst": "000", "cclasstrib": "000001"})
    sample = try_service(
        firm_id=office.firm.pk,
        user_id=office.owner.pk,
        service_id=service.pk,
        now=timezone.now() + timedelta(0),
    )
    assert "E0322" in {problem.code for problem in sample.problems}


def test_plugnotas_judges_by_its_cities_and_the_page_says_so(accountant, office):
    company = make_company(office.firm, gateway="plugnotas", plugnotas_state="sent", main_cnae="4520001")
    make_tax_profile(company)
    make_certificate(office, company)
    page = accountant.get(at(make_service(company, iss_rate=Decimal(2)), "testar/"))
    assert page.context["sample"].problems == ()
    text = text_of(page)
    assert "As regras da prefeitura são conferidas pelo PlugNotas" in text
    assert "O tomador é inventado" in text


# --- Rights ----------------------------------------------------------------------------------------
def test_an_attendant_changes_nothing(client, office, company):
    service = make_service(company)
    client.force_login(office.attendant)
    for path in (fiscal(company), new(company), at(service), at(service, "testar/")):
        assert client.get(path).status_code == 403, path
    for path in (fiscal(company), new(company), at(service), at(service, "padrao/"), at(service, "remover/")):
        assert client.post(path, SERVICE).status_code == 403, path


def test_another_firms_company_is_not_there(accountant, other_company):
    service = make_service(other_company)
    for path in (fiscal(other_company), new(other_company), at(service), at(service, "testar/")):
        assert accountant.get(path).status_code == 404, path
    for path in (fiscal(other_company), new(other_company), at(service, "padrao/"), at(service, "remover/")):
        assert accountant.post(path, SERVICE).status_code == 404, path


@pytest.mark.parametrize(("role", "may_edit"), [(Role.ACCOUNTANT, True), (Role.ATTENDANT, False)])
def test_the_summary_shows_what_is_there_and_what_may_be_done(company, role, may_edit):
    make_tax_profile(company)
    make_service(company, keywords=["site"], iss_rate=Decimal("2.50"))
    text = summary(company, role)
    for words in ("6% do Simples", "R$ 100.000,00", "Conserto", "Padrão", "14.01.01", "2,5%"):
        assert words in text
    assert ("Testar" in text) == ("Remover" in text) == ("Editar" in text) == may_edit


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.ATTENDANT])
def test_an_empty_summary_says_what_to_do(company, role):
    text = summary(company, role)
    assert "Perfil fiscal não preenchido" in text
    assert ("Preencher perfil fiscal" in text) == (role == Role.ACCOUNTANT)


def summary(company, role):
    request = RequestFactory().get("/")
    request.rights = RIGHTS[role]
    context = {
        "company": get_company(company.firm_id, company.pk),
        "profile": find_tax_profile(company.firm_id, company.pk),
        "services": list(list_services(company.firm_id, company.pk)),
    }
    return " ".join(render_to_string("portal/taxes/_summary.html", context, request).split())

"""Issue by hand through the web: form, mirror, yes, and the four bad days (A23, N17, R9, R70, R84-R86)."""

import uuid
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from core.documents import format_cnpj
from fiscal.documents.clock import competence_today
from fiscal.values import FederalRates
from nfse.models import Certificate, Company, InvoiceRequest, ServiceProfile, Taker, TaxProfile
from nfse.states import State
from nfse.tests.firms import make_city, make_company, make_office, make_service, make_taker
from nfse.tests.issuing import make_shop, work_off
from nfse.tests.registered import BAKERY_CNPJ, make_record
from queue_worker.tests.support import race
from registry.models import CnpjRecord

pytestmark = pytest.mark.django_db(transaction=True)
FORM, MIRROR, CONFIRM = (reverse(f"nfse:{name}") for name in ("issue", "mirror", "confirm"))
DRAFT, LOOK_UP, KEEP = (reverse(f"nfse:{name}") for name in ("restore_draft", "look_up_taker", "keep_taker"))
OTHER_CNPJ = "98765432000198"
LIVE = {"HX-Request": "true", "HX-Target": "espelho"}


def typed(shop, **changes):
    values = {
        "company": shop.company.pk,
        "service": shop.service.pk,
        "taker": shop.taker.name,
        "taker_id": shop.taker.pk,
        "amount": "1.500,00",
        "description": "Manutenção do site em novembro",
        "competence_date": competence_today(timezone.now()).isoformat(),
        "withheld": "",
        "form_key": str(uuid.uuid4()),
    }
    return {**values, **changes}


def text_of(answer):
    return " ".join(answer.content.decode().split())


def see(client, values):
    """Show the mirror and return what its button sends."""
    answer = client.post(MIRROR, values)
    assert answer.status_code == 200, answer.context["mirror"]
    return {**values, "mirror_hash": answer.context["mirror"].hash}


def blocked(answer):
    return [shown.problem.code for shown in answer.context["mirror"].problems]


# --- The form --------------------------------------------------------------------------------------
def test_the_form_offers_the_ready_companies_first_and_chooses_the_only_one(accountant, national_shop):
    make_company(national_shop.office.firm, OTHER_CNPJ, legal_name="Ainda sem certificado")

    answer = accountant.get(FORM)

    groups = dict(answer.context["form"].fields["company"].choices[1:])
    assert [label for label, _ in groups.items()] == ["Prontas para emitir", "Com pendências"]
    assert groups["Prontas para emitir"][0][0] == national_shop.company.pk
    assert answer.context["form"]["service"].value() == str(national_shop.service.pk)


def test_a_blocked_company_says_why_and_where_to_fix_it(accountant, national_shop):
    bare = make_company(national_shop.office.firm, OTHER_CNPJ, legal_name="Ainda sem certificado")
    make_service(bare)

    answer = accountant.post(
        MIRROR, typed(national_shop, company=bare.pk, service=bare.services.get().pk), headers=LIVE
    )

    text = text_of(answer)
    assert "Envie um certificado A1 válido da empresa" in text
    assert reverse("nfse:upload_certificate", args=[bare.pk]) in text
    assert "Emitir nota" not in text


def test_what_a_company_lacks_is_told_as_soon_as_it_is_chosen(accountant, national_shop):
    bare = make_company(national_shop.office.firm, OTHER_CNPJ, legal_name="Ainda sem nada")

    answer = accountant.post(
        MIRROR,
        {"company": bare.pk, "form_key": uuid.uuid4()},
        headers={**LIVE, "HX-Trigger": "campo-empresa"},
    )

    text = text_of(answer)
    assert set(blocked(answer)) == {"tax_profile", "service", "certificate"}
    for name in ("tax_profile", "new_service", "upload_certificate"):
        assert reverse(f"nfse:{name}", args=[bare.pk]) in text


def test_another_firm_s_company_service_and_taker_are_not_offered_and_not_taken(accountant, national_shop):
    stranger = make_office(2)
    company = make_company(stranger.firm, legal_name="Alheia")
    service, taker = make_service(company), make_taker(stranger.firm)

    assert "Alheia" not in text_of(accountant.get(FORM))
    for change in ({"company": company.pk}, {"service": service.pk}, {"taker_id": taker.pk, "taker": ""}):
        for address in (MIRROR, CONFIRM):
            answer = accountant.post(address, typed(national_shop, **change))
            assert "Alheia" not in text_of(answer)
            assert answer.status_code == 422
    assert not InvoiceRequest.objects.exists()


def test_a_service_that_is_not_the_company_s_is_refused_and_never_swapped_for_its_default(
    accountant, national_shop
):
    own = national_shop.office.firm
    of_another_company = make_service(make_company(own, OTHER_CNPJ), nickname="Só da outra")
    of_another_firm = make_service(make_company(make_office(2).firm), nickname="Só da alheia")
    removed = make_service(national_shop.company, nickname="Tirado", is_default=False, is_active=False)

    for value in (of_another_company.pk, of_another_firm.pk, removed.pk, 10**15, "x"):
        answer = accountant.post(MIRROR, typed(national_shop, service=value))
        form, text = answer.context["form"], text_of(answer)
        assert form.errors["service"] == ["Esta opção não está mais disponível. Escolha outra."]
        assert form["description"].value() == "Manutenção do site em novembro"
        assert "Esta opção não está mais disponível" in text
        assert not any(name in text for name in ("Só da outra", "Só da alheia", "Tirado"))


def test_a_form_without_company_asks_for_it_first(accountant, national_shop):
    Certificate.objects.update(valid_from=timezone.now() - timedelta(9), valid_until=timezone.now())

    text = text_of(accountant.get(FORM))

    assert "Escolha a empresa primeiro" in text
    assert ">Como no cadastro</option>" in text
    assert "Nenhum serviço" not in text


def test_choosing_a_company_brings_its_services_and_its_model_of_description(accountant, national_shop):
    other = make_company(national_shop.office.firm, OTHER_CNPJ, legal_name="Outra")
    make_service(other, nickname="Conserto", description_template="Conserto de motor")

    answer = accountant.post(
        MIRROR,
        typed(national_shop, company=other.pk, service=national_shop.service.pk, description=""),
        headers={**LIVE, "HX-Trigger": "campo-empresa"},
    )

    text = text_of(answer)
    assert 'id="campo-servico" hx-swap-oob="true"' in text
    assert "Conserto de motor" in text
    assert ">Site<" not in text


def test_a_written_description_survives_another_service(accountant, national_shop):
    second = make_service(
        national_shop.company, nickname="Dois", is_default=False, description_template="Modelo dois"
    )

    answer = accountant.post(
        MIRROR,
        typed(national_shop, service=second.pk, description="Escrito por mim mesmo"),
        headers={**LIVE, "HX-Trigger": "campo-servico"},
    )

    assert answer.context["form"]["description"].value() == "Escrito por mim mesmo"


def test_an_unidentified_taker_is_offered_only_where_the_profile_allows_it(accountant, national_shop):
    unnamed = typed(national_shop, taker="", taker_id="", unidentified="on")

    assert accountant.post(MIRROR, unnamed).status_code == 422
    TaxProfile.objects.update(allow_unidentified_taker=True)
    answer = accountant.post(MIRROR, unnamed)

    assert answer.status_code == 200
    assert "tomador não identificado" in text_of(answer)


def test_a_service_done_elsewhere_asks_for_its_city(accountant, national_shop):
    ServiceProfile.objects.update(incidence_rule="place")
    make_city("4316907", "Santa Maria", "RS")

    refused = accountant.post(MIRROR, typed(national_shop))
    answer = accountant.post(MIRROR, typed(national_shop, place="Santa Maria - RS"))

    assert refused.status_code == 422
    assert refused.context["form"].errors["place"]
    assert "Santa Maria - RS" in text_of(answer)


def test_a_taker_is_found_by_its_document_or_its_only_name(accountant, national_shop):
    for text in ("11.222.333/0001-81", national_shop.taker.name.upper()):
        answer = accountant.post(MIRROR, typed(national_shop, taker=text, taker_id=""))
        assert answer.status_code == 200, text


# --- Amounts, dates, descriptions --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "amount"),
    [("1.500,00", "1500.00"), ("1500,5", "1500.50"), ("1500", "1500.00"), ("R$ 0,01", "0.01")],
)
def test_amounts_are_read_as_people_write_them(accountant, national_shop, text, amount):
    answer = accountant.post(MIRROR, typed(national_shop, amount=text))

    assert str(answer.context["form"].cleaned_data["amount"]) == amount


@pytest.mark.parametrize(
    "text", ["10,005", "1.500.00", "1500.50", "abc", "1,5,0", "999.99", "--1", "１５", "9" * 14]
)
def test_what_is_not_exact_to_the_cent_is_refused_and_kept(accountant, national_shop, text):
    answer = accountant.post(MIRROR, typed(national_shop, amount=text))

    assert answer.status_code == 422
    assert answer.context["form"].errors["amount"]
    assert answer.context["form"]["amount"].value() == text
    assert "Manutenção do site em novembro" in text_of(answer)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": "0,00"}, "amount"),
        ({"amount": "-5,00"}, "amount"),
        ({"amount": "100.000,01"}, "limit"),
        ({"amount": "9.999.999.999.999,99"}, "limit"),
    ],
)
def test_amounts_beyond_the_limits_block(accountant, national_shop, change, code):
    answer = accountant.post(MIRROR, typed(national_shop, **change))

    assert (answer.status_code, blocked(answer)) == (422, [code])


@pytest.mark.parametrize(("days", "status"), [(0, 200), (-365, 200), (1, 422), (-366, 422)])
def test_the_competence_is_today_or_at_most_a_year_ago(accountant, national_shop, days, status):
    day = competence_today(timezone.now()) + timedelta(days=days)

    answer = accountant.post(MIRROR, typed(national_shop, competence_date=day.isoformat()))

    assert answer.status_code == status
    assert blocked(answer) == ([] if status == 200 else ["competence"])


@pytest.mark.parametrize(("length", "status"), [(9, 422), (10, 200), (1000, 200), (1001, 422)])
def test_the_description_has_10_to_1000_characters(accountant, national_shop, length, status):
    answer = accountant.post(MIRROR, typed(national_shop, description="a" * length))

    assert answer.status_code == status


# --- The mirror --------------------------------------------------------------------------------------
def test_the_mirror_shows_the_lines_the_sums_and_that_it_is_a_test(accountant, shop):
    text = text_of(accountant.post(MIRROR, typed(shop), headers=LIVE))

    assert "<html" not in text
    for shown in (
        "Oficina Rota Sul Ltda",
        "Clínica Bem Viver Ltda",
        "R$ 1.500,00",
        "Líquido a receber",
        "TESTE",
    ):
        assert shown in text
    assert InvoiceRequest.objects.count() == 0


def test_while_typing_the_fragment_says_what_is_missing_and_refuses_nothing(accountant, national_shop):
    answer = accountant.post(MIRROR, typed(national_shop, amount="", taker="", taker_id=""), headers=LIVE)

    assert answer.status_code == 200
    assert answer.context["mirror"].missing == ("Tomador", "Valor do serviço")


def test_while_typing_the_fragment_says_what_is_wrong_with_what_was_typed(accountant, national_shop):
    answer = accountant.post(MIRROR, typed(national_shop, amount="1.234,567"), headers=LIVE)

    (lack,) = answer.context["mirror"].missing
    assert lack.startswith("Valor do serviço: ")
    assert lack in text_of(answer)


def test_withheld_iss_changes_the_mirror(accountant, office, sandbox):
    shop = make_shop(office, sandbox, "plugnotas")

    kept = see(accountant, typed(shop, withheld="no"))
    answer = accountant.post(MIRROR, typed(shop, withheld="yes"))

    assert 'retido pelo tomador, <span class="unbroken">R$ 37,50</span>' in text_of(answer)
    assert "R$ 1.462,50" in text_of(answer)
    assert answer.context["mirror"].hash != kept["mirror_hash"]


# --- Federal retentions ------------------------------------------------------------------------------
@pytest.fixture
def normal_shop(office, sandbox):
    """A company of the regime normal whose takers withhold IRRF and INSS."""
    shop = make_shop(office, sandbox, "plugnotas")
    Company.objects.update(tax_regime="normal")
    TaxProfile.objects.update(
        simples_apportionment=None,
        total_tax_mode="percents",
        total_tax_percent=None,
        total_tax_federal=13,
        total_tax_state=0,
        total_tax_municipal=2,
    )
    ServiceProfile.objects.update(irrf_rate="1.50", inss_rate="11.00")
    return shop


def sums(answer):
    return {line.label: line.text for line in answer.context["mirror"].sums}


def test_the_retentions_of_the_service_are_shown_and_summed(accountant, normal_shop):
    form = accountant.get(FORM).context["form"]
    assert "IRRF 1,5%, INSS 11%" in form.fields["federal"].choices[0][1]

    answer = accountant.post(MIRROR, typed(normal_shop, federal=""))

    lines = {line.key: line.text for line in answer.context["mirror"].lines}
    assert lines["federal"] == "IRRF R$ 22,50, INSS R$ 165,00"
    assert lines["net"] == "R$ 1.312,50"
    shown = sums(answer)
    assert shown["IRRF retido pelo tomador"] == "− R$ 22,50"
    assert shown["Líquido a receber"] == "R$ 1.312,50"


def test_rates_of_one_note_start_from_the_service_s_and_go_out_with_the_yes(accountant, normal_shop):
    asked = accountant.post(
        MIRROR,
        typed(normal_shop, federal="own"),
        headers={**LIVE, "HX-Trigger": "campo-retencoes-escolha"},
    )
    text = text_of(asked)
    assert 'id="campo-retencoes-taxas" hx-swap-oob="true"' in text
    assert 'value="1,50"' in text
    assert 'value="11,00"' in text

    own = {
        "federal": "own",
        "irrf_rate": "",
        "inss_rate": "3,5",
        "csll_rate": "1",
        "pis_rate": "",
        "cofins_rate": "",
        "pis_cofins_cst": "01",
    }
    accountant.post(CONFIRM, see(accountant, typed(normal_shop, **own)))

    federal = InvoiceRequest.objects.get().snapshot.federal
    assert (federal.irrf_withheld, federal.inss_withheld, federal.csll_withheld) == (
        None,
        Decimal("52.50"),
        Decimal("15.00"),
    )
    assert federal.withholding == 8


def test_nothing_is_withheld_when_a_person_says_so(accountant, normal_shop):
    accountant.post(CONFIRM, see(accountant, typed(normal_shop, federal="none")))

    assert InvoiceRequest.objects.get().snapshot.federal is None


def test_a_refused_rate_is_told_at_its_field_and_kept(accountant, normal_shop):
    own = {"federal": "own", "irrf_rate": "0", "csll_rate": "1", "pis_cofins_cst": ""}

    answer = accountant.post(MIRROR, typed(normal_shop, **own))

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"irrf_rate", "pis_cofins_cst"}
    assert answer.context["form"]["csll_rate"].value() == "1"


def test_other_regimes_have_no_federal_retentions_on_the_form(accountant, national_shop):
    assert "federal" not in accountant.get(FORM).context["form"].fields

    answer = accountant.post(MIRROR, typed(national_shop, federal="own", irrf_rate="1,5"))

    assert answer.status_code == 200
    assert "Retenções federais" not in text_of(answer)


def test_a_copy_shows_the_retentions_of_the_note_that_it_copies(accountant, normal_shop):
    own = normal_shop.confirm(federal=FederalRates(irrf_rate=Decimal("1.00")))
    bare = normal_shop.confirm(federal=FederalRates(), amount="900.00")

    form = accountant.get(f"{FORM}?copiar={own.pk}").context["form"]
    assert (form["federal"].value(), form["irrf_rate"].value()) == ("own", "1,00")
    assert form["inss_rate"].value() == ""
    assert accountant.get(f"{FORM}?copiar={bare.pk}").context["form"]["federal"].value() == "none"


def test_a_mei_at_plugnotas_is_told_when_it_is_chosen_and_led_to_the_gateway(accountant, normal_shop):
    Company.objects.update(tax_regime="mei")
    TaxProfile.objects.update(total_tax_mode="not_informed", total_tax_federal=None)

    answer = accountant.post(MIRROR, typed(normal_shop), headers=LIVE)

    assert blocked(answer) == ["gateway"]
    text = text_of(answer)
    assert "A nota do MEI sai pelo emissor nacional" in text
    assert f"{reverse('nfse:edit_company', args=[normal_shop.company.pk])}#id_gateway" in text


def test_an_equal_note_is_pointed_out_with_a_link(accountant, national_shop):
    first = national_shop.confirm()

    answer = accountant.post(MIRROR, typed(national_shop))

    assert answer.status_code == 200
    assert reverse("nfse:invoice", args=[first.pk]) in text_of(answer)
    assert "Há uma nota igual" in text_of(answer)


# --- The yes -------------------------------------------------------------------------------------------
def test_a_yes_goes_to_the_page_of_the_note_and_one_note_is_issued(accountant, shop):
    answer = accountant.post(CONFIRM, see(accountant, typed(shop)))

    request = InvoiceRequest.objects.get()
    assert answer.url == reverse("nfse:invoice", args=[request.pk])
    assert (request.origin, request.confirmed_by) == ("hand", shop.office.accountant)
    assert work_off(request).state == State.ISSUED
    assert shop.count() == 1


def test_the_same_yes_sent_twice_is_one_request(accountant, shop):
    yes = see(accountant, typed(shop))

    first, second = accountant.post(CONFIRM, yes), accountant.post(CONFIRM, yes)

    assert first.url == second.url
    assert InvoiceRequest.objects.count() == 1


def test_four_yeses_at_once_are_one_request_and_one_note(client, office, shop):
    client.force_login(office.accountant)
    yes = see(client, typed(shop))
    cookies = client.cookies

    def confirm():
        browser = type(client)()
        browser.cookies = cookies
        return browser.post(CONFIRM, yes).url

    assert len(set(race(4, confirm))) == 1
    assert work_off(InvoiceRequest.objects.get()).state == State.ISSUED
    assert shop.count() == 1


def test_a_changed_mirror_is_shown_again_and_nothing_is_issued(accountant, national_shop):
    yes = see(accountant, typed(national_shop))
    Company.objects.update(legal_name="Oficina Rota Norte Ltda")

    answer = accountant.post(CONFIRM, yes)

    text = text_of(answer)
    assert answer.status_code == 422
    assert "Confira o espelho de novo" in text
    assert "Oficina Rota Norte Ltda" in text
    assert not InvoiceRequest.objects.exists()
    again = {**yes, "mirror_hash": answer.context["mirror"].hash}
    assert accountant.post(CONFIRM, again).status_code == 302


@pytest.mark.parametrize("shown", ["", "0" * 64])
def test_a_yes_without_the_mirror_shows_the_mirror(accountant, national_shop, shown):
    answer = accountant.post(CONFIRM, typed(national_shop, mirror_hash=shown))

    assert answer.status_code == 422
    assert answer.context["mirror"].can_confirm
    assert not InvoiceRequest.objects.exists()


def test_a_gate_that_shut_meanwhile_is_told_and_the_form_is_kept(accountant, national_shop):
    yes = see(accountant, typed(national_shop))
    now = timezone.now()
    Certificate.objects.update(valid_until=now - timedelta(days=1), valid_from=now - timedelta(days=9))

    answer = accountant.post(CONFIRM, yes)

    assert answer.status_code == 422
    assert blocked(answer) == ["certificate"]
    assert "1.500,00" in text_of(answer)


def test_coming_back_with_another_amount_is_another_note(accountant, national_shop):
    page = typed(national_shop)
    accountant.post(CONFIRM, see(accountant, page))

    accountant.post(CONFIRM, see(accountant, {**page, "amount": "99,00"}))

    assert sorted(InvoiceRequest.objects.values_list("amount", flat=True)) == [99, 1500]


@pytest.mark.parametrize("key", ["", "not-a-key"])
def test_a_page_that_lost_its_key_gets_another_and_says_so(accountant, national_shop, key):
    answer = accountant.post(CONFIRM, typed(national_shop, form_key=key))

    assert answer.status_code == 422
    assert "Este formulário expirou" in text_of(answer)
    uuid.UUID(answer.context["form"]["form_key"].value())


@pytest.mark.parametrize("damage", [{"taker_id": "x"}, {"described": "a" * 2000}])
def test_a_damaged_hidden_field_stops_nobody(accountant, national_shop, damage):
    assert accountant.post(MIRROR, typed(national_shop, **damage)).status_code == 200


@pytest.mark.parametrize("replaced", ["0", "x", "9" * 30])
def test_what_should_replace_a_note_never_becomes_a_second_one(accountant, national_shop, replaced):
    answer = accountant.post(CONFIRM, typed(national_shop, substitutes=replaced))

    assert answer.status_code == 404


# --- Copy, draft, rights -------------------------------------------------------------------------------
def test_a_copy_starts_from_the_earlier_note_with_today_s_date(accountant, national_shop):
    request = national_shop.confirm(amount="321.09", description="Consultoria de outubro")

    answer = accountant.get(FORM, {"copiar": request.pk})
    form = answer.context["form"]

    assert answer.context["mirror"].can_confirm, "a form that arrives complete has its mirror"
    assert form["amount"].value() == "321,09"
    assert form["description"].value() == "Consultoria de outubro"
    assert form["taker_id"].value() == national_shop.taker.pk
    assert form["competence_date"].value() == competence_today(timezone.now())


def test_registering_a_taker_loses_nothing(accountant, national_shop):
    answer = accountant.post(
        MIRROR, typed(national_shop, taker="", taker_id="", amount="77,70", cadastrar="tomador")
    )

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("nfse:new_taker"))
    waiting = parse_qs(urlsplit(answer.url).query)["next"][0]
    assert f'href="{waiting}"' in text_of(accountant.get(answer.url))
    created = accountant.post(answer.url, {"document": "529.982.247-25", "name": "Dona Maria"}, follow=True)
    form = created.context["form"]
    assert created.request["PATH_INFO"] == FORM
    assert form["amount"].value() == "77,70"
    assert form["taker"].value().startswith("Dona Maria · ***")
    assert form["description"].value() == "Manutenção do site em novembro"
    assert created.context["mirror"].can_confirm


def test_an_empty_form_is_neither_scolded_nor_mirrored(accountant, national_shop):
    answer = accountant.get(FORM)

    assert not answer.context["form"].errors
    assert not answer.context["mirror"].lines
    assert "data-draft-comes-back" in text_of(answer)


def test_a_draft_of_the_browser_comes_back_with_its_mirror_and_a_new_key(accountant, national_shop):
    draft = typed(national_shop)
    whole = accountant.post(DRAFT, draft, headers=LIVE)
    part = accountant.post(DRAFT, {"company": national_shop.company.pk, "amount": "12,3"}, headers=LIVE)

    assert whole.context["mirror"].can_confirm
    assert whole.context["form"]["form_key"].value() != draft["form_key"]
    assert "Recuperamos o que você tinha digitado" in text_of(part)
    assert 'value="12,3"' in text_of(part)
    assert not part.context["form"].errors
    assert not InvoiceRequest.objects.exists()


def test_a_new_cnpj_is_looked_up_and_kept_beside_the_field(accountant, national_shop):
    make_record()
    offered = text_of(accountant.post(LOOK_UP, {"cnpj": format_cnpj(BAKERY_CNPJ)}))
    assert "Cadastrar e usar nesta nota" in offered

    kept = accountant.post(KEEP, {"cnpj": BAKERY_CNPJ})

    taker = Taker.objects.get(cnpj=BAKERY_CNPJ)
    assert f'data-taker-id="{taker.pk}"' in text_of(kept)
    for again in (
        accountant.post(KEEP, {"cnpj": BAKERY_CNPJ}),
        accountant.post(LOOK_UP, {"cnpj": BAKERY_CNPJ}),
    ):
        assert f'data-taker-id="{taker.pk}"' in text_of(again)
    assert Taker.objects.filter(cnpj=BAKERY_CNPJ).count() == 1


def test_a_closed_company_is_not_offered_and_one_suspended_is_after_a_yes(accountant, national_shop):
    make_record(status="03")
    assert "cadastrar e usar" in text_of(accountant.post(LOOK_UP, {"cnpj": BAKERY_CNPJ}))
    assert "data-taker-id" not in text_of(accountant.post(KEEP, {"cnpj": BAKERY_CNPJ}))
    CnpjRecord.objects.all().delete()
    make_record(status="08")
    assert "adastrar e usar" not in text_of(accountant.post(LOOK_UP, {"cnpj": BAKERY_CNPJ}))
    assert not Taker.objects.filter(cnpj=BAKERY_CNPJ).exists()


@pytest.mark.parametrize("address", ["https://outro.example/", "//outro.example/", "javascript:alert(1)"])
def test_a_new_taker_goes_back_to_our_own_pages_only(accountant, national_shop, address):
    answer = accountant.post(
        reverse("nfse:new_taker", query={"next": address}),
        {"document": "529.982.247-25", "name": "Dona Maria"},
    )

    assert answer.url.startswith("/notas/tomadores/")


def test_an_attendant_cannot_issue(client, national_shop):
    client.force_login(national_shop.office.attendant)

    assert client.get(FORM).status_code == 403
    assert client.post(MIRROR, typed(national_shop)).status_code == 403
    assert client.post(CONFIRM, typed(national_shop)).status_code == 403


def test_a_firm_without_companies_is_led_to_the_first(accountant):
    assert reverse("nfse:new_company") in text_of(accountant.get(FORM))


def test_the_queries_do_not_depend_on_the_number_of_companies(
    accountant, national_shop, django_assert_max_num_queries
):
    accountant.get(FORM)
    with django_assert_max_num_queries(20) as few:
        accountant.get(FORM)
    for number in range(10):
        make_company(national_shop.office.firm, f"{20000000000100 + number}", legal_name=f"Empresa {number}")
    with django_assert_max_num_queries(len(few)):
        accountant.get(FORM)

"""The dashboard: its figures, its form and what a refusal says (L4, L6)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_buyer
from credits.tests.factories import fund
from leads.models import LeadAccess, Search
from leads.services.delivery import deliver_leads
from leads.tests.factories import make_access, make_companies, make_niche, make_search
from registry.tests.factories import make_city

pytestmark = pytest.mark.django_db
URL = "/leads/"


@pytest.fixture
def dona(client, user):
    client.force_login(user)
    return client


def form(**changes):
    make_niche()
    asked = {
        "niche": "pet shop",
        "city": "Santa Maria - RS",
        "city_code": make_city().pk,
        "quantity": "10",
        "unit_price": "1",
        "form_key": str(uuid4()),
    }
    return asked | changes


def post(client, **changes):
    return client.post(reverse("leads:start_search"), form(**changes))


def page_text(answer):
    return " ".join(answer.content.decode().split())


# --- Figures ---------------------------------------------------------------------------------------
def test_the_cards_show_balance_today_and_the_base(dona, account):
    search = make_search(account)
    deliver_leads(search_id=search.pk, company_ids=[company.pk for company in make_companies(3)])

    figures = dona.get(URL).context["figures"]

    assert (figures.balance, figures.leads_today, figures.searches_today, figures.base_total) == (97, 3, 1, 3)


def test_yesterday_counts_for_the_base_and_not_for_today(dona, account):
    search = make_search(account)
    make_access(search, make_companies(1)[0], accessed_at=timezone.now() - timedelta(days=1))
    Search.objects.update(created_at=timezone.now() - timedelta(days=1))

    figures = dona.get(URL).context["figures"]

    assert (figures.leads_today, figures.searches_today, figures.base_total) == (0, 0, 1)


def test_a_demonstration_is_no_purchase(dona, account):
    make_access(make_search(account), make_companies(1)[0], kind=LeadAccess.Kind.DEMO)

    figures = dona.get(URL).context["figures"]

    assert (figures.leads_today, figures.base_total) == (0, 0)


def test_a_company_bought_twice_is_one_of_the_base(dona, account):
    company = make_companies(1)[0]
    make_access(make_search(account), company)
    make_access(make_search(account), company)

    figures = dona.get(URL).context["figures"]

    assert (figures.leads_today, figures.base_total) == (2, 1)


def test_the_chart_has_thirty_days_and_what_each_brought(dona, account):
    search = make_search(account)
    first, second = make_companies(2)
    make_access(search, first)
    make_access(search, second, accessed_at=timezone.now() - timedelta(days=40))

    days = dona.get(URL).context["daily_use"]

    assert len(days) == 30
    assert [day.leads for day in days] == [0] * 29 + [1]
    assert days[-1].day == timezone.localdate()


def test_another_accounts_figures_are_not_counted(dona, account):
    stranger = make_buyer("outra@nitro.example")[1]
    make_access(make_search(stranger), make_companies(1)[0])

    answer = dona.get(URL)

    assert answer.context["figures"].base_total == 0
    assert answer.context["searches"] == []


def test_only_the_last_five_searches_are_listed(dona, account):
    for _ in range(7):
        make_search(account)
    assert len(dona.get(URL).context["searches"]) == 5


def test_the_page_asks_again_only_while_a_search_is_open(dona, account):
    search = make_search(account)
    assert 'id="ultimas-buscas" aria-labelledby="ultimas-buscas-titulo" data-poll' in page_text(dona.get(URL))

    Search.objects.filter(pk=search.pk).update(status="completed", finished_at=timezone.now())
    assert "data-poll" not in page_text(dona.get(URL)).partition('id="ultimas-buscas"')[2].partition(">")[0]


def test_the_poll_answers_only_with_what_changes(dona, account):
    make_search(account)
    answer = dona.get(URL, headers={"HX-Request": "true"})
    text = page_text(answer)
    assert "<html" not in text
    assert 'id="ultimas-buscas"' in text
    assert 'id="numeros" hx-swap-oob="true"' in text


def test_the_number_of_queries_does_not_depend_on_the_rows(dona, account, django_assert_num_queries):
    dona.get(URL)
    with django_assert_num_queries(12):
        dona.get(URL)
    search = make_search(account)
    for company in make_companies(6):
        make_access(search, company)
    for _ in range(4):
        make_search(account)
    with django_assert_num_queries(12):
        dona.get(URL)


# --- The form --------------------------------------------------------------------------------------
def test_a_search_is_started_and_shown(dona, account):
    answer = post(dona)

    search = Search.objects.get(account=account)
    assert (search.quantity, search.city_id, search.status) == (10, make_city().pk, "queued")
    assert answer["Location"] == reverse("leads:search", args=[search.pk])
    shown = page_text(dona.get(answer["Location"]))
    assert "Busca iniciada. Pode sair desta página: o resultado fica em Minhas buscas." in shown


def test_the_same_form_sent_twice_makes_one_search(dona):
    asked = form()
    first = dona.post(reverse("leads:start_search"), asked)
    second = dona.post(reverse("leads:start_search"), asked)
    assert first["Location"] == second["Location"]
    assert Search.objects.count() == 1


def test_the_city_may_be_written_in_full(dona):
    post(dona, city="santa maria rs", city_code="")
    assert Search.objects.get().city_id == make_city().pk


@pytest.mark.parametrize("city", ["Santa Maria", "Cidade que não existe - RS", ""])
def test_a_city_that_is_not_of_the_list_is_refused(dona, city):
    answer = post(dona, city=city, city_code="")
    assert answer.status_code == 422
    assert "Escolha a cidade na lista" in page_text(answer)
    assert not Search.objects.exists()


def test_a_made_up_city_code_is_refused(dona):
    answer = post(dona, city_code="9999999")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["city"]


def test_more_than_the_balance_is_refused_with_the_largest_number_filled_in(dona):
    answer = post(dona, quantity="250")

    assert answer.status_code == 422
    assert answer.context["form"]["quantity"].value() == "100"
    assert "Seu saldo é de 100 e esta ação custa 250." in page_text(answer)
    assert not Search.objects.exists()


def test_without_credits_the_page_says_so_and_nothing_starts(client):
    user, _ = make_buyer("zero@nitro.example")
    client.force_login(user)

    answer = post(client)

    assert answer.status_code == 422
    assert "Seu saldo não cobre uma empresa" in page_text(answer)
    assert not Search.objects.exists()


def test_a_changed_price_is_shown_again_and_nothing_starts(dona):
    answer = post(dona, unit_price="3")

    assert answer.status_code == 422
    assert answer.context["form"]["unit_price"].value() == "1"
    assert "O preço mudou" in page_text(answer)
    assert not Search.objects.exists()


def test_without_a_confirmed_email_the_page_offers_the_way_and_nothing_starts(client):
    user, account = make_buyer("ana@nitro.example", confirmed=False)
    fund(account, 10)
    client.force_login(user)

    answer = post(client)

    assert answer.status_code == 422
    assert reverse("accounts:confirm_email") in page_text(answer)
    assert not Search.objects.exists()


@pytest.mark.parametrize("quantity", ["0", "-1", "abc", "", "1001", "99999999999999999999"])
def test_a_quantity_that_makes_no_sense_is_refused(dona, account, quantity):
    fund(account, 5000)
    answer = post(dona, quantity=quantity)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["quantity"]


def test_a_refused_action_shows_one_message(dona):
    answer = post(dona, quantity="250")
    assert sum(map(len, answer.context["form"].errors.values())) == 1


def test_what_was_typed_is_escaped(dona):
    answer = post(dona, niche="<script>alert(1)</script>", quantity="250")
    assert b"<script>alert" not in answer.content
    assert b"&lt;script&gt;alert" in answer.content


def test_a_search_is_not_started_by_get(dona):
    assert dona.get(reverse("leads:start_search"))["Location"] == reverse("leads:dashboard")
    assert not Search.objects.exists()


def test_a_search_can_be_started_again_with_changes(dona, account):
    search = make_search(account, quantity=33, only_with_phone=True)
    initial = dona.get(f"{URL}?repetir={search.pk}").context["form"].initial
    assert (initial["quantity"], initial["only_with_phone"], initial["city"]) == (
        33,
        True,
        "Santa Maria - RS",
    )


@pytest.mark.parametrize("value", ["", "abc", "²"])
def test_nonsense_in_the_address_changes_nothing(dona, value):
    assert "niche" not in dona.get(f"{URL}?repetir={value}").context["form"].initial


def test_the_price_is_on_the_button_before_any_script_runs(dona):
    assert "Buscar até 10 empresas (até 10 créditos)" in page_text(dona.get(URL))


def test_the_page_is_never_kept_by_the_browser(dona):
    """A form that comes back with its old key would show the old search."""
    assert "no-store" in dona.get(URL)["Cache-Control"]


def test_a_niche_with_a_typo_is_asked_about_before_it_is_searched(dona, account):
    make_niche("Dentista", is_reviewed=True)

    answer = post(dona, niche="dentsta")

    assert answer.status_code == 422
    assert "Você quis dizer Dentista?" in page_text(answer)
    assert '<button type="submit" class="btn btn-big" name="niche" value="Dentista">' in page_text(answer)
    assert not Search.objects.exists()


def test_a_niche_that_is_meant_as_typed_is_searched_as_typed(dona, account):
    make_niche("Dentista", is_reviewed=True)

    post(dona, niche="dentsta", niche_as_typed="dentsta")

    assert Search.objects.get().niche.name == "dentsta"


def test_the_niche_that_was_meant_is_one_click_away(dona, account):
    make_niche("Dentista", is_reviewed=True)

    post(dona, niche=["dentsta", "Dentista"])

    assert Search.objects.get().niche.name == "Dentista"


@pytest.mark.parametrize("niche", ["pet shop", "petshop", "Pet Shops"])
def test_a_known_niche_is_asked_about_in_no_spelling(dona, account, niche):
    make_niche(is_reviewed=True)

    assert post(dona, niche=niche).status_code == 302
